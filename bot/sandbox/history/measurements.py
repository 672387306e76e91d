"""The measurements of the made-up past, a metric at a time: seeded, with waves, growth and trouble.

Arrays, since a year has five million of them. Imported only where a history is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bot.sandbox.history.asked import Asked
from bot.sandbox.history.plot import Plot, spans

Numbers = NDArray[np.float64]
Truth = NDArray[np.bool_]
MINUTE_MS = 60_000
_YEAR = 525_600.0  # minutes
_GIGABYTE = 1e9


@dataclass(frozen=True, slots=True)
class Series:
    """`at` in ms since 1970, ascending; `good` is None where values are no counts of events."""

    metric: str
    at: NDArray[np.int64]
    values: Numbers
    good: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Every minute of the history: how busy it is (0 to about 1.5), and what is wrong."""

    at: NDArray[np.int64]
    load: Numbers
    age: Numbers  # years since the beginning
    outage: Truth
    slow: Truth
    closed: Truth  # a maintenance window
    measured: Truth  # the bot ran
    seed: int

    def dice(self, metric: str) -> np.random.Generator:
        """The same for the same seed, metric and beginning."""
        words = f"{self.seed} {metric}".encode()
        return np.random.default_rng([int.from_bytes(words[:8], "big"), *words])


def scene(asked: Asked, plot: Plot) -> Scene:
    first = int(asked.since.timestamp() * 1000)
    at = np.arange(first, int(asked.until.timestamp() * 1000), MINUTE_MS, dtype=np.int64)
    local = at // MINUTE_MS + _offsets(asked, at.size)
    hour, weekday = (local % 1_440) / 60.0, (local // 1_440 + 3) % 7  # 1970 began on a Thursday
    day = 0.5 - 0.5 * np.cos((hour - 4.0) / 24.0 * 2 * np.pi)
    load = (0.25 + 0.75 * day) * np.where(weekday >= 5, 0.7, 1.0)
    age = np.arange(at.size) / _YEAR
    closed, ran = np.zeros(at.size, bool), np.ones(at.size, bool)
    for begin, end in plot.windows:
        closed[_slice(first, begin, end)] = True
    for begin, end in plot.gaps:
        ran[_slice(first, begin, end)] = False
    outage, slow = np.zeros(at.size, bool), np.zeros(at.size, bool)
    for kind, marked in (("outage", outage), ("slow", slow)):
        for begin, end in spans(plot, kind):
            marked[_slice(first, begin, end)] = True
    return Scene(at, load * (1 + 0.35 * age), age, outage, slow, closed, ran, asked.seed)


def series(found: Scene, plot: Plot) -> Iterator[Series]:
    """Every metric that the bot samples, at its usual distance."""
    yield from _checks(found)
    yield from _traffic(found)
    yield from _database(found)
    yield from _seldom(found, plot)


def _checks(found: Scene) -> Iterator[Series]:
    dice, size = found.dice("uptime"), found.at.size
    down = found.outage | found.closed | (dice.random(size) < 0.00012)
    kept = found.measured
    good = (~down).astype(np.int64)
    yield Series("uptime", found.at[kept], good[kept].astype(float), good[kept])
    dice = found.dice("response_time")
    middle = np.log(135.0 * (1 + 0.22 * found.load) * np.where(found.slow, 4.5, 1.0))
    answer = _rounded(dice.lognormal(middle, 0.28), 1)
    kept = found.measured & ~down
    yield Series("response_time", found.at[kept], answer[kept])


def _traffic(found: Scene) -> Iterator[Series]:
    dice, kept = found.dice("requests"), found.measured
    requests = dice.poisson(560.0 * found.load * np.where(found.closed, 0.05, 1.0))
    share = np.where(found.outage, 0.55, np.where(found.slow, 0.012, 0.0007))
    failed = dice.binomial(requests, share)
    thrown = dice.binomial(failed, 0.4)
    count = requests.astype(float)
    yield Series("requests", found.at[kept], count[kept], (requests - thrown)[kept])
    yield Series("worker_errors", found.at[kept], thrown[kept].astype(float))
    yield Series("answers", found.at[kept], count[kept], (requests - failed)[kept])
    some = kept & (requests > 0)
    rate = 100.0 * failed / np.maximum(requests, 1)
    yield Series("error_rate", found.at[some], rate[some])
    dice = found.dice("cpu")
    cpu = np.clip(dice.normal(16 + 30 * found.load, 3.5) * np.where(found.slow, 1.5, 1), 1, 100)
    yield Series("cpu", found.at[some], _rounded(cpu, 2)[some])


def _database(found: Scene) -> Iterator[Series]:
    dice, kept = found.dice("database"), found.measured & ~(found.outage | found.closed)
    busy = dice.normal(18 + 36 * found.load, 3.0) + np.where(found.slow, 28.0, 0.0)
    used = _rounded(np.clip(busy, 2, 100), 1)
    yield Series("database_connections", found.at[kept], used[kept])
    active = np.floor(used / 6)
    yield Series("connections_active", found.at[kept], active[kept])
    yield Series("connections_idle", found.at[kept], np.floor(used - active)[kept])
    waiting = (dice.random(found.at.size) < 0.05).astype(float)
    yield Series("connections_idle_in_transaction", found.at[kept], waiting[kept])
    up = found.measured
    yield Series("database_up", found.at[up], (~(found.outage | found.closed))[up].astype(float))


def _seldom(found: Scene, plot: Plot) -> Iterator[Series]:
    every5 = _every(found, 5)
    age, at = found.age[every5], found.at[every5]
    dice = found.dice("cache")
    hit = np.clip(dice.normal(91.0, 1.8, at.size), 40, 100)
    yield Series("cache_hit_rate", at, _rounded(hit, 2))
    memory = np.clip(46 + 24 * age + dice.normal(0, 2.0, at.size), 5, 99)
    yield Series("memory", at, _rounded(memory, 2))
    disk = np.clip(31 + 33 * age + 3 * np.sin(age * 75), 5, 99)
    yield Series("disk", at, _rounded(disk, 2))
    every15 = _every(found, 15)
    age, at = found.age[every15], found.at[every15]
    size = (1.6 + 2.2 * age) * _GIGABYTE + dice.normal(0, 4e6, at.size)
    yield Series("database_size", at, _rounded(size, 0))
    days = at / (24 * 60 * MINUTE_MS)
    yield Series("certificate_days", at, _rounded(90 - (days % 62), 2))
    yield Series("backup_age_hours", at, _backup_ages(at, plot))


def _backup_ages(at: NDArray[np.int64], plot: Plot) -> Numbers:
    """Hours since 03:00, and a day more where that night's backup did not come."""
    hours = (at // 3_600_000 - 3) % 24 + (at // MINUTE_MS % 60) / 60.0
    late = {int(datetime.combine(day, datetime.min.time(), UTC).timestamp() // 86_400)
            for day in plot.late_backups}  # fmt: skip
    missing = np.isin((at - 3 * 3_600_000) // 86_400_000, np.array(sorted(late), dtype=np.int64))
    return _rounded(hours + np.where(missing, 24.0, 0.0), 2)


def _rounded(values: ArrayLike, digits: int) -> Numbers:
    return np.asarray(np.round(np.asarray(values, dtype=np.float64), digits), dtype=np.float64)


def _every(found: Scene, minutes: int) -> Truth:
    return np.asarray((found.at // MINUTE_MS % minutes == 0) & found.measured, dtype=np.bool_)


def _slice(first: int, begin: datetime, end: datetime) -> slice:
    start, stop = (int((each.timestamp() * 1000 - first) // MINUTE_MS) for each in (begin, end))
    return slice(max(0, start), max(0, stop))


def _offsets(asked: Asked, size: int) -> NDArray[np.int64]:
    """Minutes that the zone's clocks are ahead of UTC at each minute: summer time included."""
    zone, hours = ZoneInfo(asked.zone), -(-size // 60)
    ahead = [
        (asked.since + timedelta(hours=hour)).astimezone(zone).utcoffset() or timedelta()
        for hour in range(hours)
    ]
    minutes = np.array([int(each.total_seconds() // 60) for each in ahead], dtype=np.int64)
    return np.repeat(minutes, 60)[:size]
