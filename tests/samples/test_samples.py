"""Measurements land once, wherever and whenever they come; nothing is made up in between."""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import OpsError
from bot.store import Bucket, Sample, Store

START = datetime(2026, 3, 28, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path, store_url: str) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store.sqlite3", store_url, patience=0.2)
    yield opened
    opened.close()


def sample(at: datetime, value: float = 1.0, good: int | None = None, metric: str = "m") -> Sample:
    return Sample("production", metric, at, value, good)


def window(store: Store, since: datetime, until: datetime) -> Bucket | None:
    return store.samples.window("production", "m", since, until)


def whole(store: Store, since: datetime, until: datetime) -> tuple[object, ...]:
    found = window(store, since, until)
    assert found is not None
    return (found.count, round(found.total, 6), found.minimum, found.maximum, found.good,
            found.sketch.packed())  # fmt: skip


def days(count: int, seed: int = 1) -> list[Sample]:
    draw = random.Random(seed)
    return [
        sample(START + MINUTE * n, draw.lognormvariate(5, 1), n % 2) for n in range(count * 1_440)
    ]


def test_late_doubled_and_disordered_samples_land_as_if_in_order(
    store: Store, tmp_path: Path
) -> None:
    rows = days(2)
    store.samples.add(rows)
    other = Store.open(tmp_path / "other.sqlite3")
    shuffled = [*rows, *rows[:500]]
    random.Random(3).shuffle(shuffled)
    stored = doubled = 0
    for first in range(0, len(shuffled), 97):
        added = other.samples.add(shuffled[first : first + 97])
        stored, doubled = stored + added.stored, doubled + added.doubled
    assert (stored, doubled) == (len(rows), 500)
    for since, until in (
        (START, START + 2 * DAY),
        (START + 7 * MINUTE, START + DAY + 13 * HOUR + 5 * MINUTE),
        (START + 61 * MINUTE, START + 119 * MINUTE),
    ):
        assert whole(store, since, until) == whole(other, since, until)
    other.close()


def test_the_first_value_of_a_moment_stays(store: Store) -> None:
    store.samples.add([sample(START, 5.0)])
    again = store.samples.add([sample(START, 9.0)])
    assert (again.stored, again.doubled) == (0, 1)
    assert store.samples.latest("production", "m") == sample(START, 5.0)
    assert whole(store, START, START + DAY)[:2] == (1, 5.0)


def test_two_processes_add_to_the_same_hour(store: Store, store_url: str, tmp_path: Path) -> None:
    other = Store.open(tmp_path / "store.sqlite3", store_url)
    for n in range(60):
        (store if n % 2 else other).samples.add([sample(START + n * MINUTE, n)])
    assert whole(store, START, START + HOUR)[:2] == (60, sum(range(60)))
    other.close()


def test_what_cannot_be_is_refused_and_counted(store: Store) -> None:
    now = START + HOUR
    added = store.samples.add(
        [
            sample(START, math.nan),
            sample(START, math.inf),
            sample(START, -0.5),
            sample(START, 1e300),
            sample(now + HOUR, 1.0),
            sample(now + MINUTE, 7.0),
        ],
        now,
    )
    assert added.stored == 1
    assert added.refused == {
        "not a finite number": 2,
        "negative": 1,
        "too large": 1,
        "from the future": 1,
    }
    counted = {each.reason: each.count for each in store.samples.refusals("production")}
    assert counted == added.refused
    assert whole(store, START, now + HOUR)[:2] == (1, 7.0)


def test_gaps_stay_gaps(store: Store) -> None:
    rows = [row for row in days(1) if not 3 * HOUR <= row.at - START < 5 * HOUR]
    store.samples.add(rows)
    hours = store.samples.series("production", "m", START, START + DAY, HOUR)
    assert [each.start for each in hours] == [
        START + n * HOUR for n in range(24) if n not in (3, 4)
    ]
    assert all(each.count == 60 for each in hours)
    assert window(store, START + 3 * HOUR, START + 5 * HOUR) is None
    assert window(store, START - DAY, START) is None
    assert store.samples.window("production", "other", START, START + DAY) is None


@pytest.mark.parametrize("step", [5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY])
def test_steps_together_are_the_window(store: Store, step: timedelta) -> None:
    rows = days(2)
    store.samples.add(rows)
    since, until = START + 17 * MINUTE, START + 2 * DAY - 29 * MINUTE
    found = store.samples.series("production", "m", since, until, step)
    inside = [row.value for row in rows if since <= row.at < until]
    assert sum(each.count for each in found) == len(inside)
    assert sum(each.total for each in found) == pytest.approx(sum(inside))
    assert [each.start for each in found] == sorted({each.start for each in found})
    whole_window = window(store, since, until)
    assert whole_window is not None
    exact = sorted(inside)[int(0.95 * (len(inside) - 1))]
    assert whole_window.quantile(0.95) == pytest.approx(exact, rel=0.0051)


def test_what_is_forgotten_lives_on_in_hours_and_days(store: Store) -> None:
    rows = days(4)
    store.samples.add(rows)
    before = whole(store, START, START + 4 * DAY)
    gone = store.samples.forget_before(START + 3 * DAY, START + 2 * DAY, START)
    assert gone == 3 * 1_440 + 48
    assert whole(store, START, START + 4 * DAY) == before
    steps = store.samples.series("production", "m", START, START + 4 * DAY, 5 * MINUTE)
    assert sum(each.count for each in steps) == len(rows)
    assert len(steps) == 2 + 24 + 288
    late = store.samples.add([sample(START, 3.0)])
    assert late.refused == {"older than what is kept": 1}
    assert store.samples.forget_before(START, START, START) == 0
    assert store.samples.began("production", "m") == START


def _refused(store: Store) -> None:
    with pytest.raises(OpsError):
        store.samples.add([sample(START)])


def test_nothing_is_stored_while_another_process_writes(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    other = Store.open(tmp_path / "store.sqlite3", store_url)
    with other._connection.write():
        adding = threading.Thread(target=_refused, args=(store,))
        adding.start()
        adding.join()
    assert window(store, START, START + DAY) is None
    other.close()
    assert store.samples.add([sample(START)]).stored == 1


def test_marks_change_and_reach_into_a_window(store: Store) -> None:
    marks = store.marks
    marks.add(START, "incident", "Slow", "INC-1")
    marks.add(START, "incident", "Slow API", "INC-1", START + 2 * HOUR)
    marks.add(START + HOUR, "deployment", "3f2a1b9", "d1")
    found = marks.between(START + 30 * MINUTE, START + 90 * MINUTE)
    assert [(each.kind, each.label) for each in found] == [
        ("incident", "Slow API"),
        ("deployment", "3f2a1b9"),
    ]
    assert marks.between(START + 3 * HOUR, START + DAY) == ()
    assert marks.forget_before(START + 90 * MINUTE) == 1
