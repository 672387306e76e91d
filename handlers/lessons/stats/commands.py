"""`/pitchey incident stats`."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.command import Argument, Arguments, Command, Context, Kind, Reply
from handlers.lessons.finding import seen_by
from handlers.lessons.stats.counting import Stats, stats_of
from handlers.lessons.stats.views import stats_reply
from handlers.lessons.stats.window import CHOICES, window_of


async def stats(context: Context, arguments: Arguments) -> Reply:
    now = context.runtime.now()
    window = window_of(arguments["window"], now, context.settings.team.timezone)

    def counted() -> Stats:
        store = context.store
        private = [
            each
            for each in store.incidents.between(window.since, window.until)
            if each.private and seen_by(context, each)
        ]
        found = stats_of(store, window, now, frozenset(each.number for each in private))
        me = context.invocation.person.id
        shown = tuple(
            each
            for each in found.overdue
            if each.owner_id == me
            or ((record := store.incidents.find(each.incident_id)) and seen_by(context, record))
        )
        return replace(found, overdue=shown)

    return stats_reply(await asyncio.to_thread(counted))


STATS = Command(
    name="incident stats",
    summary="How many incidents, how long they took, what came back; against the time before.",
    run=stats,
    arguments=(
        Argument("window", "30d, 90d or this quarter", Kind.CHOICE, CHOICES, default="30d",
                 example="90d"),
    ),
    examples=("incident stats", "incident stats quarter"),
    details=(
        "Counts by severity and kind, MTTD, MTTA and MTTR from status events with the trend "
        "against the window before, causes named in feedback more than once, overdue action "
        "items. Drills are left out."
    ),
    guide="Reporting",
    deadline=30.0,
)  # fmt: skip
