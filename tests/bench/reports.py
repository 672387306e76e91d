"""The weekly report from a year of minute samples, 500 incidents and 2,000 deployments."""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import House
from bot.lifetime import settle_memory
from bot.runtime import Runtime
from bot.sandbox.history import Asked
from bot.sandbox.history.writing import write
from bot.settings import load
from bot.store import FinishedDeployment, Store
from bot.store.incidents_rows import Actor, Declaration, Kind, RoomState, Status
from bot.store.timeline import TimelineEntry
from handlers.reports.charts import draw
from handlers.reports.gathering import gather
from handlers.reports.periods import wanted
from handlers.reports.posting import files
from handlers.reports.rendering import message_of, thread_of
from handlers.reports.result import Made

Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]
END = datetime(2026, 11, 23, 6, tzinfo=UTC)
INCIDENTS, DEPLOYMENTS, ROUNDS = 500, 2_000, 30
ANA = Actor("U0ANA00001", "ana")


def measure(say: Say, goal: Goal) -> None:
    """Print every figure; takes about two minutes, most of it to make the year."""
    with tempfile.TemporaryDirectory(prefix="pitchey-reports-") as name:
        folder = Path(name)
        made = write(folder / "store.sqlite3", Asked(365, END, singles=365))
        say(f"  a made-up year in {made.seconds:.1f} s: {made.words}")
        house = House.open(load(_settings(folder), {}))
        try:
            house.dispatcher.runtime.clock = lambda: END + timedelta(hours=3)
            _more(house.store, made.incidents, made.deployments)
            settle_memory()
            _timed(house.dispatcher.runtime, say, goal)
        finally:
            house.store.close()


def _timed(runtime: Runtime, say: Say, goal: Goal) -> None:
    blocks: list[float] = []
    for kind in ("weekly", "monthly"):
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            made = _made(runtime, kind)
            message_of(made)
            thread_of(made)
            times.append(time.perf_counter() - began)
        say(f"  {kind} blocks: p50 {statistics.median(times):.3f} s, most {max(times):.3f} s")
        blocks += times if kind == "weekly" else []
    goal("seconds for the blocks of a weekly report, most", max(blocks), 1.0)
    whole, before = [], 0.0
    for number in range(6):
        began = time.perf_counter()
        made = _made(runtime, "weekly")
        charts = draw(runtime, made.facts)
        drawn = time.perf_counter() - began
        made_files = files(made, charts)
        whole.append(time.perf_counter() - began)
        if number == 0:
            sizes = ", ".join(
                f"{each.name} {len(each.content) / 1e3:.0f} kB" for each in made_files
            )
            say(f"  {len(charts)} plots in {drawn:.2f} s with the library's start; {sizes}")
        if number == 1:
            before = _megabytes()
    say(
        f"  with plots and files: the first {whole[0]:.2f} s, then p50 "
        f"{statistics.median(whole[1:]):.2f} s"
    )
    goal("seconds with plots and PDF, the first, which loads its libraries", whole[0], 5.0)
    goal("megabytes more after four further reports", _megabytes() - before, 8.0)


def _made(runtime: Runtime, kind: str) -> Made:
    return Made(gather(runtime, wanted(kind, "", runtime.now(), "UTC")), 1)


def _more(store: Store, incidents: int, deployments: int) -> None:
    """Up to the numbers above, spread over the year."""
    for number in range(DEPLOYMENTS - deployments):
        at = END - timedelta(hours=4.3 * number + 1)
        store.finished_deployments.add(
            FinishedDeployment("production", f"v{number}", at, "v0", "succeeded", "ana", at)
        )
    for number in range(INCIDENTS - incidents):
        at = END - timedelta(hours=18 * number + 2)
        record, _ = store.incidents.declare(
            Declaration(f"Trouble {number}", "SEV3", Kind.OUTAGE, "api", False, at),
            ANA, _entry("declared", at), at,
        )  # fmt: skip
        ended = at + timedelta(minutes=30)
        values = {"status": Status.RESOLVED, "room": RoomState.ARCHIVED}
        store.incidents.change(record.id, values, ANA, _entry("resolved", ended), ended)


def _entry(text: str, at: datetime) -> TimelineEntry:
    return TimelineEntry(at, at, "status", ANA.id, ANA.name, text, "", "bench")


def _megabytes() -> float:
    """Resident now, not at its peak."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _settings(folder: Path) -> Path:
    config = folder / "pitchey.toml"
    config.write_text(
        '[environments.production]\napi_url = "http://127.0.0.1:1"\n'
        'site_url = "http://127.0.0.1:1"\n[store]\npath = "store.sqlite3"\n'
    )
    return config
