"""The Cloudflare stand-in: envelopes, permissions, figures from real traffic, deployments."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.sandbox.cloudflare.account import PERMISSIONS, READ_R2, WORKER
from bot.sandbox.world import World

_QUERY = """
query ($tag: string!, $from: Time!, $to: Time!) { viewer { accounts(filter: {accountTag: $tag}) {
  workersInvocationsAdaptive(limit: 10000,
      filter: {scriptName: "pitchey-production", datetime_geq: $from, datetime_leq: $to}) {
    sum { requests errors } quantiles { cpuTimeP50 cpuTimeP99 } dimensions { %s }
} } } }
"""


def account(world: World) -> str:
    return f"/accounts/{world.account.id}"


def script(world: World) -> str:
    return f"{account(world)}/workers/scripts/{WORKER}"


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


async def test_good_envelope_and_token(world: World, cloudflare: httpx.AsyncClient) -> None:
    body = (await cloudflare.get("/user/tokens/verify")).json()
    assert (body["success"], body["errors"], body["result"]["status"]) == (True, [], "active")


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [("", 400, 9106), ("Bearer short", 400, 6003), (f"Bearer {'a' * 40}", 401, 1000)],
)
async def test_bad_tokens(world: World, header: str, status: int, code: int) -> None:
    headers = {"Authorization": header} if header else {}
    async with httpx.AsyncClient(base_url=world.cloudflare.api_url, headers=headers) as client:
        answer = await client.get("/user/tokens/verify")
    body = answer.json()
    assert (answer.status_code, body["success"], body["result"]) == (status, False, None)
    assert body["errors"][0]["code"] == code


async def test_a_missing_permission_is_403_code_10000(world: World) -> None:
    token = world.account.issue(PERMISSIONS - {READ_R2})
    headers = {"Authorization": f"Bearer {token.value}"}
    async with httpx.AsyncClient(base_url=world.cloudflare.api_url, headers=headers) as client:
        refused = await client.get(f"{account(world)}/r2/buckets")
        allowed = await client.get(f"{script(world)}/deployments")
    assert refused.status_code == 403
    assert refused.json()["errors"] == [{"code": 10000, "message": "Authentication error"}]
    assert allowed.status_code == 200


async def test_unknown_things(world: World, cloudflare: httpx.AsyncClient) -> None:
    other = f"{account(world)}/workers/scripts/nothing/deployments"
    worker = await cloudflare.get(other)
    assert (worker.status_code, worker.json()["errors"][0]["code"]) == (404, 10007)
    stranger = await cloudflare.get(f"/accounts/{'0' * 32}/workers/scripts/{WORKER}/deployments")
    assert (stranger.status_code, stranger.json()["errors"][0]["code"]) == (404, 7003)
    nowhere = await cloudflare.get("/no/such/route")
    assert nowhere.json()["errors"][0]["code"] == 7003


async def test_lists(world: World, cloudflare: httpx.AsyncClient) -> None:
    buckets = (await cloudflare.get(f"{account(world)}/r2/buckets")).json()["result"]["buckets"]
    assert "pitchey-uploads" in {bucket["name"] for bucket in buckets}
    pages = await cloudflare.get(f"{account(world)}/pages/projects/pitchey/deployments")
    assert pages.json()["result"][0]["latest_stage"]["status"] == "success"
    alerts = (await cloudflare.get(f"{account(world)}/alerting/v3/available_alerts")).json()
    assert alerts["result"]["DoS Protection"][0]["type"] == "dos_attack_l7"
    secrets = (await cloudflare.get(f"{script(world)}/secrets")).json()["result"]
    assert secrets[0] == {"name": "DATABASE_URL", "type": "secret_text"}


async def test_versions_and_deployments(world: World, cloudflare: httpx.AsyncClient) -> None:
    listed = (await cloudflare.get(f"{script(world)}/versions?deployable=true")).json()
    items = listed["result"]["items"]
    assert "result_info" not in listed  # deployable=true ignores paging
    assert [item["number"] for item in items] == sorted(
        (item["number"] for item in items), reverse=True
    )
    deployments = (await cloudflare.get(f"{script(world)}/deployments")).json()["result"]
    live = deployments["deployments"][0]["versions"]
    assert live == [{"version_id": items[0]["id"], "percentage": 100}]
    one = (await cloudflare.get(f"{script(world)}/versions/{items[0]['id']}")).json()["result"]
    assert {binding["name"] for binding in one["resources"]["bindings"]} >= {"KV_CACHE"}


@pytest.mark.parametrize("shares", [(60, 30), (100, 0, 0), (), (120, -20)])
async def test_impossible_deployments_are_refused(
    world: World, cloudflare: httpx.AsyncClient, shares: tuple[int, ...]
) -> None:
    versions = world.account.scripts[WORKER].versions
    split = [
        {"version_id": version.id, "percentage": share}
        for version, share in zip(versions, shares, strict=False)
    ]
    body = {"strategy": "percentage", "versions": split}
    answer = await cloudflare.post(f"{script(world)}/deployments", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 10021)


async def test_a_split_really_splits_and_an_override_overrides(
    world: World, api: httpx.AsyncClient, cloudflare: httpx.AsyncClient
) -> None:
    old, new = (version.id for version in world.account.scripts[WORKER].versions[-2:])
    split = [{"version_id": old, "percentage": 75}, {"version_id": new, "percentage": 25}]
    body = {"strategy": "percentage", "versions": split}
    assert (await cloudflare.post(f"{script(world)}/deployments", json=body)).status_code == 200
    answered = [(await api.get("/api/version")).json()["version"] for _ in range(40)]
    assert 4 <= answered.count(new) <= 16
    assert answered.count(old) == 40 - answered.count(new)
    override = {"Cloudflare-Workers-Version-Overrides": f'{WORKER}="{new}"'}
    told = {(await api.get("/api/version", headers=override)).json()["version"] for _ in range(8)}
    assert told == {new}
    elsewhere = {"Cloudflare-Workers-Version-Overrides": f'other="{new}"'}
    told = {(await api.get("/api/version", headers=elsewhere)).json()["version"] for _ in range(12)}
    assert old in told  # an override that does not apply falls through silently


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


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("cloudflare_down", 503, 10013),
        ("cloudflare_forbidden", 403, 10000),
        ("cloudflare_limited", 429, 971),
    ],
)
async def test_switches_of_the_api(
    world: World, cloudflare: httpx.AsyncClient, name: str, status: int, code: int
) -> None:
    world.faults.switch(name, True)
    await world.settled()
    answer = await cloudflare.get(f"{script(world)}/deployments")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert ("retry-after" in answer.headers) is (status == 429)


async def test_too_many_requests_block_everything(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    async def burst(calls: int) -> list[int]:
        return [(await cloudflare.get("/user")).status_code for _ in range(calls)]

    codes = [
        code for part in await asyncio.gather(*(burst(151) for _ in range(8))) for code in part
    ]
    assert codes.count(200) == 1_200
    blocked = await cloudflare.get("/user/tokens/verify")
    assert (blocked.status_code, int(blocked.headers["retry-after"]) > 200) == (429, True)


async def test_status_page(world: World) -> None:
    async with httpx.AsyncClient() as anybody:
        calm = (await anybody.get(world.cloudflare.status_url)).json()
        world.faults.switch("cloudflare_incident", True)
        storm = (await anybody.get(world.cloudflare.status_url)).json()
    assert (calm["status"]["indicator"], calm["incidents"]) == ("none", [])
    assert storm["status"]["indicator"] == "critical"
    states = {part["name"]: part["status"] for part in storm["components"]}
    assert (states["Workers"], states["Dashboard"]) == ("major_outage", "operational")
    assert storm["incidents"][0]["status"] == "investigating"


async def test_every_other_answer_is_refused_and_failures_come_with_200(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    world.faults.switch("cloudflare_flaky", True, 2.0)
    answers = [await cloudflare.get("/user") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 200, 429, 200]
    assert answers[0].headers["retry-after"] == "2"
    world.faults.switch("cloudflare_flaky", False)
    world.faults.switch("cloudflare_lies", True)
    lie = await cloudflare.get("/user")
    assert (lie.status_code, lie.json()["success"]) == (200, False)
    world.faults.switch("cloudflare_lies", False)
    world.faults.switch("cloudflare_slow", True, 0.3)
    begun = time.perf_counter()
    await cloudflare.get("/user")
    assert time.perf_counter() - begun >= 0.3


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
