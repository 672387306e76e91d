"""The first line of an operation that ended: the result in words, and what follows it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.blocks import code, escape, section
from bot.clearance import canceller
from bot.command import Block
from bot.store.operation_rows import OperationRecord, State

_SIGN = re.compile(r":[a-z0-9_+-]+: ?")
_SIGNS = {State.SUCCEEDED: ":white_check_mark:", State.CANCELLED: ":no_entry_sign:"}


def outcome(record: OperationRecord) -> tuple[str, list[Block]]:
    """The first line and what follows it: the command's own, where it answered.

    Where an error ended it, the first line says what did not happen, and the error follows.
    """
    stored = record.result or {}
    told = str(stored.get("text") or "")
    blocks: list[Block] = list(stored.get("blocks") or ([section(told)] if told else []))
    own = stored.get("answered", record.state is State.SUCCEEDED)
    if told and own:
        if not _SIGN.match(told):
            told = f"{_SIGNS.get(record.state, ':x:')} {told}"
        return told, blocks if _leads(blocks) else [section(f"*{told}*"), *blocks]
    heading, why = _heading(record), _SIGN.sub("", told, count=1)
    if told and told in _line(blocks):
        blocks = blocks[1:]
    first = section(f"*{heading}*\n{why}" if why else f"*{heading}*")
    return f"{heading} {why}".strip(), [first, *blocks]


def _leads(blocks: Sequence[Block]) -> bool:
    """The first block is the result in words, as every view begins: a sign, then a sentence."""
    return _SIGN.match(_line(blocks).lstrip("*")) is not None


def _line(blocks: Sequence[Block]) -> str:
    text = blocks[0].get("text") if blocks else None
    return str(text.get("text", "")) if isinstance(text, dict) else ""


def _heading(record: OperationRecord) -> str:
    """How it ended, which command, on what."""
    what = f"{code(record.request.command)} on {escape(record.request.target)}"
    sign = _SIGNS.get(record.state, ":x:")
    match record.state:
        case State.SUCCEEDED:
            return f"{sign} Done: {what}."
        case State.CANCELLED:
            by = f" by {canceller(record)}" if record.canceller else ""
            return f"{sign} Cancelled{by}: {what}."
    return f"{sign} Failed: {what}."
