"""Measurements over time: stored once each, rolled up to hours and days as they come.

Hours and days are those of UTC. A roll-up is merged in the transaction that stores its samples,
so late, doubled and disordered samples land right; a time without samples has no bucket.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.store.connection import Connection, Sql
from bot.store.outbox_rows import milliseconds
from bot.store.samples_buckets import Bucket, Rollup, Row, Sample, refusal
from bot.store.samples_plan import Floors, plan
from bot.store.samples_rows import (
    DAY_MS,
    HOUR_MS,
    Level,
    Single,
    insert,
    instant,
    read_rollups,
    read_samples,
    roll_up,
)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of samples: stored, there already, or refused, each reason counted."""

    stored: int = 0
    doubled: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusals:
    """How often samples of a metric were refused for that reason; `last_at` is their own time."""

    metric: str
    reason: str
    count: int
    last_at: datetime


class Samples:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, samples: Sequence[Sample], now: datetime | None = None) -> Added:
        """Store them; the first value of an (environment, metric, at) stays.

        With `now`, what lies more than five minutes ahead of it is refused.
        """
        refused: Counter[str] = Counter()
        stored = taken = 0
        with self._connection.write(durable=False) as sqlite:
            floor = instant(_floors(sqlite).samples)
            accepted: dict[tuple[str, str], list[Single]] = {}
            for each in samples:
                if reason := refusal(each, floor, now):
                    refused[reason] += 1
                    _note_refusal(sqlite, each, reason)
                    continue
                row = (milliseconds(each.at), float(each.value), each.good)
                accepted.setdefault((each.environment, each.metric), []).append(row)
            for (environment, metric), rows in accepted.items():
                series = _series(sqlite, environment, metric)
                fresh = insert(sqlite, series, rows)
                roll_up(sqlite, series, fresh)
                taken += len(rows)
                stored += len(fresh)
        return Added(stored, taken - stored, dict(refused))

    def series(
        self, environment: str, metric: str, since: datetime, until: datetime, step: timedelta
    ) -> tuple[Bucket, ...]:
        """The window [since, until) in steps, aligned to 1970; empty steps are absent.

        Where the samples of a finer step were forgotten, the hour or day stands at its start.
        """
        width = max(1, int(step.total_seconds() * 1000))
        steps = self._gathered(environment, metric, since, until, width)
        return tuple(rollup.bucket(instant(start)) for start, rollup in sorted(steps.items()))

    def window(
        self, environment: str, metric: str, since: datetime, until: datetime
    ) -> Bucket | None:
        """All samples of [since, until) as one bucket; None where there are none."""
        whole = self._gathered(environment, metric, since, until, None)
        return whole[0].bucket(since) if whole else None

    def latest(self, environment: str, metric: str) -> Sample | None:
        """The newest sample by its own time; None where none is kept."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT at, value, good FROM samples WHERE series = (SELECT id FROM "
                "sample_series WHERE environment = ? AND metric = ?) ORDER BY at DESC LIMIT 1",
                (environment, metric),
            ).fetchone()
        return None if row is None else Sample(environment, metric, instant(row[0]), *row[1:])

    def first(self, environment: str, metric: str) -> datetime | None:
        """When its history begins, to the moment, or to the day once single samples are forgotten;
        None where there is none."""
        day = self.began(environment, metric)
        if day is None:
            return None
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT min(at) FROM samples WHERE series = (SELECT id FROM sample_series "
                "WHERE environment = ? AND metric = ?)",
                (environment, metric),
            ).fetchone()
        if row is None or row[0] is None or instant(row[0]) >= day + timedelta(days=1):
            return day
        return instant(int(row[0]))

    def metrics(self, environment: str) -> tuple[str, ...]:
        """Every metric that was ever sampled there, by name."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT metric FROM sample_series WHERE environment = ? ORDER BY metric",
                (environment,),
            ).fetchall()
        return tuple(metric for (metric,) in rows)

    def began(self, environment: str, metric: str) -> datetime | None:
        """The day its history begins with; None where there is none."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT min(start) FROM sample_days WHERE series = (SELECT id FROM "
                "sample_series WHERE environment = ? AND metric = ?)",
                (environment, metric),
            ).fetchone()
        return None if row is None or row[0] is None else instant(row[0])

    def refusals(self, environment: str) -> tuple[Refusals, ...]:
        """What was refused there, most often first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT metric, reason, count, last_at FROM sample_refusals "
                "WHERE environment = ? ORDER BY count DESC, metric, reason",
                (environment,),
            ).fetchall()
        return tuple(
            Refusals(metric, reason, count, instant(at)) for metric, reason, count, at in rows
        )

    def forget_before(self, samples: datetime, hours: datetime, days: datetime) -> int:
        """Forget each level before its time, cut to whole hours and days; answers the rows."""
        until: dict[Level, int] = {
            "samples": milliseconds(samples) // HOUR_MS * HOUR_MS,
            "sample_hours": milliseconds(hours) // DAY_MS * DAY_MS,
            "sample_days": milliseconds(days) // DAY_MS * DAY_MS,
        }
        gone = 0
        with self._connection.write(durable=False) as sqlite:
            series = [each for (each,) in sqlite.execute("SELECT id FROM sample_series")]
            for level, before in until.items():
                column = "at" if level == "samples" else "start"
                sqlite.execute(
                    "INSERT INTO sample_floors VALUES (?, ?) "
                    "ON CONFLICT (level) DO UPDATE SET since = "
                    "max(sample_floors.since, excluded.since)",
                    (level, before),
                )
                for each in series:
                    gone += sqlite.execute(
                        f"DELETE FROM {level} WHERE series = ? AND {column} < ?",  # noqa: S608
                        (each, before),
                    ).rowcount
        return gone

    def _gathered(
        self, environment: str, metric: str, since: datetime, until: datetime, width: int | None
    ) -> dict[int, Rollup]:
        """Roll-ups by the start of their step, or all under 0; empty steps are absent.

        Only the reading of rows holds the connection.
        """
        with self._connection.read() as sqlite:
            found = sqlite.execute(
                "SELECT id FROM sample_series WHERE environment = ? AND metric = ?",
                (environment, metric),
            ).fetchone()
            if found is None:
                return {}
            ranges = plan(milliseconds(since), milliseconds(until), width, _floors(sqlite))
            singles: list[Single] = []
            rows: list[Row] = []
            for each in ranges:
                if each.level == "samples":
                    singles += read_samples(sqlite, found[0], each.since, each.until)
                else:
                    rows += read_rollups(sqlite, each.level, found[0], each.since, each.until)
        steps: defaultdict[int, Rollup] = defaultdict(Rollup)
        for row in rows:
            steps[row[0] // width * width if width else 0].absorb(row)
        for at, value, good in singles:
            steps[at // width * width if width else 0].add(value, good)
        return steps


def _floors(sqlite: Sql) -> Floors:
    held = dict(sqlite.execute("SELECT level, since FROM sample_floors").fetchall())
    return Floors(held.get("samples", 0), held.get("sample_hours", 0))


def _series(sqlite: Sql, environment: str, metric: str) -> int:
    names = (environment, metric)
    sqlite.execute("INSERT OR IGNORE INTO sample_series (environment, metric) VALUES (?, ?)", names)
    (found,) = sqlite.execute(
        "SELECT id FROM sample_series WHERE environment = ? AND metric = ?", names
    ).fetchone()
    return int(found)


def _note_refusal(sqlite: Sql, sample: Sample, reason: str) -> None:
    sqlite.execute(
        "INSERT INTO sample_refusals VALUES (?, ?, ?, 1, ?) "
        "ON CONFLICT (environment, metric, reason) DO UPDATE SET "
        "count = sample_refusals.count + 1, last_at = excluded.last_at",
        (sample.environment, sample.metric, reason, milliseconds(sample.at)),
    )
