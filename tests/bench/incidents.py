"""Large incidents and many of them: appending, a page and a report cost the same beside 5,000."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import House
from bot.runtime import Runtime
from bot.settings import load
from bot.store import Sample, Store, TimelineEntry
from bot.store.incidents_rows import Actor, Declaration, IncidentRecord, Kind, Status
from handlers.lessons.report.charts import draw
from handlers.lessons.report.gathering import gather, make
from handlers.lessons.report.views import message
from handlers.lessons.stats.counting import stats_of
from handlers.lessons.stats.window import window_of

Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]
ENTRIES = 10_000
INCIDENTS = 5_000
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
ANA = Actor("U0ANA00001", "ana")
KINDS = ("note", "message", "command", "update", "status")
CONFIG = """
[environments.production]
api_url = "https://api.pitchey.test"
site_url = "https://pitchey.test"
"""


def measure(say: Say, goal: Goal) -> None:
    """A store with one large incident, then 5,000 beside it; the medians of both are compared."""
    with tempfile.TemporaryDirectory(prefix="pitchey-bench-") as folder:
        path = Path(folder)
        (path / "pitchey.toml").write_text(f'{CONFIG}[store]\npath = "{folder}/store.sqlite3"\n')
        house = House.open(load(path / "pitchey.toml", {}))
        runtime, store = house.dispatcher.runtime, house.store
        runtime.clock = lambda: BEGAN + timedelta(days=20)
        _sample(store)
        record = _large(store, say)
        alone = _measure(say, goal, runtime, record, "alone")
        began = time.perf_counter()
        for number in range(INCIDENTS):
            _small(store, number)
        say(f"  {INCIDENTS:,} incidents declared and resolved in {_since(began):,.1f} s")
        among = _measure(say, goal, runtime, record, f"beside {INCIDENTS:,}")
        for name, value in among.items():
            # Half a millisecond is the noise of the clock and the machine.
            ratio = value / max(alone[name], 0.5)
            goal(f"{name} beside {INCIDENTS:,}, times alone", ratio, 1.5)
        window = window_of("90d", runtime.now(), "UTC")
        took = _median(lambda: stats_of(store, window, runtime.now(), frozenset()), 3)
        say(f"  statistics of {INCIDENTS:,} incidents: {took:.0f} ms")
        charts = _median(lambda: draw(runtime, gather(runtime, record)), 3)
        say(f"  charts of a report, drawn in the background: {charts:.0f} ms")
        store.close()


def _measure(
    say: Say, goal: Goal, runtime: Runtime, record: IncidentRecord, name: str
) -> dict[str, float]:
    store = runtime.store
    times = []
    for number in range(300):
        entry = _entry(f"{name} {number}", BEGAN + timedelta(seconds=number), "note")
        began = time.perf_counter()
        store.timeline.append(record.id, entry)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    say(f"  append, {name}: p50 {times[150]:.2f} ms  p99 {times[297]:.2f} ms")
    goal(f"append with fsync, p99, {name} (ms)", times[297], 5)
    page = _median(lambda: store.timeline.page(record.id, limit=15, offset=ENTRIES // 2))
    goal(f"timeline page, {name} (ms)", page, 200)
    told = _median(lambda: message(make(runtime, record, ANA)))
    goal(f"report, {name} (ms)", told, 200)
    return {"append": times[150], "page": page, "report": told}


def _large(store: Store, say: Say) -> IncidentRecord:
    record = _small(store, -1)
    randomness = random.Random(5)
    began = time.perf_counter()
    for number in range(ENTRIES):
        at = BEGAN + timedelta(seconds=randomness.randrange(3_600))
        text = f"entry {number}: " + "what was seen and done " * 5
        store.timeline.append(record.id, _entry(text, at, KINDS[number % len(KINDS)]))
    say(f"  {ENTRIES:,} entries appended in {_since(began):,.1f} s")
    return record


def _small(store: Store, number: int) -> IncidentRecord:
    at = BEGAN + timedelta(minutes=max(number, 0))
    record, _ = store.incidents.declare(
        Declaration(f"Incident {number}", "SEV3", Kind.OUTAGE, "checkout", False, at),
        ANA, _entry("Declared", at, "declared"), at,
    )  # fmt: skip
    end = at + timedelta(hours=1)
    store.incidents.change(
        record.id, {"status": Status.RESOLVED}, ANA, _entry("Resolved", end, "status"), end
    )
    found = store.incidents.find(record.id)
    return found or record


def _entry(text: str, at: datetime, kind: str) -> TimelineEntry:
    return TimelineEntry(at, at, kind, ANA.id, ANA.name, text, "", "bench")


def _sample(store: Store) -> None:
    store.samples.add(
        [
            Sample("production", metric, BEGAN + timedelta(minutes=minute), value, good)
            for minute in range(-60, 120)
            for metric, value, good in (
                ("uptime", 1.0, None), ("response_time", 200.0, None), ("answers", 100.0, 99),
            )
        ]
    )  # fmt: skip


def _median(work: Callable[[], object], rounds: int = 9) -> float:
    """Milliseconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _since(began: float) -> float:
    return time.perf_counter() - began
