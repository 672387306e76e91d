"""What the dashboard makes of readings: verdicts, ages, bounds. Nothing runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.limits import MESSAGE_BLOCKS_CHARACTERS
from bot.settings import Settings
from bot.settings.metrics import guide_metrics
from bot.store import Sample, Store
from handlers.dashboard.living import pace
from handlers.dashboard.reading import read_snapshot
from handlers.dashboard.result import Deployed, Snapshot, State, Verdict, stand
from handlers.dashboard.sparkline import sparkline
from handlers.dashboard.views import ended_message, headline, living_message

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
ENVIRONMENT = {
    "production": {
        "name": "production", "api_url": "https://a.example", "site_url": "https://b.example"
    }
}  # fmt: skip
GOOD = {
    "uptime": 1.0, "response_time": 140.0, "error_rate": 0.1, "cpu": 20.0, "memory": 40.0,
    "database_connections": 30.0, "database_up": 1.0, "cache_hit_rate": 91.0, "requests": 120.0,
    "certificate_days": 80.0, "backup_age_hours": 3.0, "disk": 40.0,
}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "pitchey.sqlite3", patience=0.5)
    yield opened
    opened.close()


def settings() -> Settings:
    return Settings.model_validate({"environments": ENVIRONMENT})


def look(store: Store, age: timedelta = timedelta(minutes=1), **values: float) -> Snapshot:
    """The dashboard where everything was measured that long ago."""
    samples = [
        Sample("production", name, NOW - age, value, int(value) if name == "uptime" else None)
        for name, value in (GOOD | values).items()
    ]
    store.samples.add(samples, NOW)
    return read_snapshot(store, settings(), "production", NOW, Deployed(trouble="not asked"))


def drawn(found: Snapshot) -> str:
    return json.dumps(living_message(found, 1, None, timedelta(seconds=30)), ensure_ascii=False)


def test_all_is_well_and_every_reading_says_how_old_it_is(store: Store) -> None:
    found = look(store)
    assert (found.verdict, found.exit_code) == (Verdict.HEALTHY, 0)
    told = ":white_check_mark: Healthy: 7 of 7 parts well; 6 of 6 metrics on target"
    assert headline(found) == told
    assert drawn(found).count("60 s ago") == 7


def test_most_parts_unread_is_not_healthy(store: Store) -> None:
    sample = [Sample("production", name, NOW, 1.0, 1) for name in ("uptime", "database_up")]
    store.samples.add(sample, NOW)
    found = read_snapshot(store, settings(), "production", NOW, Deployed(trouble="not asked"))
    assert found.verdict is Verdict.UNCERTAIN
    assert headline(found).startswith(":grey_question: Not certain: 2 of 7 parts well")


@pytest.mark.parametrize(
    ("values", "verdict", "words"),
    [
        ({"uptime": 0.0}, Verdict.DOWN, "API and site: the last check failed"),
        ({"database_up": 0.0}, Verdict.DOWN, "Database: could not be used"),
        ({"backup_age_hours": 60.0}, Verdict.DEGRADED, "Backup: newest is 60 h old"),
        ({"certificate_days": 10.0}, Verdict.DEGRADED, "ends in 10 days"),
        ({"cpu": 86.0}, Verdict.DEGRADED, "CPU past the alert threshold"),
        ({"cpu": 85.0}, Verdict.HEALTHY, "5 of 6 metrics on target"),
    ],
)
def test_the_worst_is_named_first(
    store: Store, values: dict[str, float], verdict: Verdict, words: str
) -> None:
    found = look(store, timedelta(minutes=1), **values)
    assert found.verdict is verdict
    assert words in headline(found)


def test_an_old_reading_is_no_reading(store: Store) -> None:
    found = look(store, timedelta(minutes=20))
    assert found.verdict is Verdict.UNCERTAIN
    assert "not known: API and site" in headline(found)
    assert "no reading since, 20 min ago" in drawn(found)


def test_without_any_reading_nothing_is_called_healthy(store: Store) -> None:
    found = read_snapshot(store, settings(), "production", NOW, Deployed())
    assert found.verdict is Verdict.UNCERTAIN
    assert found.budget is None
    assert "not read yet" in drawn(found)


def test_a_backup_grows_older_after_it_was_read(store: Store) -> None:
    late = timedelta(minutes=40)
    found = look(store, late, backup_age_hours=25.5)
    backup = next(part for part in found.parts if part.title == "Backup")
    assert backup.state is State.POOR


def test_alerts_and_secret_incidents(store: Store) -> None:
    for number in range(30):
        store.alerts.raise_external(
            "neon", str(number), f"<!channel> *alert* {number} " * 9, "critical", "x", NOW
        )
    found = look(store)
    told = drawn(found)
    assert headline(found).startswith(":warning: Degraded: 30 alerts firing")
    assert "<!channel>" not in told
    assert "and 26 more" in told
    assert len(told) < MESSAGE_BLOCKS_CHARACTERS


def test_what_is_left_of_an_ended_one_says_so_first(store: Store) -> None:
    text, blocks = ended_message(look(store), "ana stopped it.", NOW)
    assert text.endswith("This dashboard has stopped: ana stopped it.")
    assert "This dashboard has stopped" in blocks[0]["text"]["text"]
    assert "dashboard stop" not in json.dumps(blocks)
    assert ended_message(None, "x", NOW)[1]


def test_limits_are_judged_as_shown() -> None:
    limits = guide_metrics()["error_rate"]
    assert [stand(value, limits) for value in (0.5, 0.51, 1.004, 1.01)] == [
        State.GOOD, State.POOR, State.POOR, State.BAD,
    ]  # fmt: skip


def test_a_course_keeps_its_gaps_and_its_bounds() -> None:
    assert sparkline([0, None, 50, 100, 900, -3], 0, 100) == "▁·▅██▁"
    assert sparkline([5, 5], 5, 5) == "▁▁"
    assert sparkline([], 0, 1) == ""


def test_many_dashboards_come_less_often() -> None:
    assert pace(1, 30) == pace(15, 30) == timedelta(seconds=30)
    assert pace(60, 30) == timedelta(seconds=120)


def test_a_trouble_with_cloudflare_is_beside_what_was_known(store: Store) -> None:
    known = Deployed("3f2a1b9c", NOW - timedelta(hours=3), "omar", "Faster", read_at=NOW)
    found = replace(look(store), deployed=replace(known, trouble="Cloudflare answered 503"))
    assert "3 h ago by omar: Faster (as of 0 s ago: Cloudflare answered 503)" in drawn(found)
