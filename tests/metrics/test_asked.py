"""What people type after `/pitchey metrics`, and what each source makes of what it hears. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.arguments import UnknownWord
from bot.clients.http_faults import NoAnswer, Trouble
from bot.clients.platform import HEALTH, PING
from bot.clients.upstash import read_info
from bot.errors import BadInput
from bot.metric_points import step_of
from handlers.metrics.history.asked import read, words
from handlers.metrics.sampling.api import api_is_good, site_is_good
from handlers.metrics.sampling.database import read_connections
from handlers.metrics.sampling.surroundings import rate_since
from handlers.metrics.sampling.waking import decide, may_sleep, others
from handlers.metrics.sampling.worker import read_minutes
from tests.health.loopback import answer

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("first", "second", "window", "metric"),
    [
        ("7d", "", timedelta(days=7), None),
        ("24h", "uptime", 24 * HOUR, "uptime"),
        ("uptime", "", 24 * HOUR, "uptime"),
        ("response_time", "1h", HOUR, "response_time"),
        ("2w", "response time", timedelta(days=14), "response_time"),
        ("30D", "Cache-Hit-Rate", timedelta(days=30), "cache_hit_rate"),
        ("90m", "cpu", 90 * MINUTE, "cpu"),
        ("1h", "mem", HOUR, "memory"),
    ],
)
def test_window_and_metric(first: str, second: str, window: timedelta, metric: str | None) -> None:
    found = read(first, second)
    assert found is not None
    assert found.window == window
    assert (found.metric.name if found.metric else None) == metric


def test_nothing_means_now() -> None:
    assert read("", " ") is None


@pytest.mark.parametrize("text", ["0h", "9m", "401d", "999999w", "-1h", "7x", "1", "1.5h", "٣h"])
def test_an_impossible_window_is_refused_with_what_is_possible(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text, "")
    assert refused.value.hint


def test_a_misspelt_metric_gets_the_line_that_would_work() -> None:
    with pytest.raises(UnknownWord) as refused:
        read("7d", "respnse_tme")
    assert refused.value.suggestions[0] == "metrics 7d response_time"
    assert "Did you mean `response_time`?" in refused.value.hint
    with pytest.raises(UnknownWord, match="no metric"):
        read("`*<@U1>" * 20, "")


def test_windows_in_words_and_their_steps() -> None:
    assert [words(each * HOUR) for each in (1, 24, 168)] == ["hour", "24 hours", "7 days"]
    assert words(90 * MINUTE) == "90 minutes"
    steps = [step_of(each * HOUR) for each in (1, 24, 168, 720, 9_600)]
    assert steps == [MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 96 * HOUR]


GONE = NoAnswer(Trouble.REFUSED, "refused")


@pytest.mark.parametrize(
    ("path", "outcome", "good"),
    [
        (PING, answer({"status": "ok"}), True),
        (PING, answer({"status": "ok"}, 500), False),
        (PING, answer(b""), False),
        (PING, answer(b"<!doctype html>", kind="text/html"), False),
        (PING, answer({"error": "slow down"}, 429), None),
        (PING, GONE, False),
        (HEALTH, answer({"status": "unhealthy", "checks": {"email": "error"}}, 503), False),
        (HEALTH, answer({"status": "degraded",
                         "checks": {"database": "healthy", "email": "error"}}, 503), True),
        (HEALTH, answer({"status": "ok", "services": {"database": "error"}}), False),
    ],
)  # fmt: skip
def test_what_counts_as_up(path: str, outcome: Any, good: bool | None) -> None:
    assert api_is_good(path, outcome) is good


def test_a_site_is_up_with_a_page() -> None:
    assert site_is_good(answer(b"<html>", kind="text/html"))
    assert not site_is_good(answer(b"<html>", 503))
    assert not site_is_good(GONE)


def test_a_sleeping_database_is_left_alone() -> None:
    neon = "postgresql://u:p@ep-cool-1-pooler.eu-central-1.aws.neon.tech/pitchey"
    assert may_sleep("auto", neon)
    assert not may_sleep("auto", "postgresql://u:p@127.0.0.1:5432/pitchey")
    assert not may_sleep("auto", "postgresql://u:p@neon.tech.example.com/x")
    assert may_sleep("spare", "postgresql://127.0.0.1/x")
    assert not may_sleep("ignore", neon)

    def asks(visitors: float | None, idle: timedelta | None, sleeps: bool = True) -> bool:
        return decide(sleeps=sleeps, visitors=visitors, idle=idle, asleep=6 * HOUR).ask

    assert asks(0, MINUTE, sleeps=False)
    assert asks(12, MINUTE)
    assert not asks(0, HOUR)
    assert not asks(None, HOUR)
    assert asks(0, 6 * HOUR)
    assert asks(None, None)
    # Ten of the bot's own pings in ten minutes are no visitors.
    assert others(11, 60) == 0
    assert others(40, 60) == 28


def row(at: datetime, requests: int, errors: int = 0, cpu: float = 2_000) -> dict[str, Any]:
    return {
        "sum": {"requests": requests, "errors": errors},
        "quantiles": {"cpuTimeP50": cpu, "cpuTimeP99": cpu},
        "dimensions": {"datetimeMinute": f"{at:%Y-%m-%dT%H:%M:00Z}", "status": "success"},
    }


def test_minutes_without_rows_were_silent_only_when_later_ones_were_not() -> None:
    rows = [row(NOW, 5), row(NOW, 2, 2, 9_000), row(NOW + 3 * MINUTE, 1), row(NOW - HOUR, 99)]
    data = {"viewer": {"accounts": [{"workersInvocationsAdaptive": rows}]}}
    found = read_minutes(data, NOW - MINUTE, NOW + 10 * MINUTE)
    assert found == {
        NOW - MINUTE: (0, 0, 0),
        NOW: (7, 2, 9_000),
        NOW + MINUTE: (0, 0, 0),
        NOW + 2 * MINUTE: (0, 0, 0),
        NOW + 3 * MINUTE: (1, 0, 2_000),
    }


@pytest.mark.parametrize("said", [None, "", "yesterday", 7, "2026-11-23T12:00:00"])
def test_a_row_without_a_minute_is_left_out(said: Any) -> None:
    bad = row(NOW, 5)
    bad["dimensions"]["datetimeMinute"] = said
    data = {"viewer": {"accounts": [{"workersInvocationsAdaptive": [bad]}]}}
    assert read_minutes(data, NOW - HOUR, NOW + HOUR) == {}
    assert read_minutes({"viewer": None}, NOW, NOW + HOUR) == {}


def test_a_hit_rate_is_of_the_time_since_and_a_restart_begins_anew() -> None:
    assert rate_since((1_000, 900), (1_100, 950)) == 50
    assert rate_since((1_000, 900), (40, 30)) == 75
    assert rate_since((10, 9), (10, 9)) is None


def test_connections_whose_state_is_hidden_are_not_told() -> None:
    seen = {"used": 30, "available": 97, "active": 3, "idle": 20, "idle_in_transaction": 1}
    assert read_connections({**seen, "hidden": 0})["connections_idle"] == 20
    assert set(read_connections({**seen, "hidden": 4})) == {"database_connections"}


def test_memory_of_redis() -> None:
    hits = "keyspace_hits:9\r\nkeyspace_misses:1\r\n"
    assert read_info(f"{hits}used_memory:50\r\nmaxmemory:200\r\n", 0.1).memory_percent == 25
    assert read_info(f"{hits}total_data_size:1\r\nmax_data_size:4\r\n", 0.1).memory_percent == 25
    assert read_info(f"{hits}used_memory:50\r\nmaxmemory:0\r\n", 0.1).memory_percent is None
