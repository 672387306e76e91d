"""Charts of the metrics around an incident. Takes a few hundred ms each: call it in a thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.charts import Mark, Points, Series, line_chart
from bot.charts_words import alt_text
from handlers.lessons.report.result import Chart, Report

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store import Bucket

MOST = 3
_MOST_POINTS = 150
_AROUND = timedelta(minutes=30)  # at least so much before and after


def _failed_share(bucket: Bucket) -> float | None:
    if bucket.good is None or bucket.total <= 0:
        return None
    return 100.0 * (bucket.total - bucket.good) / bucket.total


# Name, where it is stored, unit, and how a bucket becomes a number.
_METRICS: tuple[tuple[str, str, str, Callable[[Bucket], float | None]], ...] = (
    ("response_time", "response_time", "ms", lambda bucket: bucket.quantile(0.95)),
    ("error_rate", "answers", "%", _failed_share),
    ("uptime", "uptime", "%", lambda bucket: 100.0 * bucket.average),
    ("database_connections", "database_connections", "%", lambda bucket: bucket.average),
    ("cpu", "cpu", "%", lambda bucket: bucket.average),
)
_TITLES = {
    "response_time": "Response time, 95th percentile",
    "error_rate": "Error rate",
    "uptime": "Uptime",
    "database_connections": "Database connections",
    "cpu": "CPU",
}


def draw(runtime: Runtime, report: Report) -> tuple[Chart, ...]:
    """At most three, of what was measured then, the incident marked in each."""
    since, until = around(report)
    found: list[Chart] = []
    for name, stored, unit, value in _METRICS:
        points = _points(runtime, stored, since, until, value)
        if any(each is not None for _, each in points) and len(found) < MOST:
            found.append(_drawn(runtime, report, name, unit, points))
    return tuple(found)


def around(report: Report) -> tuple[datetime, datetime]:
    """The window of the charts: the incident, and a third of its length on both sides."""
    times = report.times
    end = times.resolved or times.detected
    room = max(_AROUND, (end - times.began) / 3)
    return times.began - room, end + room


def _points(
    runtime: Runtime,
    stored: str,
    since: datetime,
    until: datetime,
    value: Callable[[Bucket], float | None],
) -> Points:
    environment = runtime.settings.environment().name
    step = timedelta(minutes=max(1, int((until - since) / timedelta(minutes=1)) // _MOST_POINTS))
    buckets = runtime.store.samples.series(environment, stored, since, until, step)
    points: list[tuple[datetime, float | None]] = []
    for bucket in buckets:
        if points and bucket.start - points[-1][0] > 3 * step:
            points.append((points[-1][0] + step, None))
        points.append((bucket.start, value(bucket)))
    return points


def _drawn(runtime: Runtime, report: Report, name: str, unit: str, points: Points) -> Chart:
    metric = next((each for key, each in runtime.settings.metrics.items() if key == name), None)
    threshold = metric.alert if metric else None
    better = metric.higher_is_better if metric else False
    title, zone, record = _TITLES[name], runtime.settings.team.timezone, report.record
    window = around(report)
    marks = [
        Mark(since, record.id, "incident", until) for since, until in report.times.closed_spans
    ]
    marks += [
        Mark(each.at, each.label, each.kind, each.until)
        for each in runtime.store.marks.between(*window)
        if each.kind != "incident"
    ]
    series = Series(title, points)
    words = alt_text(
        title, series, unit=unit, threshold=threshold, higher_is_better=better, marks=marks,
        zone=zone,
    )  # fmt: skip
    png = line_chart(
        title, [series], unit=unit, threshold=threshold, marks=marks, zone=zone, between=window
    )
    return Chart(title, png, words)
