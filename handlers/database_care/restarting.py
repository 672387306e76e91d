"""A server that goes away in the middle of the work: waited for, and told for what it was."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from handlers.database_care.subjects import query
from handlers.database_care.wording import lasting

if TYPE_CHECKING:
    from handlers.database_care.care import Care

COMES_BACK_WITHIN = 120.0  # seconds; after a crash it reads its log first
_AGAIN_AFTER = 1.0  # seconds between two looks
AWAY = (DatabaseTrouble.CUT, DatabaseTrouble.REFUSED, DatabaseTrouble.WAKING)


@dataclass(frozen=True, slots=True)
class Outage:
    """`back` is whether the server answers again, `restarted` whether it was started anew.

    `restarted` is None where nobody knows, as nothing had begun on it.
    """

    back: bool
    restarted: bool | None
    seconds: float

    @property
    def sentence(self) -> str:
        if not self.back:
            return f"The server went away and did not answer for {lasting(self.seconds)}."
        if self.restarted is None:
            return "The server did not take the connection."
        if self.restarted:
            return "The database server was restarted in the middle of it."
        return "The bot's session was ended in the database; the server itself ran on."


async def outage(care: Care) -> Outage:
    """Wait until the server answers again, or somebody presses Cancel."""
    database = care.database.direct()
    began, before = time.monotonic(), care.server_began
    while (gone := time.monotonic() - began) < COMES_BACK_WITHIN and not care.stop():
        try:
            rows = await database.query(query("server_began"), deadline=5.0)
        except DatabaseFailure:
            await care.say(f"The server is away; waiting for it, for {lasting(gone)}")
            await asyncio.sleep(_AGAIN_AFTER)
        else:
            restarted = str(rows[0]["began"]) != before if before else None
            return Outage(True, restarted, gone)
    return Outage(False, None, time.monotonic() - began)
