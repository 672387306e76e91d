"""A downtime told in the operations channel: once, and several soon after another as one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import actions, command_button, context, date, section

if TYPE_CHECKING:
    from bot.command import Block
    from bot.outbox import Outbox
    from bot.store import Run, Store

# A process that crashes at each start is one thing to know, not a message for each start.
TOGETHER = timedelta(minutes=15)


def tell(
    store: Store, outbox: Outbox, channel: str, run: int, started: datetime, late: int
) -> None:
    """Tell what was before this `run`, unless it ended cleanly; raises OpsError.

    Where a downtime was told less than TOGETHER ago, that message is edited and counts on.
    """
    before = store.runs.latest(before=run)
    # A run that was alive after this one began is another copy of the bot: nobody waited.
    if before is None or before.ended_at is not None or before.heartbeat_at >= started:
        return
    told = [
        (each, message)
        for each in store.runs.since(started - TOGETHER, before=run)
        if (message := store.outbox.find(_key(each.id))) is not None
    ]
    first = next((number for number, (_, message) in enumerate(told) if not message.update_of), -1)
    if first < 0:
        text, blocks = notice(before, started, late)
        outbox.post(channel, text, blocks, key=_key(run))
        return
    since = told[first][0]
    text, blocks = repeated(before, started, since.started_at, len(told) - first + 1)
    outbox.post(channel, text, blocks, key=_key(run), update_of=_key(since.id))


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


def _key(run: int) -> str:
    return f"restart:{run}"
