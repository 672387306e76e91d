"""A rehearsal as a message. Pure."""

from __future__ import annotations

from bot.blocks import context, section
from bot.command import Reply
from handlers.practice.result import Rehearsed


def rehearsed_reply(found: Rehearsed) -> Reply:
    """What the rehearsal did, in words."""
    tally = found.tally
    times = "rehearsal was" if tally.carried_out == 1 else "rehearsals were"
    text = ":white_check_mark: Rehearsed: one was counted up, and nothing else was touched."
    if not found.counted:
        text = ":white_check_mark: Rehearsed: it had been counted before the interruption."
    once = "each of them once" if tally.most <= 1 else f"one of them {tally.most} times"
    if tally.carried_out == 1:
        once = "once"
    return Reply(
        text,
        [
            section(f"*{text}*"),
            context(f"In all, {tally.carried_out} {times} carried out, {once}."),
        ],
        data=found,
    )
