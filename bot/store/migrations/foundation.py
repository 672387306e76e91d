"""The tables that the house itself stands on."""

from __future__ import annotations

from bot.store.chain import FIRST
from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def deliveries(database: Database) -> None:
    """Slack's deliveries, so that each is worked on once; times in milliseconds since 1970.

    One b-tree and no index: an insert stands between Slack and its acknowledgement.
    """
    database.conn.execute(
        """
        CREATE TABLE deliveries (
            delivery_id TEXT PRIMARY KEY,
            summary TEXT NOT NULL,
            reply_to TEXT NOT NULL,
            claimed_at INTEGER NOT NULL,
            finished_at INTEGER
        ) WITHOUT ROWID
        """
    )


@migrations()
def audit(database: Database) -> None:
    """The audit log. `entry` is the truth; the other columns are read out of it to search by.

    `audit_head` counts the entries and holds the last hash; a trigger moves it, so that a
    removed last entry shows. Rows can only be added, one behind the other.
    """
    for statement in _AUDIT:
        database.conn.execute(statement)
    database.conn.execute("INSERT INTO audit_head VALUES (1, 0, ?)", [FIRST])
    for statement in _GUARDS:
        database.conn.execute(statement)


@migrations()
def operations(database: Database) -> None:
    """The journal of guarded operations; times in milliseconds since 1970.

    `request` is what was asked, as JSON, and never changes. The lock of a target is the unique
    index: a second operation on it cannot get to `running`. A resumed operation runs once.
    """
    for statement in _OPERATIONS:
        database.conn.execute(statement)


_OPERATIONS = (
    """
    CREATE TABLE operations (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        target TEXT NOT NULL,
        command TEXT NOT NULL,
        request TEXT NOT NULL,
        requested_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        decided_at INTEGER,
        decider_id TEXT NOT NULL DEFAULT '',
        decider_name TEXT NOT NULL DEFAULT '',
        decision TEXT NOT NULL DEFAULT '',
        glass TEXT NOT NULL DEFAULT '',
        owner TEXT NOT NULL DEFAULT '',
        started_at INTEGER,
        canceller TEXT NOT NULL DEFAULT '',
        ended_at INTEGER,
        result TEXT NOT NULL DEFAULT '',
        resumes TEXT NOT NULL DEFAULT '',
        announced TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE UNIQUE INDEX operation_lock ON operations (target) WHERE state = 'running'",
    "CREATE UNIQUE INDEX operation_resumed ON operations (resumes) "
    "WHERE resumes != '' AND state IN ('running', 'succeeded')",
    "CREATE INDEX operation_waiting ON operations (expires_at) WHERE state = 'requested'",
    "CREATE INDEX operation_untold ON operations (id) WHERE announced != state",
    "CREATE INDEX operation_time ON operations (requested_at)",
    """
    CREATE TABLE operation_steps (
        operation TEXT NOT NULL REFERENCES operations (id),
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        finished_at INTEGER,
        PRIMARY KEY (operation, number)
    ) WITHOUT ROWID
    """,
    # Who commands a declared emergency may run without a second person.
    """
    CREATE TABLE emergencies (
        id INTEGER PRIMARY KEY,
        severity TEXT NOT NULL,
        commander TEXT NOT NULL,
        declared_at INTEGER NOT NULL,
        ended_at INTEGER
    )
    """,
    # What a rehearsal changes. `times` above 1 would be a rehearsal carried out twice.
    """
    CREATE TABLE rehearsals (
        operation TEXT PRIMARY KEY,
        times INTEGER NOT NULL,
        at INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
)


def _read_out(field: str) -> str:
    return f"{field} TEXT GENERATED ALWAYS AS (json_extract(entry, '$.{field}')) VIRTUAL"


_AUDIT = (
    f"""
    CREATE TABLE audit (
        sequence INTEGER PRIMARY KEY,
        entry TEXT NOT NULL,
        previous TEXT NOT NULL,
        hash TEXT NOT NULL,
        {_read_out("at")},
        {_read_out("person_id")},
        {_read_out("command")},
        {_read_out("outcome")}
    )
    """,
    "CREATE INDEX audit_at ON audit (at)",
    "CREATE INDEX audit_person ON audit (person_id, at)",
    "CREATE INDEX audit_command ON audit (command, at)",
    """
    CREATE TABLE audit_head (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        entries INTEGER NOT NULL,
        hash TEXT NOT NULL
    )
    """,
)


def _refusal(action: str, table: str) -> str:
    return f"""
    CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table}
    BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END
    """


_GUARDS = (
    _refusal("UPDATE", "audit"),
    _refusal("DELETE", "audit"),
    _refusal("INSERT", "audit_head"),
    _refusal("DELETE", "audit_head"),
    """
    CREATE TRIGGER audit_takes_the_next BEFORE INSERT ON audit
    WHEN NOT EXISTS (
        SELECT 1 FROM audit_head
        WHERE NEW.sequence = entries + 1 AND NEW.previous = audit_head.hash
    )
    BEGIN SELECT RAISE(ABORT, 'the entry does not follow the last one'); END
    """,
    """
    CREATE TRIGGER audit_moves_the_head AFTER INSERT ON audit
    BEGIN UPDATE audit_head SET entries = NEW.sequence, hash = NEW.hash; END
    """,
    """
    CREATE TRIGGER audit_head_follows_the_log BEFORE UPDATE ON audit_head
    WHEN NEW.entries != OLD.entries + 1 OR NOT EXISTS (
        SELECT 1 FROM audit WHERE sequence = NEW.entries AND hash = NEW.hash
    )
    BEGIN SELECT RAISE(ABORT, 'the head of the audit log follows its entries'); END
    """,
)
GUARD_COUNT = len(_GUARDS)


@migrations()
def outbox(database: Database) -> None:
    """Messages that must arrive, times that were due, and when the bot ran."""
    for statement in _OUTBOX:
        database.conn.execute(statement)


_OUTBOX = (
    """
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        channel TEXT NOT NULL,
        meant_for TEXT NOT NULL DEFAULT '',
        fallback_channel TEXT NOT NULL,
        thread_ts TEXT NOT NULL,
        update_of TEXT NOT NULL,
        text TEXT NOT NULL,
        blocks TEXT NOT NULL,
        form TEXT NOT NULL DEFAULT 'whole' CHECK (form IN ('whole', 'text')),
        state TEXT NOT NULL DEFAULT 'waiting'
            CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
        attempts INTEGER NOT NULL DEFAULT 0,
        created_at INTEGER NOT NULL,
        began_at INTEGER,
        next_at INTEGER NOT NULL,
        sent_at INTEGER,
        ts TEXT NOT NULL DEFAULT '',
        sent_to TEXT NOT NULL DEFAULT '',
        problem TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX outbox_open ON outbox (channel, id) WHERE state IN ('waiting', 'sending')",
    "CREATE INDEX outbox_edits ON outbox (update_of) WHERE state IN ('waiting', 'sending')",
    "CREATE INDEX outbox_unsent ON outbox (state) WHERE state != 'sent'",
    "CREATE INDEX outbox_sent ON outbox (sent_at)",
    """
    CREATE TABLE firings (
        job TEXT NOT NULL,
        due INTEGER NOT NULL,
        claimed_at INTEGER NOT NULL,
        finished_at INTEGER,
        PRIMARY KEY (job, due)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        version TEXT NOT NULL,
        transport TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        heartbeat_at INTEGER NOT NULL,
        contact_at INTEGER,
        ended_at INTEGER
    )
    """,
)
