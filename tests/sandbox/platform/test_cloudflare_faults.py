"""Cloudflare's API down, limited, slow, lying, and losing answers; its status page."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.world import World
from tests.sandbox.platform.test_cloudflare import script


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


async def test_answers_to_changes_are_lost(world: World, cloudflare: httpx.AsyncClient) -> None:
    script = world.account.scripts[WORKER]
    address = f"/accounts/{world.account.id}/workers/scripts/{WORKER}/secrets"
    told = {"name": "JWT_SECRET", "text": "Not-a-secret-1", "type": "secret_text"}
    count = len(script.deployments)
    world.faults.switch("cloudflare_loses", True)
    assert (await cloudflare.put(address, json=told)).status_code == 504
    assert (await cloudflare.get(address)).status_code == 200
    assert len(script.deployments) == count
    world.faults.switch("cloudflare_loses", False)
    world.faults.switch("cloudflare_late", True, 0.05)
    assert (await cloudflare.put(address, json=told)).status_code == 504
    assert len(script.deployments) == count
    await asyncio.sleep(0.2)
    assert len(script.deployments) == count + 1
    world.faults.switch("cloudflare_late", False)
    world.faults.switch("cloudflare_swallows", True, 0.2)
    with pytest.raises(httpx.RemoteProtocolError):
        await cloudflare.put(address, json=told)
    assert len(script.deployments) == count + 2
    assert (await cloudflare.get(address)).status_code == 504
    await asyncio.sleep(0.2)
    assert (await cloudflare.get(address)).status_code == 200
