"""What became of a switch whose connection was lost: asked of the server by a fresh one.

A connection that is cut at COMMIT takes the answer with it. The session that renamed is ended
first where it is still there: until it is gone it may commit yet, and holds the live database.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.backups.beside_databases import RESTORE_SESSION, acting
from bot.clients.postgres_trouble import DatabaseFailure
from bot.errors import OpsError

if TYPE_CHECKING:
    from bot.clients.postgres import Connection, Database

log = logging.getLogger(__name__)
_ONE_LOOK = 10.0  # seconds
_PAUSE = 0.5  # seconds between two looks
_END = """
select pg_terminate_backend(pid) from pg_stat_activity
where pid = %s and datname = %s and application_name = %s and pid <> pg_backend_pid()
"""
_NAMES = "select datname as name from pg_database where datname = any(%s)"
# Classes of SQLSTATE in which the server does not say that the transaction came to nothing.
_LOST = ("08", "57P")


@dataclass(slots=True)
class Attempt:
    """One transaction that renames, from a session in `third`; `pid` is 0 until it began."""

    source: str
    live: str
    before: str
    third: str
    pid: int = 0


def lost(error: DatabaseFailure) -> bool:
    """Whether the connection went, rather than that the server refused. Pure."""
    return error.state is None or error.state.startswith(_LOST)


async def switched_after_all(database: Database, attempt: Attempt, *, patience: float) -> bool:
    """Whether the names are changed: asked for `patience` seconds, while a server restarts.

    Raises OpsError where it does not tell.
    """
    until = time.monotonic() + patience
    while True:
        try:
            async with acting(database, attempt.third, deadline=_ONE_LOOK) as connection:
                if await _over(connection, attempt):
                    return await _has_new_names(connection, attempt)
        except DatabaseFailure as error:
            log.info("what became of the switch cannot be seen yet: %s", error.trouble)
        if time.monotonic() >= until:
            raise _not_known(attempt)
        await asyncio.sleep(_PAUSE)


async def _over(connection: Connection, attempt: Attempt) -> bool:
    """Whether the session that renamed is gone; it is told to end where it is not."""
    wanted = (attempt.pid, attempt.third, RESTORE_SESSION)
    return await (await connection.execute(_END.encode(), wanted)).fetchone() is None


async def _has_new_names(connection: Connection, attempt: Attempt) -> bool:
    # Nobody else makes a database of that name, which was free and holds the second.
    found = await connection.execute(_NAMES.encode(), ([attempt.before],))
    return await found.fetchone() is not None


def not_switched(attempt: Attempt) -> OpsError:
    """The look found that nothing was changed. Pure."""
    return OpsError(
        f"The connection was lost before {attempt.live} was switched: a look afterwards shows that "
        "nothing was changed.",
        f"{attempt.source} is still beside it. Switch again once the server is well: "
        f"`/pitchey restore switch {attempt.source}`.",
    )


def _not_known(attempt: Attempt) -> OpsError:
    return OpsError(
        f"It is NOT KNOWN whether {attempt.live} was switched: the connection was lost while the "
        "databases changed names, and the server has not answered since. Both names changed, or "
        "neither.",
        f"Once it answers, look: `/pitchey restore list`. With {attempt.before} in it, "
        f"{attempt.live} is the copy now; with {attempt.source} in it nothing was changed, and you "
        "can switch again.",
    )
