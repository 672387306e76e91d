"""Values that a person handed over: who holds them. A value has no column, and never gets one."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def handed_over(database: Database) -> None:
    """`process` is a name of `bot.store.presence`; `until` in milliseconds since 1970."""
    database.conn.execute(
        """
        CREATE TABLE handed_over (
            ticket TEXT PRIMARY KEY,
            process TEXT NOT NULL,
            person_id TEXT NOT NULL,
            until INTEGER NOT NULL
        ) WITHOUT ROWID
        """
    )
