"""Measurements and their roll-ups, and what is marked on every chart."""

from __future__ import annotations

from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def samples(database: Database) -> None:
    """Times in milliseconds since 1970, hours and days of UTC.

    Without row ids, so that one series lies together on disk, in the order of time: a window
    is one range of one b-tree. A `sample_floors` row says from when a level still is whole.
    """
    for statement in _SAMPLES:
        database.conn.execute(statement)


@migrations()
def marks(database: Database) -> None:
    """Incidents and deployments on the axis of time; `until` is NULL for a moment."""
    database.conn.execute(
        """
        CREATE TABLE marks (
            kind TEXT NOT NULL,
            reference TEXT NOT NULL,
            at INTEGER NOT NULL,
            until INTEGER,
            label TEXT NOT NULL,
            PRIMARY KEY (kind, reference)
        ) WITHOUT ROWID
        """
    )
    database.conn.execute("CREATE INDEX marks_at ON marks (at)")


_SAMPLES = (
    """
    CREATE TABLE sample_series (
        id INTEGER PRIMARY KEY,
        environment TEXT NOT NULL,
        metric TEXT NOT NULL,
        UNIQUE (environment, metric)
    )
    """,
    """
    CREATE TABLE samples (
        series INTEGER NOT NULL,
        at INTEGER NOT NULL,
        value REAL NOT NULL,
        good INTEGER,
        PRIMARY KEY (series, at)
    ) WITHOUT ROWID
    """,
    *(
        f"""
        CREATE TABLE {level} (
            series INTEGER NOT NULL,
            start INTEGER NOT NULL,
            count INTEGER NOT NULL,
            total REAL NOT NULL,
            minimum REAL NOT NULL,
            maximum REAL NOT NULL,
            good INTEGER,
            sketch BLOB NOT NULL,
            PRIMARY KEY (series, start)
        ) WITHOUT ROWID
        """
        for level in ("sample_hours", "sample_days")
    ),
    "CREATE TABLE sample_floors (level TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE sample_refusals (
        environment TEXT NOT NULL,
        metric TEXT NOT NULL,
        reason TEXT NOT NULL,
        count INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        PRIMARY KEY (environment, metric, reason)
    ) WITHOUT ROWID
    """,
)
