"""Reports as they were told, their drafts and notes; deployments as they ended."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def reports(database: Database) -> None:
    """Times in milliseconds since 1970. `period` is `2026-W47` or `2026-11`."""
    for statement in _TABLES:
        database.conn.execute(statement)


_TABLES = (
    """
    CREATE TABLE reports (
        kind TEXT NOT NULL,
        period TEXT NOT NULL,
        revision INTEGER NOT NULL,
        made_at INTEGER NOT NULL,
        made_by_id TEXT NOT NULL,
        made_by_name TEXT NOT NULL,
        figures TEXT NOT NULL,
        facts TEXT NOT NULL,
        PRIMARY KEY (kind, period, revision)
    ) WITHOUT ROWID
    """,
    # What its preparer has said and decided; one row for a period.
    """
    CREATE TABLE report_drafts (
        kind TEXT NOT NULL,
        period TEXT NOT NULL,
        preparer_id TEXT NOT NULL,
        preparer_name TEXT NOT NULL,
        words TEXT NOT NULL DEFAULT '',
        asked_at INTEGER,
        shown INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL,
        decided_at INTEGER,
        decider_name TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (kind, period)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE report_posts (
        kind TEXT NOT NULL,
        period TEXT NOT NULL,
        revision INTEGER NOT NULL,
        channel TEXT NOT NULL,
        state TEXT NOT NULL,
        note TEXT NOT NULL,
        pictures TEXT NOT NULL DEFAULT '[]',
        attempts INTEGER NOT NULL DEFAULT 0,
        problem TEXT NOT NULL DEFAULT '',
        canvas TEXT NOT NULL DEFAULT '',
        wanted_at INTEGER NOT NULL,
        PRIMARY KEY (kind, period, revision, channel)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX report_posts_open ON report_posts (wanted_at) "
    "WHERE state IN ('wanted', 'posted')",
    """
    CREATE TABLE report_notes (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        text TEXT NOT NULL,
        week TEXT NOT NULL,
        author_id TEXT NOT NULL,
        author_name TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        dropped_at INTEGER
    )
    """,
    "CREATE INDEX report_notes_of ON report_notes (week, number)",
    # `built_at` is when the version was uploaded, where Cloudflare could be asked.
    """
    CREATE TABLE finished_deployments (
        environment TEXT NOT NULL,
        version TEXT NOT NULL,
        at INTEGER NOT NULL,
        previous TEXT NOT NULL,
        outcome TEXT NOT NULL,
        person_name TEXT NOT NULL,
        built_at INTEGER,
        PRIMARY KEY (environment, version, at)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX finished_deployments_at ON finished_deployments (at)",
)
