"""Where capacity goes if it goes on as it did: a straight line through daily values."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.metric_entries import ENTRIES
from handlers.reports.result import Forecast

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Store

LOOKED_AT = timedelta(days=90)
LEAST_DAYS = 14  # of fewer a line says nothing
_DAY, _YEAR = timedelta(days=1), 365.0
_GIGABYTE = 1e9
_DISK_FULL = 90.0
_TITLES = {
    "database_connections": "Database connections",
    "cpu": "CPU time",
    "memory": "Memory of the cache",
    "disk": "Disk of the bot's machine",
    "database_size": "Database size",
    "requests": "Requests a minute",
}


def forecasts(
    store: Store, settings: Settings, environment: str, until: datetime
) -> tuple[Forecast, ...]:
    """Of what was measured on enough days, the first to reach its limit first. Blocks."""
    found = []
    for name, title in _TITLES.items():
        entry = ENTRIES[name]
        days = store.samples.series(environment, entry.source, until - LOOKED_AT, until, _DAY)
        values = [
            ((bucket.start - until) / _DAY, value)
            for bucket in days
            if (value := entry.value(bucket)) is not None
        ]
        if len(values) < LEAST_DAYS:
            continue
        scale = 1.0 / entry.scale if name == "database_size" else 1.0
        points = [(day, value * scale) for day, value in values]
        unit = "bytes" if name == "database_size" else entry.unit
        found.append(line(name, title, unit, points, _limit(settings, name), until))
    far = datetime.max.replace(tzinfo=until.tzinfo)
    return tuple(sorted(found, key=lambda each: each.reaches or far))


def line(
    name: str,
    title: str,
    unit: str,
    points: Sequence[tuple[float, float]],
    limit: float | None,
    until: datetime,
) -> Forecast:
    """Through (days from `until`, value), at least two; pure."""
    slope, now = statistics.linear_regression(
        [day for day, _ in points], [value for _, value in points]
    )
    reaches = None
    if limit is not None:
        days = 0.0 if now >= limit else (limit - now) / slope if slope > 0 else _YEAR + 1
        reaches = until + timedelta(days=days) if days <= _YEAR else None
    return Forecast(name, title, unit, max(0.0, now), slope * 30, len(points), limit, reaches)


def _limit(settings: Settings, name: str) -> float | None:
    """The alert threshold, the size that the plan holds, or a full disk."""
    if name == "database_size":
        return settings.database.size_limit_gb * _GIGABYTE or None
    if name == "disk":
        return _DISK_FULL
    metric = ENTRIES[name].limits(settings)
    return metric.alert if metric is not None else None
