"""Deployments that the bot carries out: where each stands, and what people pressed."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def deploys(database: Database) -> None:
    """Times in milliseconds since 1970. A run without an outcome is unfinished."""
    for statement in _TABLES:
        database.conn.execute(statement)


_TABLES = (
    """
    CREATE TABLE deploy_runs (
        number INTEGER PRIMARY KEY,
        operation TEXT NOT NULL,
        environment TEXT NOT NULL,
        script TEXT NOT NULL,
        source TEXT NOT NULL,
        asked TEXT NOT NULL,
        version TEXT NOT NULL DEFAULT '',
        tag TEXT NOT NULL DEFAULT '',
        previous TEXT NOT NULL DEFAULT '',
        previous_tag TEXT NOT NULL DEFAULT '',
        wanted TEXT NOT NULL,
        canary TEXT NOT NULL DEFAULT '{}',
        outcome TEXT NOT NULL DEFAULT '',
        detail TEXT NOT NULL DEFAULT '',
        person_id TEXT NOT NULL,
        person_name TEXT NOT NULL,
        channel TEXT NOT NULL,
        thread_ts TEXT NOT NULL DEFAULT '',
        started_at INTEGER NOT NULL,
        ended_at INTEGER,
        card_revision INTEGER NOT NULL DEFAULT 0,
        card_digest TEXT NOT NULL DEFAULT '',
        told TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE UNIQUE INDEX deploy_unfinished ON deploy_runs (environment) WHERE outcome = ''",
    "CREATE INDEX deploy_passed ON deploy_runs (environment, outcome, ended_at)",
    """
    CREATE TABLE deploy_steps (
        run INTEGER NOT NULL REFERENCES deploy_runs (number),
        step TEXT NOT NULL,
        state TEXT NOT NULL,
        note TEXT NOT NULL DEFAULT '',
        output TEXT NOT NULL DEFAULT '',
        started_at INTEGER,
        ended_at INTEGER,
        PRIMARY KEY (run, step)
    ) WITHOUT ROWID
    """,
    # One wish of a kind for each turn: of two people who press at once, one is heard.
    """
    CREATE TABLE deploy_wishes (
        run INTEGER NOT NULL REFERENCES deploy_runs (number),
        turn INTEGER NOT NULL,
        kind TEXT NOT NULL,
        wish TEXT NOT NULL,
        person_id TEXT NOT NULL,
        person_name TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (run, turn, kind)
    ) WITHOUT ROWID
    """,
)
