"""Who stands in for whom on call."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def oncall_overrides(database: Database) -> None:
    """One row an override; times in milliseconds since 1970. The name is as it was at the time."""
    database.conn.execute(
        """
        CREATE TABLE oncall_overrides (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            level TEXT NOT NULL,
            person_id TEXT NOT NULL,
            person_name TEXT NOT NULL,
            starts_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            by_id TEXT NOT NULL,
            by_name TEXT NOT NULL,
            CHECK (ends_at >= starts_at)
        )
        """
    )
    database.conn.execute("CREATE INDEX oncall_override_end ON oncall_overrides (ends_at)")
