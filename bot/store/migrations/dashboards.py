"""Dashboards: messages that are kept current, one a channel."""

from __future__ import annotations

from bot.store.migrations import foundation  # noqa: F401 the outbox comes before
from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def dashboards(database: Database) -> None:
    """Times in milliseconds since 1970. `ends_at` is NULL for one that stays for good."""
    for statement in (
        """
        CREATE TABLE dashboards (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            channel TEXT NOT NULL,
            environment TEXT NOT NULL,
            person_id TEXT NOT NULL,
            person_name TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            ends_at INTEGER,
            revision INTEGER NOT NULL DEFAULT 0,
            refreshed_at INTEGER,
            ended_at INTEGER,
            ending TEXT NOT NULL DEFAULT '',
            ender TEXT NOT NULL DEFAULT '',
            pinned INTEGER NOT NULL DEFAULT 0
        )
        """,
        "CREATE UNIQUE INDEX dashboards_running ON dashboards (channel) WHERE ended_at IS NULL",
    ):
        database.conn.execute(statement)


@migrations()
def outbox_edits_only(database: Database) -> None:
    """An edit that is nothing by itself: where its message is gone, it is not posted instead."""
    database.conn.execute("ALTER TABLE outbox ADD COLUMN edit_only INTEGER NOT NULL DEFAULT 0")
