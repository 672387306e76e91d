"""Writes the made-up past into a store, as the bot itself would have: before the bot starts.

Measurements go in as rows, since a year has millions; everything else through the repositories.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.sandbox.history.asked import Asked
from bot.sandbox.history.events import write_events
from bot.sandbox.history.measurements import Series, scene, series
from bot.sandbox.history.plot import plot
from bot.sandbox.history.rollups import rollups
from bot.store import Store
from bot.store.samples_rows import HOUR_MS

ENVIRONMENT = "production"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Written:
    samples: int
    incidents: int
    deployments: int
    operations: int
    seconds: float

    @property
    def words(self) -> str:
        return (
            f"{self.samples:,} measurements, {self.incidents} incidents, "
            f"{self.deployments} deployments, {self.operations} operations"
        )


def write(path: Path, asked: Asked) -> Written:
    """Into a new store at that path; what was there before is gone. Blocks for some seconds."""
    began = time.perf_counter()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    story = plot(asked)
    store = Store.open(path, patience=30.0)
    try:
        # The rows below are of the schema that opening has made.
        samples = _measurements(path, asked)
        counts = write_events(store, story, ENVIRONMENT)
    finally:
        store.close()
    return Written(samples, *counts, time.perf_counter() - began)


def _measurements(path: Path, asked: Asked) -> int:
    story = plot(asked)
    found = scene(asked, story)
    floor = int((asked.until - timedelta(days=asked.singles)).timestamp() * 1000)
    floor = max(int(asked.since.timestamp() * 1000), floor // HOUR_MS * HOUR_MS)
    written = 0
    with closing(sqlite3.connect(path, timeout=30.0, isolation_level=None)) as sqlite:
        sqlite.execute("PRAGMA synchronous = OFF")  # made again in seconds where it is lost
        sqlite.execute("BEGIN")
        for each in series(found, story):
            written += _write(sqlite, each, floor)
        sqlite.execute(
            "INSERT INTO sample_floors VALUES ('samples', ?) "
            "ON CONFLICT DO UPDATE SET since = excluded.since",
            (floor,),
        )
        sqlite.execute("COMMIT")
    return written


def _write(sqlite: sqlite3.Connection, found: Series, floor: int) -> int:
    names = (ENVIRONMENT, found.metric)
    sqlite.execute("INSERT OR IGNORE INTO sample_series (environment, metric) VALUES (?, ?)", names)
    (number,) = sqlite.execute(
        "SELECT id FROM sample_series WHERE environment = ? AND metric = ?", names
    ).fetchone()
    first = int((found.at < floor).sum())
    at, values = found.at[first:].tolist(), found.values[first:].tolist()
    good = [None] * len(at) if found.good is None else found.good[first:].tolist()
    sqlite.executemany(
        "INSERT INTO samples VALUES (?, ?, ?, ?)",
        zip([number] * len(at), at, values, good, strict=True),
    )
    hours, days = rollups(found)
    for level, rows in (("sample_hours", hours), ("sample_days", days)):
        sqlite.executemany(
            f"INSERT INTO {level} (series, start, count, total, minimum, maximum, good, sketch) "  # noqa: S608
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(number, *row) for row in rows],
        )
    return int(found.at.size)
