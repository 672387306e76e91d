"""A window is answered by few rows, each instant once; a budget is what arithmetic says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slo import Budget, allowed_downtime, burn_rate, lasts
from bot.store.samples_plan import Floors, plan
from bot.store.samples_rows import DAY_MS, HOUR_MS

SIZES = {"samples": 1, "sample_hours": HOUR_MS, "sample_days": DAY_MS}


@given(
    st.integers(0, 40 * DAY_MS),
    st.integers(0, 400 * DAY_MS),
    st.sampled_from([None, 60_000, HOUR_MS, 3 * HOUR_MS, DAY_MS]),
)
def test_ranges_lie_end_to_end_and_are_few(since: int, length: int, step: int | None) -> None:
    found = plan(since, since + length, step, Floors())
    at = since
    for each in found:
        assert each.since == at
        assert each.since < each.until
        assert each.since % SIZES[each.level] == each.until % SIZES[each.level] == 0
        at = each.until
    assert at == since + length
    assert len(found) <= 5
    if step is not None:
        assert all(SIZES[each.level] <= step for each in found)


def test_the_rows_of_a_window_do_not_depend_on_the_history() -> None:
    since = 300 * DAY_MS + 5 * HOUR_MS + 123
    rows = sum(
        (each.until - each.since) // (60_000 if each.level == "samples" else SIZES[each.level])
        for each in plan(since, since + 30 * DAY_MS, None, Floors())
    )
    assert rows < 29 + 24 + 62


def test_what_is_forgotten_is_answered_by_the_coarser_level() -> None:
    floors = Floors(samples=10 * DAY_MS, hours=5 * DAY_MS)
    found = plan(2 * DAY_MS, 12 * DAY_MS, 60_000, floors)
    assert [(each.level, each.since // DAY_MS, each.until // DAY_MS) for each in found] == [
        ("sample_days", 2, 5),
        ("sample_hours", 5, 10),
        ("samples", 10, 12),
    ]


def test_a_budget() -> None:
    half = Budget(99.9, 9_995, 10_000)
    assert half.availability == pytest.approx(99.95)
    assert half.left == pytest.approx(50)
    assert half.burn == pytest.approx(0.5)
    assert Budget(99.9, 9_980, 10_000).left == pytest.approx(-100)
    assert Budget(100, 10, 10).left == 100
    assert Budget(100, 9, 10).left < 0


def test_burning() -> None:
    assert burn_rate(98.56, 99.9) == pytest.approx(14.4)
    assert burn_rate(100, 100) == 0
    assert burn_rate(99, 100) == float("inf")
    assert allowed_downtime(99.9, timedelta(days=30)) == timedelta(minutes=43, seconds=12)
    assert lasts(2.0, 50.0) == timedelta(days=7.5)
    assert lasts(0.0, 50.0) is None
    assert lasts(1.0, -5.0) == timedelta(0)
