"""The profile drawn for a person. Pure."""

from __future__ import annotations

from bot.blocks import actions, clip, code, command_button, context, section
from bot.command import Block, Reply
from bot.limits import SECTION_TEXT
from handlers.access.result import Profile

_SHOWN_DOUBTS = 5
_SHOWN_HOLDERS = 10


def profile(found: Profile) -> Reply:
    """Role and reason first, then doubts, then what is allowed, what not, and the limits."""
    mark = ":warning:" if found.doubts else ":bust_in_silhouette:"
    text = f"{mark} You have the role *{found.role}*. {found.why}"
    blocks: list[Block] = [section(text)]
    if found.doubts:
        blocks.append(section("\n".join(found.doubts[:_SHOWN_DOUBTS])))
    may = [f"• {entry.role}: {_names(entry.commands)}" for entry in found.allowed]
    blocks.append(section(_clipped("*You may run*", may or ["• nothing"])))
    may_not = [
        f"• {_names(entry.commands)}: needs *{entry.role}*. {_had_by(entry.holders)}"
        for entry in found.missing
    ]
    if may_not:
        blocks.append(section(_clipped("*You may not run*", may_not)))
    if found.limits:
        limits = [
            f"• {entry.commands}: only from {entry.where}. "
            f"{'Allowed' if entry.allowed else 'Not allowed'} here."
            for entry in found.limits
        ]
        blocks.append(section(_clipped(f"*Limits* ({found.here})", limits)))
    else:
        blocks.append(context("No command is limited to certain channels."))
    blocks.append(actions(command_button("All commands", "help")))
    return Reply(text, blocks, data=found)


def _names(commands: tuple[str, ...]) -> str:
    return ", ".join(code(name) for name in commands)


def _had_by(holders: tuple[str, ...]) -> str:
    if not holders:
        return "Nobody has it yet."
    more = len(holders) - _SHOWN_HOLDERS
    named = ", ".join(holders[:_SHOWN_HOLDERS])
    return f"These have it: {named}{f' and {more} more' if more > 0 else ''}."


def _clipped(title: str, lines: list[str]) -> str:
    return clip("\n".join([title, *lines]), SECTION_TEXT)
