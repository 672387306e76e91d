"""Every figure against a second computation over the raw measurements."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.command import Person
from bot.runtime import Runtime
from bot.store import Store
from bot.store.alert_rules import MAINTENANCE
from bot.store.incidents_rows import BOT
from handlers.reports.gathering import gather
from handlers.reports.periods import wanted
from handlers.reports.result import Facts
from handlers.reports.revisions import keep
from tests.reports.made import MINUTE, MONDAY, NAME, WEEK, Raw, measured

Rows = list[tuple[object, float, int | None]]
HOUR = timedelta(hours=1)


def gathered(runtime: Runtime, name: str = NAME) -> Facts:
    return gather(runtime, wanted("weekly", name, runtime.now(), "Europe/Berlin"))


def _mean(rows: Rows) -> float:
    return sum(value for _, value, _ in rows) / len(rows)


def _failed(rows: Rows) -> float:
    total = sum(value for _, value, _ in rows)
    return 100 * (total - sum(good or 0 for _, _, good in rows)) / total


def _rank(rows: Rows) -> float:
    ordered = sorted(value for _, value, _ in rows)
    return ordered[math.floor(0.95 * (len(ordered) - 1))]


SECOND_WAY: dict[str, tuple[str, Callable[[Rows], float], float]] = {
    "uptime": ("uptime", lambda rows: 100 * _mean(rows), 1e-9),
    "response_time": ("response_time", _mean, 1e-9),
    "response_p95": ("response_time", _rank, 0.01),
    "error_rate": ("answers", _failed, 1e-9),
    "requests": ("requests", lambda rows: sum(value for _, value, _ in rows), 1e-9),
    "database_connections": (
        "database_connections", lambda rows: max(value for _, value, _ in rows), 1e-9,
    ),
    "connections_p95": ("database_connections", _rank, 0.01),
}  # fmt: skip


def check(facts: Facts, raw: Raw) -> None:
    for name, (metric, compute, tolerance) in SECOND_WAY.items():
        figure = facts.figure(name)
        assert figure is not None
        assert figure.value is not None
        for value, since in ((figure.value, MONDAY), (figure.before, MONDAY - WEEK)):
            expected = compute(raw.within(metric, since, since + WEEK))  # type: ignore[arg-type]
            assert value == pytest.approx(expected, rel=tolerance), name
        assert figure.count == len(raw.within(metric, MONDAY, MONDAY + WEEK))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_are_those_of_the_raw_measurements(
    runtime: Runtime, store: Store, seed: int
) -> None:
    raw = measured(seed, failing=((MONDAY + 20 * HOUR, MONDAY + 22 * HOUR),))
    raw.store(store)
    check(gathered(runtime), raw)


def test_maintenance_is_left_out_of_uptime_and_of_nothing_else(
    runtime: Runtime, store: Store
) -> None:
    window = (MONDAY + 30 * HOUR + 17 * MINUTE, MONDAY + 32 * HOUR)
    raw = measured(failing=(window,))
    raw.store(store)
    person = Person("U0ANA00001", "ana")
    store.alert_rules.silence(MAINTENANCE, "*", "", *window, person, "move")
    # Silences of single rules, and windows of other environments, are no maintenance here.
    store.alert_rules.silence("silence", "*", "", MONDAY, MONDAY + WEEK, person, "quiet")
    store.alert_rules.silence(MAINTENANCE, "*", "staging", MONDAY, MONDAY + WEEK, person, "other")
    facts = gathered(runtime)
    left = [
        each for each in raw.within("uptime", MONDAY, MONDAY + WEEK)
        if not window[0] <= each[0] < window[1]
    ]  # fmt: skip
    uptime = facts.figure("uptime")
    assert uptime is not None
    assert uptime.count == len(left)
    assert uptime.value == pytest.approx(100 * _mean(left))  # type: ignore[arg-type]
    errors = facts.figure("error_rate")
    assert errors is not None
    assert errors.value == pytest.approx(_failed(raw.within("answers", MONDAY, MONDAY + WEEK)))  # type: ignore[arg-type]
    assert [each.length for each in facts.maintenance] == [window[1] - window[0]]


def test_windows_that_overlap_are_left_out_once(runtime: Runtime, store: Store) -> None:
    raw = measured(failing=((MONDAY, MONDAY + 5 * HOUR),))
    raw.store(store)
    person = Person("U0ANA00001", "ana")
    for begin, end in ((-3, 2), (1, 4), (2, 3), (4, 5)):
        store.alert_rules.silence(
            MAINTENANCE, "*", "production", MONDAY + begin * HOUR, MONDAY + end * HOUR, person, "x"
        )
    facts = gathered(runtime)
    assert [(each.since, each.until) for each in facts.maintenance] == [(MONDAY, MONDAY + 5 * HOUR)]
    uptime = facts.figure("uptime")
    assert uptime is not None
    rest = raw.within("uptime", MONDAY + 5 * HOUR, MONDAY + WEEK)
    assert uptime.value == pytest.approx(100 * _mean(rest))  # type: ignore[arg-type]


def test_gaps_are_told_to_the_minute(runtime: Runtime, store: Store) -> None:
    hole = (MONDAY + 38 * HOUR, MONDAY + 41 * HOUR)
    raw = measured(every=MINUTE, since=MONDAY, missing=(hole,))
    raw.store(store)
    facts = gathered(runtime)
    assert [(each.since, each.until) for each in facts.gaps] == [(hole[0] - MINUTE, hole[1])]
    uptime = facts.figure("uptime")
    assert uptime is not None
    assert uptime.covered == pytest.approx(100 * (168 - 3) / 168)


def test_forgotten_measurements_leave_what_was_told(runtime: Runtime, store: Store) -> None:
    """Hours do not fit a window in every zone: what was told once stays."""
    raw = measured()
    raw.store(store)
    before = gathered(runtime)
    keep(runtime, before, BOT)
    store.samples.forget_before(MONDAY + 3 * WEEK, MONDAY + 3 * WEEK, MONDAY - 9 * WEEK)
    after = gathered(runtime)
    assert after.health == before.health
    assert after.gaps == before.gaps


def test_days_alone_still_give_the_week(runtime: Runtime, store: Store) -> None:
    raw = measured()
    raw.store(store)
    store.samples.forget_before(MONDAY - 3 * WEEK, MONDAY - 3 * WEEK, MONDAY - 9 * WEEK)
    check(gathered(runtime), raw)


@pytest.mark.parametrize(("incident", "left_out"), [("", 60), ("INC-1", 0)])
def test_maintenance_mode_in_an_incident_counts(
    runtime: Runtime, store: Store, incident: str, left_out: int
) -> None:
    """Whoever switches it on to answer an outage has planned nothing."""
    begin, end = MONDAY + 9 * HOUR, MONDAY + 10 * HOUR
    measured(failing=((begin, end),)).store(store)
    person = Person("U0ANA00001", "ana")
    record = store.maintenance.begin(
        "production", version="v9", before=(("v8", 100.0),), message="", person=person,
        incident=incident, began_at=begin, ends_at=end + HOUR,
    )  # fmt: skip
    assert record is not None
    silence = store.alert_rules.silence(MAINTENANCE, "*", "production", begin, end, person, "mode")
    store.maintenance.deployed(record.id, "d1", silence.id)
    store.maintenance.end(record.id, "ana", end)
    facts = gathered(runtime)
    assert sum((each.length for each in facts.maintenance), timedelta()) / MINUTE == left_out
    uptime = facts.figure("uptime")
    assert uptime is not None
    assert uptime.value is not None
    assert (uptime.value < 99.5) == (not left_out)
