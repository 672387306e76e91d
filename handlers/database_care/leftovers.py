"""What a REINDEX or CREATE INDEX CONCURRENTLY left behind when it was cut off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from handlers.database_care.subjects import Index
from handlers.database_care.wording import size

if TYPE_CHECKING:
    from handlers.database_care.care import Care

LEFTOVER = re.compile(r"_cc(new|old)\d*\b")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Leftovers by what became of them: dropped, kept by a lock, or not the bot's to drop."""

    dropped: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    refused: tuple[Index, ...] = ()
    unknown: bool = False  # nobody could look whether there are any

    def after(self, before: Cleaned) -> Cleaned:
        """Both runs as one; what stayed is what stays after the second."""
        names = dict.fromkeys((*before.dropped, *self.dropped))
        return Cleaned(tuple(names), self.locked, self.refused, self.unknown)


def leftovers(indexes: Sequence[Index]) -> list[Index]:
    """Invalid `_ccnew` and `_ccold` that nobody is building."""
    return [
        each
        for each in indexes
        if each.leftover and not each.valid and not each.building and not each.needed
    ]


def harm(index: Index) -> str:
    """What an invalid index costs."""
    if index.written:
        return "each change is written to it, and no query uses it"
    return f"nothing writes or reads it; it takes {size(index.bytes)}"


def drop_statement(index: Index) -> str:
    return f"DROP INDEX CONCURRENTLY {index.name};"


def how_dropped(index: Index) -> str:
    """Who may drop an index that the bot may not."""
    if index.toast:
        return (
            "Only a superuser may use the schema pg_toast; where the provider keeps that role, ask "
            "its support"
        )
    return f"Only the owner of {index.on_table} may drop it"


async def drop_leftovers(care: Care, indexes: Sequence[Index]) -> Cleaned:
    """Raises DatabaseFailure where the connection is gone.

    What stays is shown by `db indexes`, and tried again by the next reindex or daily maintenance.
    """
    found = leftovers(indexes)
    refused = [each for each in found if not each.may_drop]
    mine = [each for each in found if each.may_drop]
    dropped, locked = [], []
    if mine:
        async with care.working() as session:
            for each in mine:
                await care.say(f"Clean up {each.name}")
                try:
                    await session.run(f"DROP INDEX CONCURRENTLY IF EXISTS {each.name}")
                except DatabaseFailure as failure:
                    if session.connection.closed:
                        raise
                    if failure.trouble is DatabaseTrouble.PERMISSION:
                        refused.append(each)
                    else:
                        locked.append(each.name)
                else:
                    dropped.append(each.name)
    return Cleaned(tuple(dropped), tuple(locked), tuple(refused))
