"""Cloudflare's lists, analytics and refusals, over servers that tell the truth and that lie."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.clients.cloudflare import MOST_PAGES, Cloudflare, CloudflareError
from bot.clients.cloudflare_alerting import available, policies, webhooks, webhooks_offered
from bot.clients.cloudflare_analytics import dimension_of, read_worker, worker_figures
from bot.clients.cloudflare_tail_sessions import read_session
from bot.clients.cloudflare_zone_analytics import read_zone, zone_figures
from bot.clients.http import Http
from bot.errors import BadAnswer, NotConfigured, Unreachable
from bot.sandbox.cloudflare.account import WORKER, Zone
from bot.sandbox.world import World
from tests.health.loopback import serving

NOW = datetime(2026, 7, 2, 12, tzinfo=UTC)


async def listed(answer: Callable[[web.Request], Any]) -> list[Any]:
    """Everything that `pages` yields over such a server."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return web.json_response({"success": True, **answer(request)})

    http = Http()
    try:
        async with serving(handle) as url:
            cloudflare = Cloudflare(http, url, "token", "account")
            return [item async for item in cloudflare.pages("/x", permission="x")]
    finally:
        await http.aclose()


async def test_pages_are_followed_by_number_and_by_cursor() -> None:
    def numbered(request: web.Request) -> Any:
        page = int(request.query.get("page", "1"))
        return {"result": [page], "result_info": {"per_page": 1, "total_count": 3}}

    def by_cursor(request: web.Request) -> Any:
        cursor = request.query.get("cursor", "")
        following = {"": "b", "b": "c", "c": ""}[cursor]
        return {"result": [cursor], "result_info": {"cursor": following}}

    assert await listed(numbered) == [1, 2, 3]
    assert await listed(by_cursor) == ["", "b", "c"]


async def test_a_list_without_end_has_one() -> None:
    counter = iter(range(10_000))

    def same(_request: web.Request) -> Any:
        return {"result": [1], "result_info": {"total_pages": 10**9}}

    def growing(_request: web.Request) -> Any:
        return {"result": [next(counter)], "result_info": {"total_pages": 10**9}}

    assert await listed(same) == [1]
    assert len(await listed(growing)) == MOST_PAGES
    assert await listed(lambda _: {"result": {"not": "a list"}}) == []


def client(world: World) -> tuple[Http, Cloudflare]:
    http = Http()
    zone = world.account.zone.id if world.account.zone else None
    token, account = world.account.token.value, world.account.id
    return http, Cloudflare(http, world.cloudflare.api_url, token, account, zone)


async def test_the_workers_figures_by_time_step(world: World) -> None:
    http, cloudflare = client(world)
    until = datetime.now(UTC)
    try:
        found = await worker_figures(
            cloudflare, WORKER, until - timedelta(hours=6), until, step=timedelta(hours=1)
        )
        assert 6 <= len(found.steps) <= 7
        assert found.requests > 1_000
        assert all(0 < step.cpu_p50_ms <= step.cpu_p99_ms < 1_000 for step in found.steps)
        assert all(step.wall_p99_ms >= step.wall_p50_ms > 0 for step in found.steps)
        assert sum(found.steps[0].outcomes.values()) == found.steps[0].requests
        world.faults.switch("analytics_late", True, 120.0)
        late = await worker_figures(cloudflare, WORKER, until - timedelta(hours=6), until)
        assert late.newest is not None
        assert until - late.newest > timedelta(minutes=119)
        world.faults.switch("analytics_partial", True)
        partial = await worker_figures(cloudflare, WORKER, until - timedelta(hours=6), until)
        assert partial.problems
        assert 0 < len(partial.steps) < len(late.steps)
    finally:
        await http.aclose()


