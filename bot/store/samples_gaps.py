"""Times without measurements: what a report must not take for good news."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store.connection import Connection, Sql
from bot.store.outbox_rows import milliseconds
from bot.store.samples_rows import HOUR_MS, instant

Span = tuple[datetime, datetime]


class SampleGaps:
    """Reads the same rows as `Samples`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def singles_since(self) -> datetime:
        """From when on single measurements are kept; before, hours stand for them."""
        with self._connection.read() as sqlite:
            return instant(_floor(sqlite, "samples"))

    def between(
        self,
        environment: str,
        metric: str,
        since: datetime,
        until: datetime,
        longest: timedelta,
    ) -> tuple[Span, ...]:
        """Where [since, until) has no measurement for longer than `longest`, by time.

        Both ends count too. Where only hours are kept, whole hours without any are found.
        """
        first, last = milliseconds(since), milliseconds(until)
        with self._connection.read() as sqlite:
            found = sqlite.execute(
                "SELECT id FROM sample_series WHERE environment = ? AND metric = ?",
                (environment, metric),
            ).fetchone()
            if found is None:
                return ((since, until),) if since < until else ()
            floor = min(last, max(first, _floor(sqlite, "samples")))
            spans = _hours(sqlite, found[0], first, floor) if floor > first else []
            if last > floor:
                spans += _singles(sqlite, found[0], floor, last, milliseconds_of(longest))
        return tuple((instant(start), instant(end)) for start, end in _joined(spans))


def milliseconds_of(length: timedelta) -> int:
    return int(length.total_seconds() * 1000)


def _floor(sqlite: Sql, level: str) -> int:
    row = sqlite.execute("SELECT since FROM sample_floors WHERE level = ?", (level,)).fetchone()
    return int(row[0]) if row else 0


def _singles(
    sqlite: Sql, series: int, first: int, last: int, longest: int
) -> list[tuple[int, int]]:
    rows = sqlite.execute(
        "SELECT earlier, at FROM (SELECT at, lag(at) OVER (ORDER BY at) AS earlier FROM samples "
        "WHERE series = ? AND at >= ? AND at < ?) AS spaced WHERE at - earlier > ?",
        (series, first, last, longest),
    ).fetchall()
    begin, end = sqlite.execute(
        "SELECT min(at), max(at) FROM samples WHERE series = ? AND at >= ? AND at < ?",
        (series, first, last),
    ).fetchone()
    if begin is None:
        return [(first, last)]
    edges = [(first, begin)] if begin - first > longest else []
    tail = [(end, last)] if last - end > longest else []
    return [*edges, *((int(start), int(stop)) for start, stop in rows), *tail]


def _hours(sqlite: Sql, series: int, first: int, last: int) -> list[tuple[int, int]]:
    """Whole hours; one that the window only touches counts as measured."""
    start, stop = -(-first // HOUR_MS) * HOUR_MS, last // HOUR_MS * HOUR_MS
    held = {
        row[0]
        for row in sqlite.execute(
            "SELECT start FROM sample_hours WHERE series = ? AND start >= ? AND start < ?",
            (series, start, stop),
        )
    }
    return [(hour, hour + HOUR_MS) for hour in range(start, stop, HOUR_MS) if hour not in held]


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
