"""Alerts, what the rules remember, storms and silences; times in milliseconds since 1970."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def alerts(database: Database) -> None:
    """A problem is open once: a second alert of the same source and key cannot be inserted.

    `revision` grows with every change people should see; `told` is the one they were told.
    """
    for statement in _STATEMENTS:
        database.conn.execute(statement)


_STATEMENTS = (
    """
    CREATE TABLE alerts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        rule TEXT NOT NULL,
        environment TEXT NOT NULL,
        metric TEXT NOT NULL,
        title TEXT NOT NULL,
        severity TEXT NOT NULL,
        summary TEXT NOT NULL,
        channel TEXT NOT NULL,
        owner TEXT NOT NULL,
        playbook TEXT NOT NULL,
        escalates INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('firing', 'acknowledged', 'resolved')),
        fired_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        acknowledged_at INTEGER,
        acknowledger_id TEXT NOT NULL DEFAULT '',
        acknowledger_name TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        snoozed_until INTEGER,
        resolved_at INTEGER,
        resolver TEXT NOT NULL DEFAULT '',
        episode INTEGER NOT NULL DEFAULT 1,
        repeats INTEGER NOT NULL DEFAULT 0,
        flapping INTEGER NOT NULL DEFAULT 0,
        called INTEGER NOT NULL DEFAULT 0,
        next_call INTEGER,
        remind_at INTEGER,
        reminders INTEGER NOT NULL DEFAULT 0,
        storm INTEGER,
        revision INTEGER NOT NULL DEFAULT 1,
        told INTEGER NOT NULL DEFAULT 0,
        posted_at INTEGER,
        arrived_at INTEGER
    )
    """,
    "CREATE UNIQUE INDEX alert_open ON alerts (source, key) WHERE state != 'resolved'",
    "CREATE INDEX alert_key ON alerts (source, key, id)",
    "CREATE INDEX alert_untold ON alerts (id) WHERE told != revision",
    "CREATE INDEX alert_state ON alerts (severity, fired_at) WHERE state != 'resolved'",
    "CREATE INDEX alert_call ON alerts (next_call) WHERE next_call IS NOT NULL",
    "CREATE INDEX alert_reminder ON alerts (remind_at) WHERE remind_at IS NOT NULL",
    "CREATE INDEX alert_arrival ON alerts (id) WHERE posted_at NOTNULL AND arrived_at ISNULL",
    "CREATE INDEX alert_storm ON alerts (storm) WHERE storm IS NOT NULL",
    "CREATE INDEX alert_fired ON alerts (fired_at)",
    """
    CREATE TABLE alert_history (
        alert INTEGER NOT NULL REFERENCES alerts (id),
        number INTEGER NOT NULL,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        person_id TEXT NOT NULL,
        person_name TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (alert, number)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE alert_conditions (
        rule TEXT NOT NULL,
        environment TEXT NOT NULL,
        state TEXT NOT NULL,
        since INTEGER NOT NULL,
        open INTEGER NOT NULL,
        changes TEXT NOT NULL,
        PRIMARY KEY (rule, environment)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE alert_storms (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        channel TEXT NOT NULL,
        began_at INTEGER NOT NULL,
        grown_at INTEGER NOT NULL,
        escalates INTEGER NOT NULL DEFAULT 0,
        called INTEGER NOT NULL DEFAULT 0,
        next_call INTEGER,
        revision INTEGER NOT NULL DEFAULT 1,
        told INTEGER NOT NULL DEFAULT 0,
        told_at INTEGER
    )
    """,
    "CREATE INDEX alert_storm_untold ON alert_storms (id) WHERE told != revision",
    "CREATE INDEX alert_storm_call ON alert_storms (next_call) WHERE next_call IS NOT NULL",
    "CREATE INDEX alert_storm_channel ON alert_storms (channel, grown_at)",
    """
    CREATE TABLE alert_silences (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL CHECK (kind IN ('silence', 'maintenance')),
        rule TEXT NOT NULL,
        environment TEXT NOT NULL,
        starts_at INTEGER NOT NULL,
        ends_at INTEGER NOT NULL,
        owner_id TEXT NOT NULL,
        owner_name TEXT NOT NULL,
        reason TEXT NOT NULL,
        ended_by TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX alert_silence_end ON alert_silences (ends_at)",
)
