"""What a rule makes of what is measured: for, hysteresis, burn rates, flapping, nonsense."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings.alerts import Alerts, Rule, guide_rules
from bot.store import Condition
from bot.symptoms import diagnosis_of, mending_of
from handlers.alerts.evaluation import (
    FIRE,
    FIRING,
    KEEP,
    NOTHING,
    OK,
    PENDING,
    RESOLVE,
    Measured,
    burn_rate,
    judge,
)
from handlers.alerts.wording import figure, summary

NOW = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
SETTINGS = Alerts()
RULE = Rule(name="SLOW", metric="response_time", above=1_000.0, clear=800.0, for_minutes=5)
BURN = Rule(name="BURN", metric="uptime", burn_rate=14.4, window_minutes=60)


def walk(rule: Rule, values: list[float | None], minutes: int = 5) -> list[str]:
    """Acts of looks so many minutes apart."""
    condition, acts = Condition(), []
    for number, value in enumerate(values):
        now = NOW + timedelta(minutes=number * minutes)
        verdict = judge(rule, condition, Measured(value), now, SETTINGS)
        condition = verdict.condition
        acts.append(verdict.act)
    return acts


def test_it_fires_only_after_for_and_once() -> None:
    assert walk(RULE, [1_200, 1_200, 1_200]) == [NOTHING, FIRE, KEEP]
    assert walk(RULE, [1_200, 900, 1_200, 900]) == [NOTHING] * 4


def test_between_limit_and_clear_nothing_changes() -> None:
    assert walk(RULE, [1_200, 1_200, 900, 801, 800]) == [NOTHING, FIRE, KEEP, KEEP, RESOLVE]
    assert walk(RULE, [1_000, 1_000, 1_000]) == [NOTHING] * 3


def test_below_is_the_same_the_other_way_round() -> None:
    rule = Rule(name="LOW", metric="uptime", below=99.5, clear=99.7)
    assert walk(rule, [99.5, 99.49, 99.6, 99.7]) == [NOTHING, FIRE, KEEP, RESOLVE]


@pytest.mark.parametrize("nonsense", [None, math.nan, math.inf, -math.inf, -5.0])
def test_what_is_not_known_neither_fires_nor_resolves(nonsense: float | None) -> None:
    assert walk(RULE, [nonsense, nonsense]) == [NOTHING, NOTHING]
    assert walk(RULE, [1_200, 1_200, nonsense, nonsense, 1_200]) == [
        NOTHING, FIRE, KEEP, KEEP, KEEP,
    ]  # fmt: skip


def test_a_clock_set_back_makes_nobody_wait_longer_than_for() -> None:
    before = Condition(PENDING, NOW + timedelta(hours=3))
    verdict = judge(RULE, before, Measured(1_200), NOW, SETTINGS)
    assert (verdict.condition.state, verdict.condition.since) == (PENDING, NOW)
    later = judge(RULE, verdict.condition, Measured(1_200), NOW + timedelta(minutes=5), SETTINGS)
    assert later.act == FIRE


def test_a_burn_rate_needs_both_windows_and_clears_by_the_short_one() -> None:
    def acts(pairs: list[tuple[float, float | None]]) -> list[str]:
        condition, found = Condition(), []
        for number, pair in enumerate(pairs):
            now = NOW + timedelta(minutes=number)
            verdict = judge(BURN, condition, Measured(*pair), now, SETTINGS)
            condition = verdict.condition
            found.append(verdict.act)
        return found

    assert acts([(20, 1), (1, 20), (20, 20), (20, 15), (20, 14)]) == [
        NOTHING, NOTHING, FIRE, KEEP, RESOLVE,
    ]  # fmt: skip
    assert acts([(20, 20), (20, None)]) == [FIRE, KEEP]


def test_burn_rates_are_those_of_the_sre_workbook() -> None:
    assert burn_rate(0.999, 99.9) == pytest.approx(1)
    assert burn_rate(1 - 0.0144, 99.9) == pytest.approx(14.4)
    assert burn_rate(0, 99.9) == pytest.approx(1_000)
    assert burn_rate(1, 99.9) == 0


def test_what_comes_and_goes_is_flapping_and_stays_open_until_it_is_calm() -> None:
    rule = Rule(name="SLOW", metric="response_time", above=1_000.0)
    condition, seen = Condition(), []
    for number, value in enumerate([1_200, 500] * 3 + [500] * 14):
        now = NOW + timedelta(minutes=number * 5)
        verdict = judge(rule, condition, Measured(value), now, SETTINGS)
        condition = verdict.condition
        seen.append((verdict.act, verdict.flapping))
    assert seen[:3] == [(FIRE, False), (RESOLVE, False), (FIRE, False)]
    # From the fourth change within an hour on it is held open, whatever it does.
    assert seen[3:13] == [(KEEP, True)] * 10
    assert [act for act, _ in seen].count(FIRE) == 2
    assert [act for act, _ in seen].count(RESOLVE) == 2
    assert condition.state == OK
    assert not condition.open


@given(st.lists(st.one_of(st.none(), st.floats(0, 2_000)), max_size=60))
def test_firing_and_resolving_always_alternate(values: list[float | None]) -> None:
    acts = [act for act in walk(RULE, values) if act in (FIRE, RESOLVE)]
    assert acts == [FIRE, RESOLVE] * (len(acts) // 2) + [FIRE] * (len(acts) % 2)


@given(st.lists(st.floats(0, 2_000), max_size=60))
def test_open_is_what_was_fired_and_not_resolved(values: list[float]) -> None:
    condition, is_open = Condition(), False
    for number, value in enumerate(values):
        now = NOW + timedelta(minutes=number)
        verdict = judge(RULE, condition, Measured(value), now, SETTINGS)
        condition = verdict.condition
        is_open = {FIRE: True, RESOLVE: False}.get(verdict.act, is_open)
        assert condition.open == is_open
        assert is_open or condition.state != FIRING


@pytest.mark.parametrize(
    ("rule", "value", "words"),
    [
        ("BACKUP_CORRUPT", 1, "The newest backup cannot be read back."),
        ("BACKUP_CORRUPT", 3, "The newest 3 backups cannot be read back."),
        ("BACKUP_CORRUPT", 0, "The newest backup can be read back"),
        ("BACKUP_TOO_OLD", 0.05, "The newest good backup is 3 min old, alert above 26 hours"),
        ("BACKUP_TOO_OLD", 60, "The newest good backup is 60 hours old, alert above 26 hours"),
        ("BACKUP_SIZE_ODD", 80.2, "Its size differs by 80.2 % from the good one before, alert"),
        ("CERTIFICATE_EXPIRES", 1, "1 day, alert below 14 days"),
    ],
)
def test_what_is_wrong_is_said_as_people_say_it(rule: str, value: float, words: str) -> None:
    found = next(each for each in guide_rules() if each.name == rule)
    assert summary(found, Measured(value)).startswith(words)


def test_the_alert_of_a_backup_leads_to_backups_and_not_to_the_site() -> None:
    for metric in ("backup_age_hours", "backups_corrupt", "backup_size_change"):
        assert diagnosis_of(metric) == ("Show backups", "backups")
        assert mending_of(metric) is not None
    assert diagnosis_of("database_up") == ("Diagnose", "diagnose database")
    assert mending_of("database_up") is None


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (0.2, "0.2"), (14.44, "14.4"), (99.99, "100"), (1_000.4, "1,000"),
     (0.00001, "less than 0.0001")],
)  # fmt: skip
def test_no_figure_is_a_power_of_ten(value: float, said: str) -> None:
    assert figure(value) == said


def test_a_budget_that_burns_a_thousand_times_too_fast_is_told_in_digits() -> None:
    told = summary(BURN, Measured(117.2, short=1_000.0))
    assert "burned 117× as fast as allowed in" in told
    assert "and 1,000× in" in told
