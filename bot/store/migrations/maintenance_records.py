"""What care of the platform's database did and gained, and what was archived."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def maintenance_records(database: Database) -> None:
    """One row a treated table or index; times in milliseconds, sizes in bytes."""
    database.conn.execute(
        """
        CREATE TABLE maintenance_records (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            operation TEXT NOT NULL,
            kind TEXT NOT NULL,
            target TEXT NOT NULL,
            seconds REAL NOT NULL,
            bytes_before INTEGER NOT NULL,
            bytes_after INTEGER NOT NULL,
            dead_before INTEGER NOT NULL,
            dead_after INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            problem TEXT NOT NULL DEFAULT '',
            ddl TEXT NOT NULL DEFAULT '',
            person_name TEXT NOT NULL DEFAULT ''
        )
        """
    )
    database.conn.execute("CREATE INDEX maintenance_records_at ON maintenance_records (at)")
    database.conn.execute("CREATE INDEX maintenance_records_kind ON maintenance_records (kind, at)")


@migrations()
def database_archives(database: Database) -> None:
    """An archive is one table's old rows; its parts are the objects that hold them."""
    database.conn.execute(
        """
        CREATE TABLE database_archives (
            id TEXT PRIMARY KEY,
            operation TEXT NOT NULL,
            table_name TEXT NOT NULL,
            column_name TEXT NOT NULL,
            cutoff TEXT NOT NULL,
            state TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            ended_at INTEGER,
            bucket TEXT NOT NULL,
            prefix TEXT NOT NULL,
            rows INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0,
            deleted INTEGER NOT NULL DEFAULT 0,
            stayed INTEGER NOT NULL DEFAULT 0,
            restored_at INTEGER,
            person_name TEXT NOT NULL DEFAULT '',
            detail TEXT NOT NULL DEFAULT ''
        ) WITHOUT ROWID
        """
    )
    database.conn.execute(
        """
        CREATE TABLE database_archive_parts (
            archive TEXT NOT NULL REFERENCES database_archives (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            key TEXT NOT NULL,
            rows INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            last TEXT NOT NULL,
            least TEXT NOT NULL,
            most TEXT NOT NULL,
            deleted INTEGER,
            stayed INTEGER,
            PRIMARY KEY (archive, number)
        ) WITHOUT ROWID
        """
    )
