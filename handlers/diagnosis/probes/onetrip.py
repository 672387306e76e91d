"""Statements that cost the database one round trip, limits included: a slow one still answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble, meaning

if TYPE_CHECKING:
    from bot.clients.postgres import Connection
    from handlers.diagnosis.scene import Scene

_AROUND = (
    "begin read only; set local statement_timeout = '{ms}ms'; set local lock_timeout = '500ms'; "
    "{sql}; commit"
)


@asynccontextmanager
async def connected(scene: Scene) -> AsyncIterator[Connection]:
    """A connection of one look. Raises DatabaseFailure and NotConfigured."""
    if not scene.own:
        raise DatabaseFailure(
            DatabaseTrouble.OTHER,
            hint="DATABASE_URL belongs to the default environment; only that one was asked.",
        )
    async with scene.clients.database.looking(deadline=scene.deadline) as looking:
        yield looking.connection


async def rows(connection: Connection, sql: str, seconds: float) -> list[dict[str, Any]]:
    """Rows of one read-only statement without parameters. Raises DatabaseFailure."""
    import psycopg

    text = _AROUND.format(ms=int(seconds * 1000), sql=sql)
    try:
        cursor = await connection.execute(text.encode())
        while True:
            if cursor.description is not None:
                return await cursor.fetchall()
            if not cursor.nextset():
                return []
    except psycopg.Error as error:
        with suppress(psycopg.Error):  # the connection may be gone
            await connection.rollback()  # or nothing more is answered on it
        raise failure(error, connection) from error


def failure(error: psycopg.Error, connection: Connection) -> DatabaseFailure:
    """What the server said, by name."""
    del connection
    said = " ".join(str(error).split())
    return DatabaseFailure(meaning(said, error.sqlstate), said, state=error.sqlstate)


if TYPE_CHECKING:
    import psycopg
