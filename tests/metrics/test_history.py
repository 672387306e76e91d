"""What was sampled, as a message: the finding first, limits beside values, gaps said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.workspace.validation import check_message
from bot.settings import Settings
from bot.store import Sample, Store
from handlers.metrics.history.asked import read
from handlers.metrics.history.drawing import draw
from handlers.metrics.history.reading import History, history
from handlers.metrics.history.views import headline, history_reply, in_a_line
from handlers.metrics.result import Standing
from handlers.metrics.slo.operations import objective
from handlers.metrics.slo.views import slo_reply
from tests.engines import held_by_another
from tests.health.loopback import settings_for
from tests.house.shells import configured, shell

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path, "http://a.example", "http://b.example")


def fill(store: Store, metric: str, values: dict[int, float], good: int | None = None) -> None:
    """Values by hours before now."""
    store.samples.add(
        [Sample("production", metric, NOW - each * HOUR, value, good) for each, value in
         values.items()]
    )  # fmt: skip


def asked(store: Store, settings: Settings, *words: str) -> History:
    found = read(*(*words, "")[:2])
    assert found is not None
    return history(store, settings, "production", found, NOW)


def shown(found: History) -> str:
    reply = history_reply(found, "UTC")
    assert check_message({"channel": "C1", "text": reply.text, "blocks": reply.blocks}) == ()
    json.dumps(reply.data)
    return json.dumps(reply.blocks, ensure_ascii=False)


def test_the_worst_is_told_first_and_beside_the_window_before(
    store: Store, settings: Settings
) -> None:
    fill(store, "response_time", {1: 1_500, 2: 1_600, 30: 800, 31: 800})
    fill(store, "cpu", {1: 10, 2: 12})
    fill(store, "uptime", {1: 1, 2: 1}, good=1)
    found = asked(store, settings, "24h")
    assert headline(found) == (
        ":red_circle: Response time past the alert threshold; 2 of 6 key metrics on target in the "
        "last 24 hours, 3 without data"
    )
    assert found.lines[0].entry.name == "response_time"
    assert found.lines[0].standing is Standing.ALERT
    assert found.exit_code == 1
    text = shown(found)
    assert re.search(r"800 ms \(\+8\d %\)", text)  # percentiles are within half a percent
    assert "≤ 500 ms" in text
    assert "past the alert threshold" in text
    assert "response time 1,5" in in_a_line(found)


def test_an_error_rate_weighs_each_answer_the_same(store: Store, settings: Settings) -> None:
    rows = [(1, 1, 0), (2, 999, 999)]  # one lone failure, then many answers without
    store.samples.add(
        [Sample("production", "answers", NOW - n * HOUR, total, good) for n, total, good in rows]
    )
    found = asked(store, settings, "24h", "error_rate")
    assert found.lines[0].value == pytest.approx(0.1)
    assert ":white_check_mark: Error rate 0.10 %" in headline(found)


def test_nothing_sampled_is_said_and_not_drawn(store: Store, settings: Settings) -> None:
    found = asked(store, settings, "7d")
    assert headline(found) == ":grey_question: No history of the key metrics in the last 7 days"
    assert draw(found, "UTC") is None
    assert in_a_line(found) == ""
    shown(found)
    one = asked(store, settings, "1h", "disk")
    assert headline(one) == ":grey_question: Disk of the bot's machine: no history in the last hour"
    shown(one)


def test_gaps_begin_and_refusals_are_said(store: Store, settings: Settings) -> None:
    store.marks.add(NOW - 3 * HOUR, "incident", "INC-7 <@U1> `slow`", "INC-7", NOW - 2 * HOUR)
    fill(store, "cpu", {n: 40.0 + n for n in range(1, 12) if n not in (4, 5, 6)})
    store.samples.add([Sample("production", "cpu", NOW, -1.0)])
    found = asked(store, settings, "12h", "cpu")
    text = shown(found)
    assert "INC-7" in text
    assert "<@U1>" not in text
    assert "No data at 1 of 9 points" in text
    assert "1 impossible values refused" in text
    assert draw(found, "Europe/Berlin")


@pytest.mark.both_engines
def test_an_error_budget(store: Store, settings: Settings) -> None:
    store.samples.add(
        [
            Sample("production", "uptime", NOW - n * MINUTE, float(n not in (100, 101)), 1)
            for n in range(1, 4_001)
        ]
    )
    found = objective(store, settings, "production", 30 * DAY, NOW)
    assert [burn.budget.failed for burn in found.burns if burn.budget] == [0, 2, 2, 2]
    reply = slo_reply(found)
    assert check_message({"channel": "C1", "text": reply.text, "blocks": reply.blocks}) == ()
    assert reply.text == (
        ":white_check_mark: 95 % of the error budget of the last 30 days left: 99.95 % of checks "
        "good, target 99.9 %"
    )
    told = json.dumps(reply.blocks, ensure_ascii=False)
    assert "99.9 % allows 43 minutes of failing in 30 days; 41 are left." in told
    assert "Only 9 % of the time was checked" in told
    assert "2 of 360" in told
    over = objective(store, settings, "production", 6 * HOUR, NOW)
    assert slo_reply(over).text.startswith(":red_circle: Error budget of the last 6 hours")
    assert over.exit_code == 1
    none = objective(store, settings, "elsewhere", 7 * DAY, NOW)
    assert slo_reply(none).text.startswith(":grey_question: No checks in the last 7 days")


def test_in_a_terminal_the_chart_is_text_or_a_file(tmp_path: Path) -> None:
    configured(tmp_path)
    store = Store.open(tmp_path / "var" / "pitchey.sqlite3")
    now = datetime.now(UTC)
    store.samples.add(
        [Sample("production", "cpu", now - n * MINUTE, 90.0 + n % 5) for n in range(1, 50)]
    )
    store.close()
    done = shell(
        "pitchey metrics 1h cpu --out chart.png; echo exit $?; pitchey metrics 1h sped; "
        "pitchey metrics 1h cpu --out no/where.png; "
        "pitchey slo --json",
        tmp_path,
    )
    said = done.stdout.decode()
    assert "CPU usage 94" in said
    assert "█" in said
    assert "exit 1" in said
    assert "There is no metric called" in said
    assert "cannot be written" in said
    assert '"budget_left_percent": null' in said
    assert (tmp_path / "chart.png").read_bytes()[:4] == b"\x89PNG"


def test_the_history_is_read_while_another_process_writes(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    fill(store, "cpu", {1: 10})
    with held_by_another(tmp_path / "store.sqlite3"):
        assert asked(store, settings, "24h", "cpu").lines[0].value == 10
