"""The same operations of the repositories over SQLite and over PostgreSQL, side by side."""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.store import Sample, Store
from bot.store.operation_rows import Decision
from tests.guard.test_decisions import REQUEST
from tests.incidents.acts import declared, entry
from tests.postgresql_store import server
from tests.store.test_audit import entry as audited

ROUNDS = 300
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Timed:
    name: str
    median: float  # milliseconds
    most: float  # p99


def measure(say: Callable[[str], None], goal: Callable[[str, float, float], None]) -> None:
    """Print each operation's median and p99 over both, and how many times as long it takes."""
    del goal  # the machine and the way to the server decide; the figures stand beside each other
    with tempfile.TemporaryDirectory(prefix="pitchey-stores-") as name, server() as running:
        file = Store.open(Path(name) / "store.sqlite3")
        shared = Store.open(Path(name) / "shared", running.database())
        try:
            say(f"  {'operation':<26}{'SQLite':>16}{'PostgreSQL':>16}{'times':>8}   median/p99, ms")
            for one, other in zip(_all(file), _all(shared), strict=True):
                say(
                    f"  {one.name:<26}{one.median:>8.2f}/{one.most:<7.2f}"
                    f"{other.median:>8.2f}/{other.most:<7.2f}{other.median / one.median:>8.1f}"
                )
        finally:
            file.close()
            shared.close()


def _all(store: Store) -> Iterator[Timed]:
    numbers = itertools.count()
    incident = declared(store).id

    def operation() -> None:
        name = f"OP-{next(numbers)}"
        asked = replace(REQUEST, target=name)
        store.operations.add(name, asked, NOW, NOW + timedelta(minutes=5))
        store.operations.begin(name, Decision(), "bot-1", NOW)
        store.operations.begin_step(name, "step", "bot-1", NOW)

    def sampled() -> None:
        at = NOW + timedelta(minutes=next(numbers))
        names = ("uptime", "response_time", "error_rate", "cpu", "memory")
        store.samples.add([Sample("production", each, at, 1.0) for each in names])

    yield _timed(
        "claim a delivery",
        lambda: store.deliveries.claim(f"d{next(numbers)}", "health", "here", NOW),
    )
    yield _timed("append to the audit log", lambda: store.audit.append(audited("r")))
    yield _timed("read 50 audit entries", lambda: store.audit.entries(limit=50))
    yield _timed("append to a timeline", lambda: store.timeline.append(incident, entry("note")))
    yield _timed("read a timeline's page", lambda: store.timeline.page(incident, limit=50))
    yield _timed("store a message", lambda: store.outbox.add("C1", "x", (), f"k{next(numbers)}"))
    yield _timed("begin an operation", operation)
    yield _timed("claim a due time", lambda: store.firings.claim("job", _minute(next(numbers))))
    yield _timed("take five measurements", sampled)
    yield _timed(
        "read a day of one metric",
        lambda: store.samples.window("production", "cpu", NOW, NOW + timedelta(days=1)),
    )
    yield _timed("open alerts", store.alerts.open)


def _minute(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


def _timed(name: str, work: Callable[[], object]) -> Timed:
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return Timed(name, statistics.median(took), statistics.quantiles(took, n=100)[-1])
