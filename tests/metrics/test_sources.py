"""What each source makes of its answers, and never of a constant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clients.cloudflare_observability import STATUS
from bot.clients.postgres import PoolUse
from handlers.metrics.result import Gap, Reading
from handlers.metrics.sources.cloudflare import read_invocations
from handlers.metrics.sources.database import read_pool, read_refusal
from handlers.metrics.sources.platform import number, read_admin_metrics, read_status_metrics
from handlers.metrics.sources.probes import summarise
from handlers.metrics.sources.telemetry import read_statuses
from tests.health.loopback import recorded

KEYS = """data performance request_count error_count avg_response_time p95_response_time endpoint
    metrics requestsLast24h errorsLast24h errorRate p95ResponseTime viewer accounts
    workersInvocationsAdaptive sum requests errors quantiles cpuTimeP50 cpuTimeP99 dimensions
    status calculations aggregates value groups key""".split()  # noqa: SIM905
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=15,
)


def only(found: Sequence[Reading | Gap], metric: str) -> Reading:
    readings = [each for each in found if isinstance(each, Reading) and each.metric == metric]
    assert len(readings) == 1
    return readings[0]


def invocations(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"viewer": {"accounts": [{"workersInvocationsAdaptive": list(rows)}]}}


def row(status: str, requests: int, errors: int, p50: float, p99: float) -> dict[str, Any]:
    return {
        "sum": {"requests": requests, "errors": errors},
        "quantiles": {"cpuTimeP50": p50, "cpuTimeP99": p99},
        "dimensions": {"status": status},
    }


def test_cpu_comes_in_microseconds_and_is_held_against_the_limit() -> None:
    data = invocations(row("success", 980, 0, 2_000, 40_000), row("exceededCpu", 20, 20, 0, 50_000))
    found = read_invocations(data, 50.0, told=True)
    cpu = only(found, "cpu")
    assert cpu.value == 100.0  # 50,000 µs of 50 ms
    assert "p50 2.0 ms, p99 50.0 ms of 50 ms" in cpu.detail
    assert "20 requests exceeded a limit" in cpu.detail
    errors = only(found, "error_rate")
    assert errors.value == 2.0
    assert "exceptions" in errors.source


def test_an_assumed_limit_is_said_to_be_assumed() -> None:
    found = read_invocations(invocations(row("success", 10, 0, 1, 1)), 30_000, told=False)
    assert "assumed" in only(found, "cpu").detail


def test_no_requests_is_no_data_and_not_zero_percent() -> None:
    for data in (invocations(), {}, {"viewer": None}, invocations(row("success", 0, 0, 0, 0))):
        assert all(isinstance(each, Gap) for each in read_invocations(data, 1.0, told=False))


def test_handled_5xx_are_errors_by_telemetry() -> None:
    def aggregate(status: int, count: float) -> dict[str, Any]:
        groups = [{"key": STATUS, "value": str(status)}]
        return {"value": count, "sampleInterval": 1, "groups": groups}

    rows = [aggregate(200, 970), aggregate(404, 10), aggregate(500, 15), aggregate(503, 5)]
    reading = only(read_statuses({"calculations": [{"aggregates": rows}]}), "error_rate")
    assert reading.value == 2.0
    assert reading.samples == 1000
    crons = [{"value": 50, "groups": [{"key": STATUS, "value": ""}]}]
    assert isinstance(read_statuses({"calculations": [{"aggregates": crons}]})[0], Gap)


@pytest.mark.parametrize(
    "name", ["head-healthy-anonymous", "release-2026-01-17-anon", "release-2026-07-02-anon"]
)
def test_recorded_request_logs_are_read(name: str) -> None:
    rows = {each["path"]: each["body"] for each in recorded(name)}
    found = read_admin_metrics(rows["/api/admin/metrics"])
    assert only(found, "response_time").value > 0
    assert 0 <= only(found, "error_rate").value <= 100
    assert only(found, "error_rate").samples > 0


def test_averages_are_weighted_by_requests() -> None:
    body = {
        "data": {
            "performance": [
                {"request_count": "90", "avg_response_time": "10", "error_count": "0"},
                {"request_count": "10", "avg_response_time": "1010", "error_count": "5"},
            ]
        }
    }
    found = read_admin_metrics(body)
    assert only(found, "response_time").value == 110.0
    assert only(found, "error_rate").value == 5.0


def test_zeros_of_a_status_page_without_its_database_are_no_measurement() -> None:
    down = {each["path"]: each["body"] for each in recorded("head-neon-down")}["/api/status"]
    assert read_status_metrics(down) == []
    page = {each["path"]: each["body"] for each in recorded("release-2026-07-02-anon")}
    found = read_status_metrics(page["/api/status"])
    assert only(found, "error_rate").window == "last 24 hours"
    assert not [each for each in found if isinstance(each, Reading) and each.metric == "uptime"]


def test_connections_are_a_share_of_what_users_can_have() -> None:
    reading = read_pool(PoolUse(87, 100, 3, 4, 0.0, 0, "18"))
    assert round(reading.value, 1) == 89.7
    assert reading.detail == "87 of 97 used, 4 idle in transaction"


def test_lost_requests_are_told_beside_the_median() -> None:
    reading = only(summarise("/p", [10.0, 30.0, 20.0], 2), "response_time")
    assert reading.value == 20.0
    assert "2 of 5 failed" in reading.detail
    assert isinstance(summarise("/p", [], 5)[0], Gap)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [("14.50", 14.5), ("0.65%", 0.65), (7, 7.0), (True, None), ("nan", None), (-1, None)],
)
def test_numbers_come_as_text(given_: object, expected: float | None) -> None:
    assert number(given_) == expected


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_answer_is_survived(body: Any) -> None:
    found = [*read_admin_metrics(body), *read_status_metrics(body), *read_statuses(body)]
    if isinstance(body, dict):
        found += read_invocations(body, 10.0, told=True)
    for each in found:
        if isinstance(each, Reading):
            assert each.samples >= 0


def test_a_refusal_for_want_of_a_connection_is_a_full_pool() -> None:
    known = read_refusal(PoolUse(87, 100, 3, 4, 0.0, 0, "18"))
    assert (known.value, known.detail) == (100.0, "no connection could be had: 97 of 97 taken")
    assert read_refusal(None).detail == "no connection could be had: all are taken"
