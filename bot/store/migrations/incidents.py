"""Incidents: what each is now, how it came to be so, and its timeline."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def incidents(database: Database) -> None:
    """Times in milliseconds since 1970. `incident_changes` says how each field came to its value.

    Durations are computed from the changes, which can only be added, never from the row.
    """
    for statement in _INCIDENTS:
        database.conn.execute(statement)


@migrations()
def timelines(database: Database) -> None:
    """`entry` is the truth; the other columns are read out of it to search by.

    Each incident has a chain of its own: `timeline_heads` counts its entries and holds the last
    hash; a trigger moves it, so that a removed last entry shows.
    """
    for statement in (*_TIMELINES, *_GUARDS):
        database.conn.execute(statement)


_INCIDENTS = (
    """
    CREATE TABLE incidents (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL,
        severity TEXT NOT NULL CHECK (severity IN ('SEV1', 'SEV2', 'SEV3', 'SEV4')),
        kind TEXT NOT NULL,
        affected TEXT NOT NULL,
        private INTEGER NOT NULL,
        status TEXT NOT NULL,
        declared_at INTEGER NOT NULL,
        declared_by_id TEXT NOT NULL,
        declared_by_name TEXT NOT NULL,
        began_at INTEGER NOT NULL,
        origin TEXT NOT NULL,
        origin_thread TEXT NOT NULL,
        channel TEXT NOT NULL DEFAULT '',
        channel_name TEXT NOT NULL DEFAULT '',
        thread_ts TEXT NOT NULL DEFAULT '',
        room TEXT NOT NULL DEFAULT 'wanted',
        room_problem TEXT NOT NULL DEFAULT '',
        acknowledged_at INTEGER,
        acknowledged_by_id TEXT NOT NULL DEFAULT '',
        acknowledged_by_name TEXT NOT NULL DEFAULT '',
        escalation_called INTEGER NOT NULL DEFAULT 0,
        escalation_next INTEGER,
        update_due INTEGER,
        updated_text TEXT NOT NULL DEFAULT '',
        updated_at INTEGER,
        card TEXT NOT NULL DEFAULT '',
        shown INTEGER NOT NULL DEFAULT 0,
        revision INTEGER NOT NULL DEFAULT 1
    )
    """,
    "CREATE INDEX incident_open ON incidents (number) WHERE status NOT IN ('resolved', 'closed')",
    "CREATE INDEX incident_declared ON incidents (declared_at)",
    "CREATE INDEX incident_channel ON incidents (channel, number) WHERE channel != ''",
    "CREATE INDEX incident_roomless ON incidents (number) WHERE room = 'wanted'",
    "CREATE INDEX incident_unshown ON incidents (number) WHERE shown < revision",
    # Which incident gives its commander the right to act alone; one right for each.
    "ALTER TABLE emergencies ADD COLUMN incident INTEGER",
    "CREATE UNIQUE INDEX emergency_incident ON emergencies (incident) "
    "WHERE incident IS NOT NULL AND ended_at IS NULL",
    """
    CREATE TABLE incident_changes (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        incident INTEGER NOT NULL REFERENCES incidents (number),
        field TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        at INTEGER NOT NULL,
        actor_id TEXT NOT NULL,
        actor_name TEXT NOT NULL
    )
    """,
    "CREATE INDEX incident_change ON incident_changes (incident, id)",
    """
    CREATE TABLE incident_people (
        incident INTEGER NOT NULL REFERENCES incidents (number),
        role TEXT NOT NULL,
        person_id TEXT NOT NULL,
        person_name TEXT NOT NULL,
        since INTEGER NOT NULL,
        PRIMARY KEY (incident, role, person_id)
    ) WITHOUT ROWID
    """,
    # A role other than responder has one holder.
    "CREATE UNIQUE INDEX incident_role ON incident_people (incident, role) "
    "WHERE role != 'responder'",
    """
    CREATE TABLE incident_tasks (
        incident INTEGER NOT NULL REFERENCES incidents (number),
        number INTEGER NOT NULL,
        text TEXT NOT NULL,
        owner_id TEXT NOT NULL,
        owner_name TEXT NOT NULL,
        due_at INTEGER,
        created_at INTEGER NOT NULL,
        created_by_id TEXT NOT NULL,
        created_by_name TEXT NOT NULL,
        done_at INTEGER,
        done_by_id TEXT NOT NULL DEFAULT '',
        done_by_name TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (incident, number)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX incident_task_owner ON incident_tasks (owner_id) WHERE done_at IS NULL",
    "CREATE INDEX incident_task_due ON incident_tasks (due_at) WHERE done_at IS NULL",
    """
    CREATE TABLE incident_links (
        incident INTEGER NOT NULL REFERENCES incidents (number),
        kind TEXT NOT NULL,
        reference TEXT NOT NULL,
        label TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (incident, kind, reference)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX incident_linked ON incident_links (kind, reference)",
    """
    CREATE TABLE cursors (
        name TEXT PRIMARY KEY,
        position INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
)


def _read_out(field: str, kind: str = "TEXT") -> str:
    return f"{field} {kind} GENERATED ALWAYS AS (json_extract(entry, '$.{field}')) VIRTUAL"


_TIMELINES = (
    f"""
    CREATE TABLE timeline (
        incident INTEGER NOT NULL REFERENCES incidents (number),
        sequence INTEGER NOT NULL,
        entry TEXT NOT NULL,
        previous TEXT NOT NULL,
        hash TEXT NOT NULL,
        {_read_out("happened_at", "INTEGER")},
        {_read_out("kind")},
        {_read_out("actor_id")},
        {_read_out("reference")},
        PRIMARY KEY (incident, sequence)
    ) WITHOUT ROWID
    """,
    "CREATE UNIQUE INDEX timeline_reference ON timeline (incident, reference) "
    "WHERE reference != ''",
    "CREATE INDEX timeline_happened ON timeline (incident, happened_at, sequence)",
    "CREATE INDEX timeline_message ON timeline (reference) WHERE kind = 'message'",
    """
    CREATE TABLE timeline_heads (
        incident INTEGER PRIMARY KEY REFERENCES incidents (number),
        entries INTEGER NOT NULL,
        hash TEXT NOT NULL
    )
    """,
)


def _refusal(action: str, table: str) -> str:
    return f"""
    CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table}
    BEGIN SELECT RAISE(ABORT, 'this record can only be added to'); END
    """


_GUARDS = (
    _refusal("UPDATE", "timeline"),
    _refusal("DELETE", "timeline"),
    _refusal("DELETE", "timeline_heads"),
    _refusal("UPDATE", "incident_changes"),
    _refusal("DELETE", "incident_changes"),
    _refusal("DELETE", "incidents"),
    """
    CREATE TRIGGER timeline_heads_begin_empty BEFORE INSERT ON timeline_heads
    WHEN NEW.entries != 0
        OR EXISTS (SELECT 1 FROM timeline_heads WHERE incident = NEW.incident)
    BEGIN SELECT RAISE(ABORT, 'a timeline begins without entries'); END
    """,
    """
    CREATE TRIGGER timeline_takes_the_next BEFORE INSERT ON timeline
    WHEN NOT EXISTS (
        SELECT 1 FROM timeline_heads WHERE incident = NEW.incident
        AND NEW.sequence = entries + 1 AND NEW.previous = timeline_heads.hash
    )
    BEGIN SELECT RAISE(ABORT, 'the entry does not follow the last one'); END
    """,
    """
    CREATE TRIGGER timeline_moves_the_head AFTER INSERT ON timeline
    BEGIN
        UPDATE timeline_heads SET entries = NEW.sequence, hash = NEW.hash
        WHERE incident = NEW.incident;
    END
    """,
    """
    CREATE TRIGGER timeline_head_follows BEFORE UPDATE ON timeline_heads
    WHEN NEW.incident != OLD.incident OR NEW.entries != OLD.entries + 1 OR NOT EXISTS (
        SELECT 1 FROM timeline WHERE incident = NEW.incident
        AND sequence = NEW.entries AND hash = NEW.hash
    )
    BEGIN SELECT RAISE(ABORT, 'the head of a timeline follows its entries'); END
    """,
)
TIMELINE_GUARDS = tuple(statement.split("CREATE TRIGGER ")[1].split()[0] for statement in _GUARDS)
