"""Maintenance mode, watches over recovery, and migrations that passed their test."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def maintenance(database: Database) -> None:
    """One row a maintenance; times in milliseconds since 1970. At most one an environment is open.

    `before` is the split that answered until then, as JSON [[version, percent], …]; `deployment`
    is empty until Cloudflare has taken the maintenance version.
    """
    database.conn.execute(
        """
        CREATE TABLE maintenance (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            environment TEXT NOT NULL,
            version TEXT NOT NULL,
            before TEXT NOT NULL,
            message TEXT NOT NULL,
            person_id TEXT NOT NULL,
            person_name TEXT NOT NULL,
            incident TEXT NOT NULL DEFAULT '',
            silence INTEGER NOT NULL DEFAULT 0,
            deployment TEXT NOT NULL DEFAULT '',
            began_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            ended_at INTEGER,
            ended_by TEXT NOT NULL DEFAULT '',
            reminded_at INTEGER,
            reminders INTEGER NOT NULL DEFAULT 0,
            overtaken TEXT NOT NULL DEFAULT ''
        )
        """
    )
    database.conn.execute(
        "CREATE UNIQUE INDEX maintenance_open ON maintenance (environment) WHERE ended_at IS NULL"
    )


@migrations()
def migration_tests(database: Database) -> None:
    """One row a test of pending migrations; `fingerprint` is of exactly those files."""
    database.conn.execute(
        """
        CREATE TABLE migration_tests (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            fingerprint TEXT NOT NULL,
            environment TEXT NOT NULL,
            passed INTEGER NOT NULL,
            at INTEGER NOT NULL,
            operation TEXT NOT NULL,
            person_name TEXT NOT NULL,
            seconds REAL NOT NULL,
            summary TEXT NOT NULL
        )
        """
    )
    database.conn.execute("CREATE INDEX migration_test_of ON migration_tests (fingerprint, at)")


@migrations()
def recovery_watches(database: Database) -> None:
    """One row a watch over a platform that recovers; `card` is the key of its message."""
    database.conn.execute(
        """
        CREATE TABLE recovery_watches (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            environment TEXT NOT NULL,
            cause TEXT NOT NULL,
            incident TEXT NOT NULL,
            channel TEXT NOT NULL,
            thread_ts TEXT NOT NULL,
            person_id TEXT NOT NULL,
            person_name TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            until INTEGER NOT NULL,
            looked_at INTEGER,
            looks INTEGER NOT NULL DEFAULT 0,
            green INTEGER NOT NULL DEFAULT 0,
            said TEXT NOT NULL DEFAULT '',
            ended_at INTEGER,
            outcome TEXT NOT NULL DEFAULT ''
        )
        """
    )
