"""Where capacity goes if it goes on as it did, by the trend that `scale` and `db` tell too."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.forecasting import FEWEST_DAYS, daily, forecast
from bot.metric_entries import ENTRIES
from handlers.reports.result import Forecast

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Store

_DAY, _YEAR = timedelta(days=1), 365.0
_GIGABYTE = 1e9
# Percent. Connections end where the pool does, as `scale` says; a disk is full for what writes.
_FULL = {"database_connections": 100.0, "disk": 90.0}
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
        unit, values = entry.unit, _daily(store, settings, environment, name, until)
        if name == "database_size":
            # In bytes, and as `db` and `scale` take it.
            unit, values = "bytes", daily(store, settings, environment, name, until)
        if len(values) >= FEWEST_DAYS:
            found.append(line(name, title, unit, values, _limit(settings, name), until))
    far = datetime.max.replace(tzinfo=until.tzinfo)
    return tuple(sorted(found, key=lambda each: each.reaches or far))


def _daily(
    store: Store, settings: Settings, environment: str, name: str, until: datetime
) -> dict[date, float]:
    """What the metric's own figure was on each day."""
    entry, since = ENTRIES[name], until - timedelta(days=settings.scale.history_days)
    buckets = store.samples.series(environment, entry.source, since, until, _DAY)
    found = {bucket.start.date(): entry.value(bucket) for bucket in buckets}
    return {day: value for day, value in found.items() if value is not None}


def line(
    name: str,
    title: str,
    unit: str,
    values: Mapping[date, float],
    limit: float | None,
    until: datetime,
) -> Forecast:
    """By the value of each day, of which there are enough; pure."""
    when = forecast(values, math.inf if limit is None else limit)
    near = when.middle is not None and when.middle <= _YEAR
    reaches = until + timedelta(days=when.middle) if near and when.middle is not None else None
    return Forecast(
        name, title, unit, max(0.0, when.level), when.slope * 30, when.days, limit, reaches
    )


def _limit(settings: Settings, name: str) -> float | None:
    """The size that the plan holds, a full pool or disk, or the alert threshold."""
    if name == "database_size":
        return settings.database.size_limit_gb * _GIGABYTE or None
    metric = ENTRIES[name].limits(settings)
    return _FULL.get(name, metric.alert if metric is not None else None)
