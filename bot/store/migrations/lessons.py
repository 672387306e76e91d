"""What is learnt from incidents: feedback, action items, reports and bundles of evidence."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def lessons(database: Database) -> None:
    """Times in milliseconds since 1970; `incident` is its number."""
    for statement in _TABLES:
        database.conn.execute(statement)


_TABLES = (
    """
    CREATE TABLE lesson_requests (
        incident INTEGER NOT NULL REFERENCES incidents (number),
        person_id TEXT NOT NULL,
        person_name TEXT NOT NULL,
        asked_at INTEGER NOT NULL,
        reminded_at INTEGER,
        PRIMARY KEY (incident, person_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX lesson_unreminded ON lesson_requests (asked_at) WHERE reminded_at IS NULL",
    # One row for each incident whose people were asked, so that none is asked twice.
    """
    CREATE TABLE lesson_rounds (
        incident INTEGER PRIMARY KEY REFERENCES incidents (number),
        began_at INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE lesson_feedback (
        incident INTEGER NOT NULL REFERENCES incidents (number),
        person_id TEXT NOT NULL,
        person_name TEXT NOT NULL,
        anonymous INTEGER NOT NULL,
        well TEXT NOT NULL,
        wrong TEXT NOT NULL,
        lucky TEXT NOT NULL,
        factors TEXT NOT NULL,
        given_at INTEGER NOT NULL,
        edited_at INTEGER NOT NULL,
        PRIMARY KEY (incident, person_id)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE lesson_actions (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        incident INTEGER NOT NULL REFERENCES incidents (number),
        kind TEXT NOT NULL,
        act TEXT NOT NULL,
        text TEXT NOT NULL,
        owner_id TEXT NOT NULL,
        owner_name TEXT NOT NULL,
        due_at INTEGER,
        source TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by_id TEXT NOT NULL,
        created_by_name TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'open',
        ended_at INTEGER,
        ended_by_id TEXT NOT NULL DEFAULT '',
        ended_by_name TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX lesson_action_open ON lesson_actions (due_at) WHERE state = 'open'",
    "CREATE INDEX lesson_action_of ON lesson_actions (incident, number)",
    # What a proposal came from is proposed once.
    "CREATE UNIQUE INDEX lesson_action_source ON lesson_actions (incident, source) "
    "WHERE source != ''",
    """
    CREATE TABLE lesson_reports (
        incident INTEGER NOT NULL REFERENCES incidents (number),
        revision INTEGER NOT NULL,
        made_at INTEGER NOT NULL,
        made_by_id TEXT NOT NULL,
        made_by_name TEXT NOT NULL,
        figures TEXT NOT NULL,
        key TEXT NOT NULL DEFAULT '',
        files TEXT NOT NULL DEFAULT '',
        files_problem TEXT NOT NULL DEFAULT '',
        attempts INTEGER NOT NULL DEFAULT 0,
        canvas TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (incident, revision)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX lesson_report_files ON lesson_reports (made_at) WHERE files = 'wanted'",
    """
    CREATE TABLE lesson_evidence (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        incident INTEGER NOT NULL REFERENCES incidents (number),
        operation TEXT NOT NULL,
        state TEXT NOT NULL,
        began_at INTEGER NOT NULL,
        ended_at INTEGER,
        actor_id TEXT NOT NULL,
        actor_name TEXT NOT NULL,
        bucket TEXT NOT NULL DEFAULT '',
        object TEXT NOT NULL DEFAULT '',
        file TEXT NOT NULL DEFAULT '',
        sha256 TEXT NOT NULL DEFAULT '',
        size INTEGER NOT NULL DEFAULT 0,
        parts TEXT NOT NULL DEFAULT '[]',
        locked_until INTEGER,
        detail TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX lesson_evidence_of ON lesson_evidence (incident, number)",
    "CREATE INDEX lesson_evidence_running ON lesson_evidence (number) WHERE state = 'collecting'",
)
