"""What is forgotten of alerts, and what a monitoring system sees of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.upkeep import forget_old
from handlers.alerts.gauges import begin
from tests.alerts.stage import Night, night


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Night]:
    with night(tmp_path) as staged:
        yield staged


def raised(stage: Night, *keys: str) -> None:
    for key in keys:
        stage.house.store.alerts.raise_external("other", key, key, "critical", "x", stage.now)


async def test_resolved_alerts_are_forgotten_after_a_year_and_open_ones_never(
    stage: Night,
) -> None:
    store = stage.house.store
    raised(stage, *"abcdef")
    await stage.types("alerts maintenance for 1h moving house")
    await stage.tell()
    for key in "abcde":
        store.alerts.resolve_external("other", key, stage.now)
    await stage.tell()
    stage.passes(days=399)
    forget_old(store, stage.now)
    assert store.alerts.find(1) is not None
    stage.passes(days=2)
    raised(stage, "later")
    forget_old(store, stage.now)
    assert [each.problem.key for each in store.alerts.newest(99)] == ["later", "f"]
    assert store.alerts.history(1) == ()
    assert store.alerts.history(6) != ()
    assert store.alert_rules.silences(stage.now, past=99) == ()
    raised(stage, "a")
    assert store.alerts.newest(1)[0].id == "AL-8"  # an id is never given twice


async def test_gauges_count_by_state_and_severity_without_tests(stage: Night) -> None:
    begin(stage.runtime)
    raised(stage, "a", "b")
    await stage.types("alerts acknowledge AL-2")
    await stage.types("alerts test slow_response")
    await stage.types("alerts maintenance for 1h moving house")
    told = stage.runtime.observability.exposition().decode()
    assert 'pitchey_alerts_open{severity="critical",state="firing"} 1.0' in told
    assert 'pitchey_alerts_open{severity="critical",state="acknowledged"} 1.0' in told
    assert 'pitchey_alerts_open{severity="warning",state="firing"} 0.0' in told
    assert "pitchey_alert_silences 1.0" in told
    stage.passes(hours=2)
    assert "pitchey_alert_silences 0.0" in stage.runtime.observability.exposition().decode()