async def test_the_zones_figures_as_its_plan_allows(world: World) -> None:
    http, cloudflare = client(world)
    until = datetime.now(UTC)
    since = until - timedelta(hours=3)
    try:
        with pytest.raises(NotConfigured, match="no Cloudflare zone"):
            await zone_figures(cloudflare, since, until)
        for plan, offered in (("free", False), ("enterprise", True)):
            zone = world.account.zone = Zone("pitchey.example", plan)
            cloudflare.zone_id = zone.id
            found = await zone_figures(cloudflare, since, until)
            assert found.steps
            assert sum(found.steps[0].edge.values()) > 0
            assert found.origin_offered is offered
            assert (found.origin_error_percent is not None) is offered
    finally:
        await http.aclose()


async def test_what_an_account_may_be_told_of(world: World) -> None:
    http, cloudflare = client(world)
    try:
        assert "dos_attack_l7" in await available(cloudflare)
        assert "http_alert_origin_error" not in await available(cloudflare)
        assert await webhooks_offered(cloudflare)
        world.account.pays = False
        assert not await webhooks_offered(cloudflare)
        assert await webhooks(cloudflare) == ()
        assert await policies(cloudflare) == ()
        path = f"{cloudflare.account}/alerting/v3/policies"
        body = {"name": "x", "alert_type": "http_alert_origin_error", "mechanisms": {}}
        with pytest.raises(CloudflareError, match="plan does not offer") as caught:
            await cloudflare.call("POST", path, permission="Notifications Edit", json=body)
        assert caught.value.codes == (17200,)
    finally:
        await http.aclose()


async def test_failures_with_http_200_and_slow_answers(world: World) -> None:
    http, cloudflare = client(world)
    try:
        world.faults.switch("cloudflare_lies", True)
        with pytest.raises(CloudflareError, match="unavailable"):
            await cloudflare.get("/user", permission="x")
        world.faults.switch("cloudflare_lies", False)
        world.faults.switch("cloudflare_slow", True, 5.0)
        with pytest.raises(Unreachable, match="within"):
            await cloudflare.get("/user", permission="x", deadline=0.2)
    finally:
        await http.aclose()


@pytest.mark.parametrize(
    ("minutes", "name"),
    [
        (0.5, "datetimeMinute"), (1, "datetimeMinute"), (2, "datetimeFiveMinutes"),
        (15, "datetimeFifteenMinutes"), (16, "datetimeHour"), (900, "datetimeHour"),
    ],
)  # fmt: skip
def test_time_steps(minutes: float, name: str) -> None:
    assert dimension_of(timedelta(minutes=minutes)) == name


def test_rows_that_make_no_sense_count_as_nothing() -> None:
    rows: list[dict[str, Any]] = [
        {"dimensions": {"d": "2026-07-02T12:00:00Z", "status": "success"},
         "sum": {"requests": -5, "errors": float("nan")}, "quantiles": None},
        {"dimensions": {"d": "yesterday"}},
        {"dimensions": None},
    ]  # fmt: skip
    (step,) = read_worker(rows, "d")
    assert (step.at, step.requests, step.errors, step.cpu_p99_ms) == (NOW, 0, 0, 0.0)
    odd = {"dimensions": {"d": "2026-07-02T12:00:00Z", "edgeResponseStatus": 7}, "count": 3}
    assert read_zone([odd], "d") == ()


@pytest.mark.parametrize(
    "result",
    [
        None, [], {},
        {"id": "a", "url": "ws://evil.example/x", "expires_at": "2026-07-02T12:00:00Z"},
        {"id": "a", "url": "wss://x.dev/t", "expires_at": "soon"},
    ],
)  # fmt: skip
def test_a_tail_that_cannot_be_trusted_is_refused(result: Any) -> None:
    with pytest.raises(BadAnswer):
        read_session(result, "w")


def test_the_address_of_a_tail_is_hidden() -> None:
    told = {"id": "a", "url": "wss://x.dev/s3cret", "expires_at": "2026-07-02T12:00:00"}
    session = read_session(told, "w")
    assert session.expires_at == NOW
    assert "s3cret" not in repr(session)
    assert json.dumps(told)
