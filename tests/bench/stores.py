"""The operations of every repository over SQLite and over PostgreSQL, side by side."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.store import Store
from tests.bench.store_features import features
from tests.bench.store_operations import Operation, Operations, house
from tests.bench.store_platform import platform
from tests.postgresql_store import server

ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Timed:
    name: str
    median: float  # milliseconds
    most: float  # p99


def operations(store: Store) -> Operations:
    """What each repository does most, by its name in `Store`."""
    return {**house(store), **features(store), **platform(store)}


def measure(say: Callable[[str], None], goal: Callable[[str, float, float], None]) -> None:
    """Print each operation's median and p99 over both, and how many times as long it takes."""
    del goal  # the machine and the way to the server decide; the figures stand beside each other
    folder = tempfile.TemporaryDirectory(prefix="pitchey-stores-")
    with folder as name, server(durable=True) as running:
        file = Store.open(Path(name) / "store.sqlite3")
        shared = Store.open(Path(name) / "shared", running.database())
        try:
            say(f"  {'operation':<42}{'SQLite':>16}{'PostgreSQL':>16}{'times':>8}   median/p99, ms")
            ratios = []
            for one, other in zip(_all(file), _all(shared), strict=True):
                ratios.append(other.median / one.median)
                say(
                    f"  {one.name:<42}{one.median:>8.2f}/{one.most:<7.2f}"
                    f"{other.median:>8.2f}/{other.most:<7.2f}{ratios[-1]:>8.1f}"
                )
            say(
                f"  {len(ratios)} operations; PostgreSQL takes {statistics.median(ratios):.1f} "
                "times as long (median of the medians)"
            )
        finally:
            file.close()
            shared.close()


def _all(store: Store) -> Iterator[Timed]:
    for repository, known in operations(store).items():
        for name, operation in known.items():
            yield _timed(f"{repository}: {name}", operation)


def _timed(name: str, operation: Operation) -> Timed:
    took = []
    for number in range(1, ROUNDS + 1):
        began = time.perf_counter()
        operation(number)
        took.append((time.perf_counter() - began) * 1000)
    return Timed(name, statistics.median(took), statistics.quantiles(took, n=100)[-1])
