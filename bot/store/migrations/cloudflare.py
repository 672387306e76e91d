"""Live logs and notifications of Cloudflare."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def cloudflare_logs_and_webhooks(database: Database) -> None:
    """Times in milliseconds since 1970; `owner` is a process's name in `bot.store.presence`."""
    for statement in (
        """
        CREATE TABLE tail_sessions (
            id TEXT PRIMARY KEY,
            script TEXT NOT NULL,
            owner TEXT NOT NULL,
            opened_at INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE live_logs (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            owner TEXT NOT NULL,
            script TEXT NOT NULL,
            channel TEXT NOT NULL,
            person_id TEXT NOT NULL,
            person_name TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            stopper TEXT NOT NULL DEFAULT '',
            ended_at INTEGER
        )
        """,
        """
        CREATE TABLE webhook_deliveries (
            digest TEXT PRIMARY KEY,
            at INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE webhook_destinations (
            name TEXT PRIMARY KEY,
            fingerprint TEXT NOT NULL DEFAULT '',
            tested_at INTEGER
        ) WITHOUT ROWID
        """,
    ):
        database.conn.execute(statement)
