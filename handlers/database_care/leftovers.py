"""What a REINDEX or CREATE INDEX CONCURRENTLY left behind when it was cut off."""

from __future__ import annotations

from collections.abc import Sequence

from bot.clients.postgres_trouble import DatabaseFailure
from handlers.database_care.care import Care
from handlers.database_care.subjects import Index


def leftovers(indexes: Sequence[Index]) -> list[Index]:
    """Invalid `_ccnew` and `_ccold` that nobody is building: written at each change, never read."""
    return [
        each
        for each in indexes
        if each.leftover and not each.valid and not each.building and not each.needed
    ]


async def drop_leftovers(
    care: Care, indexes: Sequence[Index]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of those that were dropped, and of those that somebody's lock kept.

    What stays is shown by `db indexes`, and dropped by the next reindex or daily maintenance.
    """
    found = leftovers(indexes)
    if not found:
        return (), ()
    dropped, stuck = [], []
    async with care.working() as session:
        for each in found:
            await care.say(f"Clean up {each.name}")
            try:
                await session.run(f"DROP INDEX CONCURRENTLY IF EXISTS {each.name}")
            except DatabaseFailure:
                if session.connection.closed:
                    raise
                stuck.append(each.name)
            else:
                dropped.append(each.name)
    return tuple(dropped), tuple(stuck)
