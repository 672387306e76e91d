"""A rehearsal: some steps that wait, and one that counts one up in the bot's own store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.command import Operation
from bot.errors import BadInput, OpsError
from bot.store import Store
from handlers.practice.result import Rehearsed, Tally

MOST_STEPS = 20
MOST_SECONDS = 600


def check(steps: int, seconds: int) -> None:
    """Raises BadInput for numbers that are none."""
    if not 1 <= steps <= MOST_STEPS:
        raise BadInput(f"`steps` is from 1 to {MOST_STEPS}, not {steps}.")
    if not 0 <= seconds <= MOST_SECONDS:
        raise BadInput(f"`seconds` is from 0 to {MOST_SECONDS}, not {seconds}.")


def tally(store: Store) -> Tally:
    return Tally(*store.rehearsals.count())


async def rehearse(
    store: Store,
    operation: Operation,
    steps: int,
    seconds: int,
    now: Callable[[], datetime],
    fails: bool,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Rehearsed:
    """Walk through the steps, counting in the one in the middle; raises OpsError where asked.

    Where it resumes another rehearsal, steps that are done are left out, and what was counted
    is not counted again.
    """
    done = operation.finished_steps
    counted = bool(operation.resumes) and store.rehearsals.times(operation.resumes) > 0
    middle = (steps + 1) // 2
    count = f"Rehearse step {middle} of {steps}, which counts one up"
    count_now = not counted and count not in done
    for number in range(1, steps + 1):
        name = count if number == middle else f"Rehearse step {number} of {steps}"
        if name in done:
            continue
        await operation.step(name)
        if number == middle and count_now:
            store.rehearsals.carry_out(operation.id, now())
        await pause(seconds / steps)
    if fails:
        raise OpsError("The rehearsal failed, as it was asked to.", "Leave out `--fail`.")
    return Rehearsed(operation.id, count_now, tally(store))
