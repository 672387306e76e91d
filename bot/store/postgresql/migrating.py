"""Brings a PostgreSQL store to this version's shape, by the same steps as a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from bot.errors import OpsError
from bot.store.migrations import migrations
from bot.store.migrations.library import Database
from bot.store.postgresql.dialect import FUNCTIONS, definition, statement, values

if TYPE_CHECKING:
    import psycopg

_LOCK = 7_317_462_905_118_231_042
_OURS = (
    "CREATE TABLE IF NOT EXISTS store_steps "
    "(number bigint GENERATED ALWAYS AS IDENTITY, name text PRIMARY KEY, applied_at text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS store_touch (id bigint PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS store_leases "
    "(name text PRIMARY KEY, owner text NOT NULL, expires_at timestamptz NOT NULL)",
)


class _Shim:
    """What a step calls `database.conn`: it runs the step's statements, translated."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self.conn = self

    def execute(self, sql: str, parameters: Any = ()) -> psycopg.Cursor[Any]:
        if parameters:
            return self._connection.execute(statement(sql), values(parameters))
        return self._connection.execute(definition(sql).encode())


def migrate(connection: psycopg.Connection[Any], place: str) -> None:
    """Apply what is missing, all of it or nothing; several processes may start at once."""
    empty = Database(memory=True)
    try:
        steps = migrations.pending(empty)
    finally:
        empty.close()
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        for sql in _OURS:
            connection.execute(sql)
        rows = connection.execute("SELECT name FROM store_steps ORDER BY number").fetchall()
        applied = [name for (name,) in rows]
        known = {step.name for step in steps}
        if unknown := [name for name in applied if name not in known]:
            raise OpsError(
                f"The store {place} was written by a newer version of the bot "
                f"(it holds {', '.join(unknown)}).",
                "Start that version or a later one: going back could lose records.",
                permanent=True,
            )
        missing = [step for step in steps if step.name not in applied]
        if not missing:
            return
        for sql in FUNCTIONS:
            connection.execute(sql)
        for step in missing:
            step.fn(cast("Database", _Shim(connection)))
            connection.execute(
                "INSERT INTO store_steps (name, applied_at) VALUES (%s, %s)",
                (step.name, datetime.now(UTC).isoformat()),
            )
