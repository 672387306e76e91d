"""Rules over samples: no data, odd clocks, burning budgets, rules that were taken out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.store import Sample
from tests.alerts.stage import GOOD, Night, fire, night


async def test_a_metric_that_falls_silent_is_an_alert_of_its_own_once(stage: Night) -> None:
    stage.runtime.started_at = stage.now - timedelta(days=1)
    stage.sample("cpu", 20.0)
    stage.passes(minutes=14)
    await stage.look()
    assert stage.open == ()
    stage.passes(minutes=2)
    for _ in range(3):
        await stage.look()
    assert [each.problem.metric for each in stage.house.store.alerts.open()] == ["cpu"]
    assert "No data of CPU usage on production" in stage.texts("alert:1")[0]
    stage.sample("cpu", 20.0)
    await stage.look()
    assert stage.open == ()


async def test_what_was_never_sampled_is_no_alert_and_a_downtime_of_ours_neither(
    stage: Night,
) -> None:
    stage.sample("cpu", 20.0)
    stage.passes(hours=5)
    stage.reopen()
    await stage.look()
    assert stage.open == ()


async def test_a_firing_rule_without_data_stays_as_it_is(stage: Night) -> None:
    await fire(stage)
    for _ in range(4):
        stage.passes(minutes=20)
        await stage.look()
    assert {alert.problem.rule for alert in stage.open} == {"SLOW_RESPONSE", "NO_DATA"}


async def test_samples_from_the_future_are_not_looked_at(stage: Night) -> None:
    ahead = stage.now + timedelta(days=2)
    stage.samples([Sample("production", "response_time", ahead, 90_000.0)])
    await stage.minutes(15, "response_time", GOOD, every=5)
    assert stage.open == ()


async def test_a_burning_budget_fires_by_both_windows(stage: Night) -> None:
    for minute in range(60):
        stage.sample("uptime", float(minute % 2), at=stage.now + timedelta(minutes=minute))
    stage.passes(minutes=60)
    await stage.look()
    rules = {alert.problem.rule for alert in stage.open}
    assert {"ERROR_BUDGET_FAST_BURN", "LOW_AVAILABILITY"} <= rules


async def test_a_rule_taken_out_of_the_settings_ends_its_alert(tmp_path: Path) -> None:
    with night(tmp_path) as stage:
        await fire(stage)
    off = '[[alerts.rules]]\nname = "SLOW_RESPONSE"\nmetric = "response_time"\nabove = 1.0\n'
    with night(tmp_path, f"{off}enabled = false\n", now=stage.now) as again:
        await again.look()
        assert again.open == ()
