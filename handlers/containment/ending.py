"""The end of containment: by a person, or by itself when its time is over, late but once."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import clip, escape
from bot.clients.cloudflare_access_rules import access_rules, unblock
from bot.clients.cloudflare_zone import SECURITY_LEVEL, UNDER_ATTACK, set_setting, setting
from bot.errors import OpsError
from bot.events import Audited
from bot.jobs import Job
from bot.store import AuditEntry
from bot.store.containment import AttackMode, Block
from handlers.containment.views import ended_attack_message, ended_message, stuck_message

if TYPE_CHECKING:
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
BY_ITSELF = "its time was over"


@dataclass(frozen=True, slots=True)
class Gone:
    """How many rules were taken away, and how many somebody else had."""

    gone: int
    missing: int


async def take_away(runtime: Runtime, ended: Block, keep: Collection[str] = ()) -> Gone:
    """Its rules at Cloudflare; those a crash left unnoted are found by their mark."""
    cloudflare, gone, missing = runtime.clients.cloudflare, 0, 0
    # One question instead of many: what an attempt before has taken away costs no time again.
    there = {each.id for each in await access_rules(cloudflare)}
    for rule in ended.rules:
        if rule.value in keep:
            continue
        if rule.id and rule.id not in there:
            missing += 1
            continue
        known = [rule.id] if rule.id else []
        if not known:
            found = await access_rules(cloudflare, value=rule.value)
            mark = f"pitchey-ops-bot {ended.id} "
            known = [each.id for each in found if each.notes.startswith(mark)]
        for rule_id in known:
            if await unblock(cloudflare, rule_id):
                gone += 1
            else:
                missing += 1
    return Gone(gone, missing)


async def restore_level(runtime: Runtime, mode: AttackMode) -> str:
    """What came back: the level of before, or what somebody has set meanwhile."""
    cloudflare = runtime.clients.cloudflare
    now = await setting(cloudflare, SECURITY_LEVEL)
    if now != UNDER_ATTACK:
        return now
    return await set_setting(cloudflare, SECURITY_LEVEL, mode.before)


async def tick(runtime: Runtime, _due: datetime) -> str:
    """End what is over. What cannot be ended now is told once, and tried again."""
    now, store, ended = runtime.now(), runtime.store.containment, 0
    ended += await _end_attack_mode(runtime, now)
    for each in store.blocks():
        if each.ends_at > now:
            continue
        try:
            await take_away(runtime, each)
        except OpsError as error:
            _stuck(
                runtime, each.id, each.value, error, store.block_trouble(each.number, str(error))
            )
            continue
        if store.end_block(each.number, runtime.now(), BY_ITSELF):
            ended += 1
            text, blocks = ended_message(each)
            _tell(runtime, f"block-ended:{each.number}", text, blocks)
            _audit(runtime, each.id, "security unblock", each.id, text)
    return f"{ended} ended by themselves."


async def _end_attack_mode(runtime: Runtime, now: datetime) -> int:
    """First, since it keeps every visitor waiting, and is one call."""
    store, mode = runtime.store.containment, runtime.store.containment.attack_mode()
    if mode is None or mode.ends_at > now:
        return 0
    try:
        level = await restore_level(runtime, mode)
    except OpsError as error:
        known = store.attack_trouble(mode.number, str(error))
        _stuck(runtime, f"attack-{mode.number}", "under attack mode", error, known)
        return 0
    if not store.end_attack_mode(mode.number, runtime.now(), BY_ITSELF):
        return 0
    text, blocks = ended_attack_message(mode, level)
    _tell(runtime, f"attack-ended:{mode.number}", text, blocks)
    _audit(runtime, f"attack-{mode.number}", "security under-attack", "off", text)
    return 1


def _stuck(runtime: Runtime, name: str, what: str, error: OpsError, first: bool) -> None:
    log.warning("%s could not be ended: %s", name, error)
    if first:
        text, blocks = stuck_message(name, what, error.message, error.hint)
        _tell(runtime, f"containment-stuck:{name}", text, blocks)


def _tell(runtime: Runtime, key: str, text: str, blocks: list[dict[str, object]]) -> None:
    runtime.messages.post(runtime.settings.slack.ops_channel, text, blocks, key=key)


def _audit(runtime: Runtime, reference: str, command: str, argument: str, text: str) -> None:
    """Onto the audit log, and by it onto the timelines of open incidents."""
    entry = AuditEntry(
        at=datetime.now(UTC),
        reference=reference,
        person_id="bot",
        person_name="the bot",
        surface="schedule",
        channel="",
        command=command,
        arguments=escape(f"{command} {argument}"),
        role="none",
        outcome="succeeded",
        detail=clip(runtime.redactor.text(text), 1_000),
        duration_ms=0,
    )
    try:
        runtime.store.audit.append(entry)
    except OpsError as error:
        log.error("%s: not written to the audit log: %s", reference, error)
        return
    runtime.publish(Audited(entry.at, entry))


ENDS = Job(
    name="containment-ends",
    title="Ending blocks and under attack mode when their time is over",
    when=lambda _settings: timedelta(seconds=15),
    vital=True,
    run=tick,
    deadline=120.0,
    quiet=True,
)
