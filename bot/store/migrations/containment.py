"""Blocks and under attack mode: what must end by itself, whatever happens to the bot."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def containment(database: Database) -> None:
    """Times in milliseconds since 1970. `rules` is JSON: [[target, value, rule id], …]."""
    for statement in (
        """
        CREATE TABLE blocks (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            value TEXT NOT NULL,
            rules TEXT NOT NULL,
            reason TEXT NOT NULL,
            person_id TEXT NOT NULL,
            person_name TEXT NOT NULL,
            operation TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            ended_at INTEGER,
            ended_by TEXT NOT NULL DEFAULT '',
            trouble TEXT NOT NULL DEFAULT ''
        )
        """,
        "CREATE UNIQUE INDEX blocks_open ON blocks (value) WHERE ended_at IS NULL",
        """
        CREATE TABLE attack_modes (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            before TEXT NOT NULL,
            reason TEXT NOT NULL,
            person_id TEXT NOT NULL,
            person_name TEXT NOT NULL,
            operation TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            ended_at INTEGER,
            ended_by TEXT NOT NULL DEFAULT '',
            trouble TEXT NOT NULL DEFAULT ''
        )
        """,
        "CREATE UNIQUE INDEX attack_modes_open ON attack_modes ((1)) WHERE ended_at IS NULL",
    ):
        database.conn.execute(statement)
