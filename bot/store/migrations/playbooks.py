"""Runs of playbooks: their steps, their history, and the moments at which they speak up."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations

_TABLES = (
    # `content` is the playbook's text as it was at the start: a run never changes under people.
    """
    CREATE TABLE playbook_runs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        playbook TEXT NOT NULL,
        title TEXT NOT NULL,
        version TEXT NOT NULL,
        content TEXT NOT NULL,
        incident TEXT NOT NULL,
        channel TEXT NOT NULL,
        drill INTEGER NOT NULL,
        state TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        discovered_at INTEGER NOT NULL,
        person_id TEXT NOT NULL,
        person_name TEXT NOT NULL,
        ended_at INTEGER,
        choices TEXT NOT NULL,
        revision INTEGER NOT NULL DEFAULT 0,
        offered TEXT NOT NULL DEFAULT '',
        climb_called INTEGER NOT NULL DEFAULT 0,
        climb_at INTEGER,
        told INTEGER NOT NULL DEFAULT 0
    )
    """,
    # Two people who start the same playbook at one place join one run.
    """
    CREATE UNIQUE INDEX playbook_runs_active
    ON playbook_runs (playbook, incident, channel, drill) WHERE state = 'active'
    """,
    # A row holds a whole playbook: what is asked every few seconds must not read them all.
    "CREATE INDEX playbook_runs_going_on ON playbook_runs (number) WHERE state = 'active'",
    "CREATE INDEX playbook_runs_incident ON playbook_runs (incident)",
    """
    CREATE TABLE playbook_steps (
        run INTEGER NOT NULL,
        step TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'open',
        actor_id TEXT NOT NULL DEFAULT '',
        actor_name TEXT NOT NULL DEFAULT '',
        at INTEGER,
        note TEXT NOT NULL DEFAULT '',
        assignee_id TEXT NOT NULL DEFAULT '',
        assignee_name TEXT NOT NULL DEFAULT '',
        assigned_at INTEGER,
        result TEXT NOT NULL DEFAULT '',
        duration_ms INTEGER,
        attempt INTEGER NOT NULL DEFAULT 0,
        operation TEXT NOT NULL DEFAULT '',
        process TEXT NOT NULL DEFAULT '',
        started_at INTEGER,
        poll_at INTEGER,
        poll_until INTEGER,
        poll_green INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (run, step)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX playbook_steps_running ON playbook_steps (run) WHERE state = 'running'",
    """
    CREATE TABLE playbook_history (
        run INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        step TEXT NOT NULL,
        person_id TEXT NOT NULL,
        person_name TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (run, sequence)
    ) WITHOUT ROWID
    """,
    # `fired_at` is set once, in the transaction that writes what was said into the history.
    """
    CREATE TABLE playbook_alarms (
        run INTEGER NOT NULL,
        key TEXT NOT NULL,
        due_at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        share INTEGER NOT NULL,
        fired_at INTEGER,
        PRIMARY KEY (run, key)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX playbook_alarms_due ON playbook_alarms (due_at) WHERE fired_at IS NULL",
    # What each card showed last, so that it is edited only when it would show something else.
    """
    CREATE TABLE playbook_cards (
        run INTEGER NOT NULL,
        card TEXT NOT NULL,
        revision INTEGER NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (run, card)
    ) WITHOUT ROWID
    """,
)


@migrations()
def playbooks(database: Database) -> None:
    """Times in milliseconds since 1970; the history is only ever added to."""
    for statement in _TABLES:
        database.conn.execute(statement)
    for act in ("UPDATE", "DELETE"):
        database.conn.execute(
            f"CREATE TRIGGER playbook_history_no_{act.lower()} BEFORE {act} ON playbook_history "
            "BEGIN SELECT RAISE(ABORT, 'the history of a playbook run is append-only'); END"
        )
