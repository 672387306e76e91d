"""An argument that is missing: what there is to choose from, each a press away."""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.blocks import clip, code, context, escape, offered_button, section
from bot.command import Block, Choice, Context, Reply, Surface
from bot.errors import OpsError
from bot.frozen import command_line, with_reason

if TYPE_CHECKING:
    from bot.parsing import MissingArgument

log = logging.getLogger(__name__)
SHOWN = 5
WITHIN = 10.0  # seconds; later the usage line is more use than the choices


async def choices(context: Context, missing: MissingArgument) -> Sequence[Choice]:
    """What may be chosen, the best first; empty where there is nothing, or nobody can tell."""
    # A schedule presses nothing.
    if missing.argument.offered is None or context.invocation.surface is Surface.SCHEDULE:
        return ()
    try:
        async with asyncio.timeout(WITHIN):
            return await missing.argument.offered(context, missing.values)
    except (OpsError, TimeoutError) as error:
        log.info("no choices for %s: %s", missing.command.name, error)
        return ()


def choice_reply(missing: MissingArgument, found: Sequence[Choice]) -> Reply:
    """A press runs what was typed, with the chosen value."""
    name, told = missing.argument.name, missing.argument.help
    text = f":question: Which {escape(name)}? {code(missing.command.name)} needs one."
    blocks: list[Block] = [section(f"*{text}*")]
    blocks += [_row(missing, each) for each in found[:SHOWN]]
    more = f"And {len(found) - SHOWN:,} more. " if len(found) > SHOWN else ""
    # Declared by us, so what it shows as code stays code.
    told = html.escape(told[:1].upper() + told[1:], quote=False)
    blocks.append(context(f"{more}{told}. {missing.example}"))
    return Reply(
        text, blocks, outcome="not understood", exit_code=64,
        data={"argument": name, "choices": [each.value for each in found]},
    )  # fmt: skip


def _row(missing: MissingArgument, each: Choice) -> Block:
    given = {**missing.values, missing.argument.name: each.value}
    whole = command_line(missing.command, given)
    if reason := str(given.get("reason") or ""):
        whole = with_reason(whole, reason)
    told = f"*{escape(clip(each.value, 100))}*"
    if each.about:
        told += f"\n{escape(clip(each.about, 300))}"
    return section(told, accessory=offered_button(each.act, whole))
