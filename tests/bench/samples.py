"""A year of one-minute samples of ten metrics: what it weighs, takes in, and answers how fast."""

from __future__ import annotations

import math
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.charts import Mark, Series, line_chart
from bot.lifetime import settle_memory
from bot.metric_entries import KEY, OTHERS
from bot.settings import Settings, load
from bot.store import Sample, Store
from handlers.metrics.history.asked import read
from handlers.metrics.history.reading import history

Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]
END = datetime(2026, 11, 23, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DAYS = 365
SOURCES = tuple(dict.fromkeys(each.source for each in (*KEY, *OTHERS)))[:10]
ROUNDS = 200


def measure(say: Say, goal: Goal) -> None:
    """Print every figure; takes some minutes."""
    with tempfile.TemporaryDirectory(prefix="pitchey-samples-") as name:
        folder = Path(name)
        settings = _settings(folder)
        bare = _bare(folder / "bare.sqlite3")
        store = Store.open(folder / "store.sqlite3")
        try:
            weeks = _fill(store, say, bare)
            _minute_by_minute(store, say)
            _size(folder / "store.sqlite3", say, f"a year of {len(SOURCES)} metrics, all kept")
            _percentiles(store, weeks, goal)
            _reports(store, settings, say, goal, "a year of history")
            _retained(store, settings, say)
            _size(folder / "store.sqlite3", say, "the same after the usual retention")
            _reports(store, settings, say, goal, "after retention")
        finally:
            store.close()
        short = Store.open(folder / "short.sqlite3")
        try:
            for day in range(DAYS - 60, DAYS):
                short.samples.add([row for metric in SOURCES for row in _day(metric, day)])
            _reports(short, settings, say, goal, "60 days of history")
        finally:
            short.close()
    _chart(say, goal)


def _day(metric: str, day: int) -> Iterator[Sample]:
    """The measurements of one day: daily waves, a long tail, the same in every run."""
    draw = random.Random(f"{metric} {day}")
    first = END - (DAYS - day) * DAY
    for minute in range(1_440):
        wave = 5.0 + 0.4 * math.sin(minute / 230)
        value = (
            float(draw.random() > 0.0005) if metric == "uptime" else draw.lognormvariate(wave, 0.5)
        )
        yield Sample("production", metric, first + minute * MINUTE, value, int(value))


def _bare(path: Path) -> float:
    """Rows a second that sqlite3 itself takes of the same shape, ten days in day batches."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "CREATE TABLE samples (series INTEGER, at INTEGER, value REAL, good INTEGER, "
        "PRIMARY KEY (series, at)) WITHOUT ROWID"
    )
    days = [
        [
            (number, int(row.at.timestamp() * 1000), row.value, row.good)
            for number, metric in enumerate(SOURCES)
            for row in _day(metric, day)
        ]
        for day in range(10)
    ]
    began = time.perf_counter()
    for rows in days:
        with connection:
            connection.executemany("INSERT INTO samples VALUES (?, ?, ?, ?)", rows)
    took = time.perf_counter() - began
    connection.close()
    return sum(map(len, days)) / took


def _fill(store: Store, say: Say, bare: float) -> dict[str, list[float]]:
    """Take the year in; answers the values of its last week by metric."""
    weeks: dict[str, list[float]] = {metric: [] for metric in SOURCES}
    count, took = 0, 0.0
    for day in range(DAYS):
        rows = [row for metric in SOURCES for row in _day(metric, day)]
        began = time.perf_counter()
        store.samples.add(rows)
        took += time.perf_counter() - began
        count += len(rows)
        if day >= DAYS - 7:
            for row in rows:
                weeks[row.metric].append(row.value)
    rate = count / took
    say(
        f"  took in {count:,} samples in {took:.0f} s: {rate:,.0f} a second with their roll-ups; "
        f"bare sqlite3 {bare:,.0f} ({bare / rate:.1f} times as many)"
    )
    return weeks


def _minute_by_minute(store: Store, say: Say) -> None:
    """As the sampler does it: ten samples a transaction."""
    times = []
    for minute in range(600):
        rows = [
            Sample("bench", metric, END + minute * MINUTE, 100.0 + minute % 7) for metric in SOURCES
        ]
        began = time.perf_counter()
        store.samples.add(rows)
        times.append((time.perf_counter() - began) * 1000)
    say(
        f"  a minute's {len(SOURCES)} samples: p50 {statistics.median(times):.2f} ms, "
        f"p99 {_p99(times):.2f} ms"
    )


def _size(path: Path, say: Say, what: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    connection.close()
    say(f"  {what}: {(pages - free) * size / 1e6:.0f} MB")


def _percentiles(store: Store, weeks: dict[str, list[float]], goal: Goal) -> None:
    worst = 0.0
    for metric, values in weeks.items():
        bucket = store.samples.window("production", metric, END - 7 * DAY, END)
        if bucket is None or bucket.count != len(values):
            raise RuntimeError(f"the week of {metric} is not whole")
        values.sort()
        for share in (0.5, 0.9, 0.95, 0.99, 0.999):
            exact = values[int(share * (len(values) - 1))]
            worst = max(worst, abs(bucket.quantile(share) - exact) / exact * 100 if exact else 0)
    goal("percent that a rolled-up week's p50 to p99.9 is off", worst, 1)


def _reports(store: Store, settings: Settings, say: Say, goal: Goal, what: str) -> None:
    """What `/pitchey metrics 7d` reads: ten metrics, two windows each, and the points of one."""
    settle_memory()  # as the bot does once it is up
    say(f"  reports with {what}")
    for text, most in (("1h", 50), ("7d", 50), ("30d", 100)):
        for metric in ("", "response_time"):
            asked = read(text, metric)
            if asked is None:
                raise RuntimeError("nothing was asked")
            times, own = [], []
            for number in range(ROUNDS):
                now = END - timedelta(seconds=7 * number)
                began, worked = time.perf_counter(), time.thread_time()
                found = history(store, settings, "production", asked, now)
                times.append((time.perf_counter() - began) * 1000)
                own.append((time.thread_time() - worked) * 1000)
                if found.lines[0].value is None:
                    raise RuntimeError("the report is empty")
            name = f"milliseconds for {text} of {metric or 'all ten'}, p99"
            # Its own work beside the clock: on a busy machine they differ.
            say(
                f"    p50 {statistics.median(times):.1f} ms; "
                f"CPU p50 {statistics.median(own):.1f} ms, p99 {_p99(own):.1f} ms"
            )
            goal(name, _p99(times), most)


def _retained(store: Store, settings: Settings, say: Say) -> None:
    kept = settings.sampling
    began = time.perf_counter()
    gone = store.samples.forget_before(
        END - kept.samples_kept_days * DAY,
        END - kept.hours_kept_days * DAY,
        END - kept.days_kept_days * DAY,
    )
    say(f"  forgot {gone:,} old samples in {time.perf_counter() - began:.1f} s")


def _chart(say: Say, goal: Goal) -> None:
    points = [(END + n * MINUTE, 200.0 + 90 * math.sin(n / 9)) for n in range(170)]
    times = []
    for number in range(30):
        began = time.perf_counter()
        drawn = line_chart(
            f"Response time {number}",
            [Series("p95", points)],
            unit="ms",
            threshold=250,
            target=200,
            marks=[Mark(END + 40 * MINUTE, "INC-1", "incident", END + 70 * MINUTE)],
            before=Series("before", points),
        )
        times.append((time.perf_counter() - began) * 1000)
    first, rest = times[0], times[1:]
    say(
        f"  a chart of {len(drawn) / 1000:.0f} kB: the first {first:.0f} ms with its library, "
        f"then p50 {statistics.median(rest):.0f} ms"
    )
    goal("milliseconds for a chart, p99 after the first", _p99(rest), 300)


def _p99(times: list[float]) -> float:
    return sorted(times)[math.ceil(0.99 * len(times)) - 1]


def _settings(folder: Path) -> Settings:
    config = folder / "pitchey.toml"
    config.write_text(
        '[environments.production]\napi_url = "http://127.0.0.1:1"\n'
        'site_url = "http://127.0.0.1:1"\n',
        encoding="utf-8",
    )
    return load(config, {})
