"""A downtime told in the operations channel: once, and several soon after another as one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import copies
from bot.blocks import actions, code, command_button, context, date, section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.command import Block
    from bot.outbox import Outbox
    from bot.store import Run, Store

# A process that crashes at each start is one thing to know, not a message for each start.
TOGETHER = timedelta(minutes=15)
_DOWN, _LOST = "restart:", "lost-copy:"  # how the keys of the two kinds of messages begin


def tell(
    store: Store, outbox: Outbox, channel: str, run: int, started: datetime, late: int
) -> None:
    """Tell what was before this `run`, unless it ended cleanly; raises OpsError.

    Where other copies went on meanwhile, one of them was lost, and nobody waited. Where all were
    gone, the first that came after them tells it. Where the same was told less than TOGETHER ago,
    that message is edited and counts on.
    """
    alive, lost = copies.divided(store, started)
    here = [each for each in alive if each.id != run]
    before = _lost_of_late(lost, run, started) if here else store.runs.latest(before=run)
    if before is None or before.ended_at is not None or before.heartbeat_at >= started:
        return
    others = any(each.started_at <= before.heartbeat_at for each in here)
    if not others and any(each.id < run for each in here):
        return
    key = _LOST if others else _DOWN
    told = [
        (each, message)
        for each in store.runs.since(started - TOGETHER, before=run)
        if (message := store.outbox.find(f"{key}{each.id}")) is not None
    ]
    first = next((number for number, (_, message) in enumerate(told) if not message.update_of), -1)
    if first < 0:
        text, blocks = lost_copy(before) if others else notice(before, started, late)
        outbox.post(channel, text, blocks, key=f"{key}{run}")
        return
    since = told[first][0]
    times = len(told) - first + 1
    if others:
        text, blocks = lost_copies(before, since.started_at, times)
    else:
        text, blocks = repeated(before, started, since.started_at, times)
    outbox.post(channel, text, blocks, key=f"{key}{run}", update_of=f"{key}{since.id}")


def _lost_of_late(lost: Sequence[Run], run: int, started: datetime) -> Run | None:
    """The copy that this run takes the place of, as far as anybody can tell."""
    found = [each for each in lost if each.id < run and each.heartbeat_at > started - TOGETHER]
    return max(found, key=lambda each: each.heartbeat_at, default=None)


def lost_copy(before: Run) -> tuple[str, list[Block]]:
    """One of several copies in words: the others went on."""
    text = f":warning: A copy of the bot was lost at {date(before.heartbeat_at, '{time_secs}')}"
    meaning = (
        f"{_place(before)} did not stop cleanly. The other copies went on; what it was working on "
        "is answered one by one. Another one has started."
    )
    return text, _blocks(text, meaning)


def lost_copies(before: Run, since: datetime, times: int) -> tuple[str, list[Block]]:
    """Several such losses in words: `times` of them since then."""
    text = (
        f":warning: A copy of the bot was lost {times:,} times since {date(since)}, last at "
        f"{date(before.heartbeat_at, '{time_secs}')}"
    )
    meaning = (
        f"{_place(before)} did not stop cleanly, nor did those before it: look into the logs, and "
        "at what starts them. The other copies went on."
    )
    return text, _blocks(text, meaning)


def _place(run: Run) -> str:
    return code(run.place) if run.place else "It"


def notice(before: Run, started: datetime, late: int) -> tuple[str, list[Block]]:
    """The downtime in words. `late` messages waited in the outbox at the start."""
    since = date(before.heartbeat_at, "{time_secs}")
    until = date(started, "{time_secs}")
    waited = ""
    if late:
        waited = f"; {late} {'message is' if late == 1 else 'messages are'} sent late"
    text = f":warning: The bot was down from {since} to {until}{waited}"
    meaning = (
        f"It did not stop cleanly. It last gave a sign of life on {date(before.heartbeat_at)}, and "
        "is back. Commands given meanwhile were not taken; those it was working on are answered "
        "one by one."
    )
    return text, _blocks(text, meaning)


def repeated(
    before: Run, started: datetime, since: datetime, times: int
) -> tuple[str, list[Block]]:
    """Several downtimes in words: `times` of them, the first of which ended at `since`."""
    text = (
        f":warning: The bot was down {times:,} times since {date(since)}, last from "
        f"{date(before.heartbeat_at, '{time_secs}')} to {date(started, '{time_secs}')}"
    )
    meaning = (
        "It never stopped cleanly, so something ends it again and again: look into its log, and "
        "at what starts it. Commands given meanwhile were not taken."
    )
    return text, _blocks(text, meaning)


def _blocks(text: str, meaning: str) -> list[Block]:
    return [
        section(f"*{text}*"),
        context(meaning),
        actions(command_button("Show the bot's status", "status")),
    ]
