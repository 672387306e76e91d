"""What is known of each schedule."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def schedules(database: Database) -> None:
    """One row a job; times in milliseconds since 1970. `since` is when it first was known."""
    database.conn.execute(
        """
        CREATE TABLE schedules (
            job TEXT PRIMARY KEY,
            since INTEGER NOT NULL,
            due INTEGER,
            started_at INTEGER,
            finished_at INTEGER,
            outcome TEXT NOT NULL DEFAULT '',
            detail TEXT NOT NULL DEFAULT '',
            paused_at INTEGER,
            paused_by TEXT NOT NULL DEFAULT '',
            paused_until INTEGER
        ) WITHOUT ROWID
        """
    )
