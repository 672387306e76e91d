"""Settings of secrets through this bot. A value has no column, and never gets one."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def secret_rotations(database: Database) -> None:
    """`at` in milliseconds since 1970."""
    for statement in (
        """
        CREATE TABLE secret_rotations (
            script TEXT NOT NULL,
            name TEXT NOT NULL,
            at INTEGER NOT NULL,
            person_name TEXT NOT NULL,
            generated INTEGER NOT NULL,
            operation TEXT NOT NULL
        )
        """,
        "CREATE INDEX secret_rotations_newest ON secret_rotations (script, name, at)",
    ):
        database.conn.execute(statement)
