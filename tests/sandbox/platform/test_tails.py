"""The stand-in's tails and notifications refuse what Cloudflare refuses."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp import web

from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.cloudflare.tail_sessions import MOST_A_SECOND, MOST_VIEWERS, Session
from bot.sandbox.request_log import Request
from bot.sandbox.world import World
from tests.health.loopback import serving


def path(world: World) -> str:
    return f"/accounts/{world.account.id}/workers/scripts/{WORKER}/tails"


async def create(world: World, cloudflare: httpx.AsyncClient, **filters: Any) -> dict[str, Any]:
    body = {"filters": [{name: value} for name, value in filters.items()]}
    answer = await cloudflare.post(path(world), json=body)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()["result"]
    return result


async def test_a_tail_streams_what_happens(
    world: World, cloudflare: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    world.faults.switch("api_errors", True, 100)
    made = await create(world, cloudflare)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(made["url"], protocols=("trace-v1",)) as socket,
    ):
        assert socket.protocol == "trace-v1"
        await socket.send_str('{"debug": false}')
        kinds = set()
        found = None
        while found is None or len(kinds) < 2:
            await api.get("/api/tailed?x=1")
            message = await socket.receive(timeout=120)
            kinds.add(message.type)
            event = json.loads(message.data)
            found = event if "tailed" in event["event"]["request"]["url"] else found
        assert found["logs"][0]["level"] == "error"
        assert found["event"]["response"]["status"] == 500
        assert found["event"]["request"]["url"].endswith("/api/tailed?x=1")
        listed = (await cloudflare.get(path(world))).json()["result"]
        assert [each["id"] for each in listed] == [made["id"]]
        assert (await cloudflare.delete(f"{path(world)}/{made['id']}")).status_code == 200
        while (message := await socket.receive(timeout=120)).type in {
            aiohttp.WSMsgType.TEXT,
            aiohttp.WSMsgType.BINARY,
        }:
            pass
        assert message.type is aiohttp.WSMsgType.CLOSE
    assert (await cloudflare.delete(f"{path(world)}/{made['id']}")).status_code == 404


async def test_without_its_protocol_there_is_no_stream(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    made = await create(world, cloudflare)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(made["url"])
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(made["url"] + "x", protocols=("trace-v1",))


async def test_limits_of_tails(world: World, cloudflare: httpx.AsyncClient) -> None:
    for bad in ({"filters": 1}, {"filters": [{"outcome": ["nope"]}]}, {"filters": [{"x": 1}]}):
        assert (await cloudflare.post(path(world), json=bad)).json()["errors"][0]["code"] == 10021
    for _ in range(MOST_VIEWERS):
        await create(world, cloudflare, sampling_rate=0.5)
    assert (await cloudflare.post(path(world), json={})).status_code == 400


def test_filters_expiry_and_overload() -> None:
    now = time.time()
    request = Request(now, "GET", "/a", 200, "ok", 1.0, 1, "v", "US")
    session = Session("w", ({"outcome": ["exception"]},), now + 60)
    viewer: asyncio.Queue[Any] = asyncio.Queue()
    session.viewers.add(viewer)
    session.offer(request, {"n": 1})
    assert viewer.empty()
    session.filters = ({"method": ["GET"]},)
    for number in range(MOST_A_SECOND + 5):
        session.offer(request, {"n": number})
    assert viewer.qsize() == MOST_A_SECOND + 1
    assert [viewer.get_nowait() for _ in range(viewer.qsize())][-1]["event"]["type"] == "overload"
    session.expires_at = now - 1
    session.offer(request, {"n": 2})
    assert viewer.empty()


async def test_policies_need_what_exists(world: World, cloudflare: httpx.AsyncClient) -> None:
    alerting = f"/accounts/{world.account.id}/alerting/v3"
    refused = await cloudflare.post(
        f"{alerting}/destinations/webhooks", json={"name": "x", "url": "http://evil.example/"}
    )
    assert refused.status_code == 400
    body = {"name": "x", "alert_type": "dos_attack_l7", "mechanisms": {"webhooks": [{"id": "?"}]}}
    assert (await cloudflare.post(f"{alerting}/policies", json=body)).status_code == 400
    body["alert_type"] = "http_alert_origin_error"
    answer = await cloudflare.post(f"{alerting}/policies", json=body)
    assert answer.json()["errors"][0]["code"] == 17200


async def test_a_stream_that_is_cut(world: World, cloudflare: httpx.AsyncClient) -> None:
    world.faults.switch("tail_cut", True, 0.1)
    made = await create(world, cloudflare)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(made["url"], protocols=("trace-v1",)) as socket,
    ):
        await socket.send_str("{}")
        async with asyncio.timeout(120):
            while (await socket.receive()).type in {
                aiohttp.WSMsgType.TEXT,
                aiohttp.WSMsgType.BINARY,
            }:
                pass
    assert made["id"] in world.cloudflare.tails.sessions  # the session itself lives on


async def test_an_attack_is_notified_with_the_secret(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    got: list[tuple[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        got.append((request.headers.get("cf-webhook-auth", ""), await request.json()))
        return web.Response()

    alerting = f"/accounts/{world.account.id}/alerting/v3"
    async with serving(take) as url:
        body = {"name": "x", "url": f"{url}/hook", "secret": "s" * 20}
        hook = (await cloudflare.post(f"{alerting}/destinations/webhooks", json=body)).json()
        policy = {
            "name": "p", "alert_type": "dos_attack_l7", "enabled": True,
            "mechanisms": {"webhooks": [{"id": hook["result"]["id"]}]},
        }  # fmt: skip
        assert (await cloudflare.post(f"{alerting}/policies", json=policy)).status_code == 200
        for on in (True, False):
            world.faults.switch("ddos_attack", on)
            await world.settled()
    assert {secret for secret, _ in got} == {"s" * 20}
    test, start, end = (told for _, told in got)
    assert set(test) == {"text"}
    assert start["alert_event"] == "ALERT_STATE_EVENT_START"
    assert end["alert_event"] == "ALERT_STATE_EVENT_END"
    assert start["alert_correlation_id"] == end["alert_correlation_id"]
    history = (await cloudflare.get(f"{alerting}/history?per_page=1")).json()
    assert history["result_info"]["total_count"] == 2
    assert len(history["result"]) == 1
