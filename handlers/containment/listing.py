"""What holds now, and whether Cloudflare still has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import clip, code
from bot.clients.cloudflare_access_rules import access_rules
from bot.clients.cloudflare_zone import SECURITY_LEVEL, setting
from bot.errors import BadInput, OpsError
from bot.store.containment import Block
from handlers.containment.blocking import INSTEAD, MARK, NO_ZONE
from handlers.containment.origins import origin
from handlers.containment.result import Listed

if TYPE_CHECKING:
    from bot.runtime import Runtime

ENDED_SHOWN = 5


async def listed(runtime: Runtime) -> Listed:
    """Never raises for Cloudflare: what is kept here is shown in any case."""
    store, cloudflare = runtime.store.containment, runtime.clients.cloudflare
    blocks, ended, mode = store.blocks(), store.ended_blocks(ENDED_SHOWN), store.attack_mode()
    if not cloudflare.zone_id:
        return Listed(blocks, frozenset(), None, ended, mode, "", f"{NO_ZONE} {INSTEAD}")
    try:
        rules = await access_rules(cloudflare)
        level = await setting(cloudflare, SECURITY_LEVEL)
    except OpsError as error:
        return Listed(blocks, frozenset(), None, ended, mode, "", f"{error.message} {error.hint}")
    there = {rule.id for rule in rules}
    lost = {
        rule.value for each in blocks for rule in each.rules if rule.id and rule.id not in there
    }
    others = sum(not rule.notes.startswith(f"{MARK} ") for rule in rules)
    return Listed(blocks, frozenset(lost), others, ended, mode, level, "")


def find_block(runtime: Runtime, text: str) -> Block:
    """By `B-3`, `3` or what is blocked; raises BadInput that names those there are."""
    open_blocks = runtime.store.containment.blocks()
    bare = text.strip().upper().removeprefix("B-")
    for each in open_blocks:
        if bare == str(each.number):
            return each
    try:
        wanted = origin(text)
    except BadInput:
        wanted = None
    for each in open_blocks:
        if wanted is not None and each.value == wanted.value:
            return each
    names = ", ".join(f"{each.id} ({each.value})" for each in open_blocks[:8])
    raise BadInput(
        f"Nothing called {code(clip(text, 60))} is blocked by this bot.",
        f"It blocks {names}." if names else "It blocks nobody just now.",
    )
