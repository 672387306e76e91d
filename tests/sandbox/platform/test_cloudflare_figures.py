"""Analytics and telemetry of the Cloudflare stand-in: from real traffic, late, partial, off."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.sandbox.world import World
from tests.sandbox.platform.test_cloudflare import account

_QUERY = """
query ($tag: string!, $from: Time!, $to: Time!) { viewer { accounts(filter: {accountTag: $tag}) {
  workersInvocationsAdaptive(limit: 10000,
      filter: {scriptName: "pitchey-production", datetime_geq: $from, datetime_leq: $to}) {
    sum { requests errors } quantiles { cpuTimeP50 cpuTimeP99 } dimensions { %s }
} } } }
"""


async def figures(
    world: World, cloudflare: httpx.AsyncClient, dimension: str = "status", hours: float = 24
) -> Any:
    now = datetime.now(UTC)
    variables = {
        "tag": world.account.id,
        "from": (now - timedelta(hours=hours)).isoformat(),
        "to": (now + timedelta(minutes=1)).isoformat(),
    }
    body = {"query": _QUERY % dimension, "variables": variables}
    answer = (await cloudflare.post("/graphql", json=body)).json()
    assert answer["errors"] is None, answer
    return answer["data"]["viewer"]["accounts"][0]["workersInvocationsAdaptive"]


async def test_figures_grow_with_real_requests(
    world: World, api: httpx.AsyncClient, cloudflare: httpx.AsyncClient
) -> None:
    before = sum(row["sum"]["requests"] for row in await figures(world, cloudflare))
    assert before > 5_000  # a day of the past
    for _ in range(10):
        await api.get("/api/health/ping")
    rows = await figures(world, cloudflare)
    assert sum(row["sum"]["requests"] for row in rows) >= before + 10
    # A past with a thrown request has a row of its own for it, and that one may cost little.
    [success] = [row for row in rows if row["dimensions"]["status"] == "success"]
    assert 100 < success["quantiles"]["cpuTimeP50"] <= success["quantiles"]["cpuTimeP99"]


async def test_only_exceptions_are_errors_in_analytics_but_telemetry_sees_every_500(
    world: World, api: httpx.AsyncClient, cloudflare: httpx.AsyncClient
) -> None:
    begun = time.time()
    world.faults.switch("api_errors", True, 100)
    for _ in range(5):
        await api.get("/api/health/ping")
    hours = (time.time() - begun) / 3600
    assert sum(row["sum"]["errors"] for row in await figures(world, cloudflare, hours=hours)) == 0
    path = f"{account(world)}/workers/observability/telemetry/query"
    failed = {
        "key": "$workers.event.response.status", "operation": "gte", "type": "number", "value": 500,
    }  # fmt: skip
    body = {
        "queryId": "test",
        "timeframe": {"from": begun * 1000, "to": time.time() * 1000},
        "view": "calculations",
        "parameters": {
            "datasets": ["cloudflare-workers"],
            "filters": [failed],
            "calculations": [{"operator": "count"}],
            "groupBys": [{"type": "string", "value": "$workers.scriptVersion.id"}],
        },
    }
    result = (await cloudflare.post(path, json=body)).json()["result"]
    (aggregate,) = result["calculations"][0]["aggregates"]
    assert aggregate["value"] >= 5
    events = (await cloudflare.post(path, json=body | {"view": "events"})).json()["result"]
    assert events["events"]["events"][0]["$metadata"]["level"] == "error"
    await world.reset()
    world.faults.switch("bad_release", True)
    await world.settled()
    await api.get("/api/health/ping")
    rows = await figures(world, cloudflare, "status scriptVersion", hours=0.1)
    thrown = [row for row in rows if row["dimensions"]["status"] == "scriptThrewException"]
    assert thrown
    assert thrown[0]["sum"]["errors"] >= 1


async def test_graphql_tells_mistakes(world: World, cloudflare: httpx.AsyncClient) -> None:
    wrong = (await cloudflare.post("/graphql", json={"query": "{ viewer { nope } }"})).json()
    assert (wrong["data"], "nope" in wrong["errors"][0]["message"]) == (None, True)
    other = '{ viewer { accounts(filter: {accountTag: "x"}) { workersInvocationsAdaptive } } }'
    refused = (await cloudflare.post("/graphql", json={"query": other})).json()
    assert "not authorized" in refused["errors"][0]["message"]


async def test_analytics_that_are_late_or_partial(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    world.faults.switch("analytics_late", True, 30.0)
    assert await figures(world, cloudflare, hours=0.4) == []
    assert await figures(world, cloudflare, hours=2) != []
    world.faults.switch("analytics_late", False)
    whole = await figures(world, cloudflare, "datetimeHour", hours=5)
    world.faults.switch("analytics_partial", True)
    with pytest.raises(AssertionError, match="internal server error"):
        await figures(world, cloudflare, "datetimeHour", hours=5)
    assert len(whole) >= 5


async def test_a_worker_without_observability_keeps_nothing(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    world.faults.switch("logs_off", True)
    path = f"{account(world)}/workers/observability/telemetry/query"
    now = time.time() * 1000
    body = {"timeframe": {"from": now - 3_600_000, "to": now}, "view": "events"}
    result = (await cloudflare.post(path, json=body)).json()["result"]
    assert result["events"] == {"count": 0, "events": []}
