"""The comparison's arithmetic: against exact sums, and against what it promises."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.deploys.evidence import (
    RATIOS,
    Counts,
    Window,
    evidence,
    latency_evidence,
    total,
    would_show,
)


def window(old: int, old_errors: int, new: int, new_errors: int) -> Window:
    return Window(Counts(old, old_errors), Counts(new, new_errors))


def hypergeometric(bad_new: int, new: int, old: int, bad: int) -> Fraction:
    """The chance of so many failures among the new version's requests, if they fall anyhow."""
    ways = math.comb(new, bad_new) * math.comb(old, bad - bad_new)
    return Fraction(ways, math.comb(new + old, bad))


@pytest.mark.parametrize(("new", "old", "bad"), [(5, 95, 3), (25, 25, 10), (3, 17, 20), (1, 1, 1)])
def test_where_the_new_version_is_no_worse_the_evidence_has_a_mean_of_at_most_one(
    new: int, old: int, bad: int
) -> None:
    mean = sum(
        float(hypergeometric(bad_new, new, old, bad))
        * evidence([window(old, bad - bad_new, new, bad_new)], "errors")
        for bad_new in range(min(new, bad) + 1)
        if bad - bad_new <= old
    )
    assert mean <= 1 + 1e-9


def plain(windows: list[Window]) -> float:
    """The mean over the ratios of the product over all windows, as the formula stands."""
    return sum(
        math.prod(
            ratio**each.new.errors
            / (ratio * share + 1 - share) ** (each.new.errors + each.old.errors)
            for each in windows
            for share in [each.new.requests / each.requests]
        )
        for ratio in RATIOS
    ) / len(RATIOS)


def test_it_is_the_formula_with_every_beginning_weighed() -> None:
    first, second = window(95, 1, 5, 2), window(70, 2, 30, 3)
    expected = plain([first, second]) / 2 + plain([second]) / 6 + 1 / 3
    assert evidence([first, second], "errors") == pytest.approx(expected)


def test_what_spoke_for_it_hides_no_fault_that_comes_later() -> None:
    outage = [window(95, 95, 5, 5)] * 20
    later = [window(190, 1, 10, 2)] * 6
    assert plain(outage + later) < 100
    assert evidence(outage + later, "errors") > 200


def test_looking_after_each_request_cries_wolf_no_more_often_than_promised() -> None:
    """Every order in which nine failed requests can fall, looked at after each of them."""
    share, alarms = 0.25, 0.0
    for falls in product((False, True), repeat=9):
        windows, chance, alarmed = [], 1.0, False
        for is_new in falls:
            windows.append(window(75, not is_new, 25, is_new))
            chance *= share if is_new else 1 - share
            alarmed = alarmed or evidence(windows, "errors") >= 20
        alarms += chance if alarmed else 0.0
    assert 0 < alarms <= 1 / 20


@given(
    st.lists(
        st.tuples(*(st.integers(0, 40) for _ in range(4))).map(
            lambda got: window(got[0] + got[1], got[1], got[2] + got[3], got[3])
        ),
        max_size=6,
    )
)
def test_it_is_a_positive_number_whatever_comes(windows: list[Window]) -> None:
    assert 0 < evidence(windows, "errors") < math.inf


def test_nothing_seen_says_nothing() -> None:
    assert evidence([], "errors") == 1
    assert evidence([window(0, 0, 0, 0), window(100, 0, 5, 0)], "errors") == 1
    assert evidence([window(0, 0, 40, 40)], "errors") == 1  # nobody to compare with


def test_a_release_that_always_fails_shows_at_once() -> None:
    assert evidence([window(57, 0, 3, 3)], "errors") > 200
    assert evidence([window(190_000, 0, 10_000, 10_000)], "errors") == math.inf


def test_trouble_of_both_versions_is_no_evidence() -> None:
    assert evidence([window(950, 475, 50, 25)], "errors") < 1.1
    assert evidence([window(950, 950, 50, 50)], "errors") <= 1.0


def test_fewer_failures_than_before_are_none() -> None:
    assert evidence([window(950, 100, 50, 0)], "errors") < 0.6


def test_latency_is_the_mean_of_both_percentiles() -> None:
    both = Window(Counts(950, 0, 95, 9), Counts(50, 0, 25, 10))
    parts = (evidence([both], "slow"), evidence([both], "very_slow"))
    assert latency_evidence([both]) == pytest.approx(sum(parts) / 2)


def test_what_a_sample_could_show_shrinks_with_its_size() -> None:
    few, many = window(1_900, 10, 100, 0), window(38_000, 200, 2_000, 10)
    assert would_show(few, 200) == pytest.approx(0.055)
    shown = would_show(many, 200)
    assert shown is not None
    assert shown < 0.02
    assert would_show(window(10, 0, 1, 0), 200) is None


def test_windows_add_up() -> None:
    both = total([Window(Counts(1, 1, 1, 1), Counts(2, 0, 1, 0)), window(9, 1, 3, 2)])
    assert (both.old, both.new) == (Counts(10, 2, 1, 1), Counts(5, 2, 1, 0))
    assert total([]).new.error_share == 0
