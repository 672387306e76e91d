"""What security audits found, since when, and which of it somebody accepted for a while."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def security_findings(database: Database) -> None:
    """Times in milliseconds since 1970. `id` is a digest of part, place and kind of a finding."""
    database.conn.execute(
        """
        CREATE TABLE security_findings (
            id TEXT PRIMARY KEY,
            part TEXT NOT NULL,
            place TEXT NOT NULL,
            title TEXT NOT NULL,
            severity TEXT NOT NULL,
            evidence TEXT NOT NULL,
            remedy TEXT NOT NULL,
            owner TEXT NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            fixed_at INTEGER,
            accepted_until INTEGER,
            accepted_why TEXT NOT NULL DEFAULT '',
            accepted_by TEXT NOT NULL DEFAULT ''
        ) WITHOUT ROWID
        """
    )
    database.conn.execute(
        "CREATE INDEX security_finding_open ON security_findings (part) WHERE fixed_at IS NULL"
    )
    database.conn.execute(
        """
        CREATE TABLE security_audits (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            new INTEGER NOT NULL,
            fixed INTEGER NOT NULL,
            still INTEGER NOT NULL,
            accepted INTEGER NOT NULL,
            unchecked TEXT NOT NULL
        )
        """
    )
