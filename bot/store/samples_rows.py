"""Samples and their roll-ups as rows: reading ranges, merging what is new exactly once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from bot.store.connection import Sql
from bot.store.samples_buckets import Rollup, Row

Single = tuple[int, float, int | None]  # at, value, good
Level = Literal["samples", "sample_hours", "sample_days"]
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
_ROLLUP = "start, count, total, minimum, maximum, good, sketch"
_FRESH = ", ".join(f"{name} = excluded.{name}" for name in _ROLLUP.split(", ")[1:])


def instant(since_1970: int) -> datetime:
    return datetime.fromtimestamp(since_1970 / 1000, UTC)


def insert(sqlite: Sql, series: int, rows: Iterable[Single]) -> list[Single]:
    """Store (at, value, good); answers those that were not there before."""
    fresh = []
    for row in rows:
        done = sqlite.execute("INSERT OR IGNORE INTO samples VALUES (?, ?, ?, ?)", (series, *row))
        if done.rowcount == 1:
            fresh.append(row)
    return fresh


def roll_up(sqlite: Sql, series: int, rows: Iterable[Single]) -> None:
    """Merge freshly inserted rows into their hours and days, inside the same transaction."""
    hours: dict[int, Rollup] = {}
    for at, value, good in rows:
        hours.setdefault(at // HOUR_MS * HOUR_MS, Rollup()).add(value, good)
    days: dict[int, Rollup] = {}
    for start, rollup in hours.items():
        days.setdefault(start // DAY_MS * DAY_MS, Rollup()).merge(rollup)
    _merge(sqlite, "sample_hours", series, hours)
    _merge(sqlite, "sample_days", series, days)


def _merge(sqlite: Sql, level: Level, series: int, fresh: dict[int, Rollup]) -> None:
    for start, rollup in fresh.items():
        row = sqlite.execute(
            f"SELECT {_ROLLUP} FROM {level} WHERE series = ? AND start = ?",  # noqa: S608 fixed
            (series, start),
        ).fetchone()
        if row is not None:
            rollup.absorb(row)
        sqlite.execute(
            f"INSERT INTO {level} (series, {_ROLLUP}) "  # noqa: S608 fixed words
            f"VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (series, start) DO UPDATE SET {_FRESH}",
            (
                series, start, rollup.count, rollup.total, rollup.minimum, rollup.maximum,
                rollup.good, rollup.sketch.packed(),
            ),
        )  # fmt: skip


def read_samples(sqlite: Sql, series: int, since: int, until: int) -> list[Single]:
    """(at, value, good) with since ≤ at < until, in the order of time."""
    return sqlite.execute(
        "SELECT at, value, good FROM samples WHERE series = ? AND at >= ? AND at < ? ORDER BY at",
        (series, since, until),
    ).fetchall()


def read_rollups(sqlite: Sql, level: Level, series: int, since: int, until: int) -> list[Row]:
    """The packed rows with since ≤ start < until, in the order of time."""
    return sqlite.execute(
        f"SELECT {_ROLLUP} FROM {level} "  # noqa: S608 fixed words
        "WHERE series = ? AND start >= ? AND start < ? ORDER BY start",
        (series, since, until),
    ).fetchall()
