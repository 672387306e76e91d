"""Addresses that services call: found, read within bounds, and answered whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
import pytest
import uvicorn

from bot.app import Workspace as Connected
from bot.command import Feature, Webhook
from bot.errors import BadInput, Unreachable
from bot.runtime import Runtime
from bot.sandbox.workspace import AppManifest, Workspace
from bot.web import LARGEST, Site
from tests.guard.conftest import settings_for
from tests.house.real_bot import ROOT, open_house

SECRET = "xoxb-planted"


async def handle(runtime: Runtime, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
    match body:
        case b"down":
            raise Unreachable("The database does not answer.", "Try later.")
        case b"wrong":
            raise BadInput("That is no alert.")
        case b"broken":
            raise ZeroDivisionError(SECRET)
        case b"token":
            token = runtime.settings.secrets.slack_bot_token
            return 200, token.get_secret_value() if token else ""
    return 202, f"{headers['x-mine']} {len(body)}"


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    workspace = Workspace(AppManifest.load(ROOT / "manifest.yml"))
    feature = Feature("hooks", "Hooks", webhooks=(Webhook("cloudflare", handle),))
    house = open_house(settings_for(workspace, "http://127.0.0.1:9", tmp_path), feature)
    connected = Connected.connect(house)
    config = uvicorn.Config(Site(connected), host="127.0.0.1", port=0, lifespan="off",
                            log_config=None)  # fmt: skip
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 uvicorn has no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/webhooks"
    server.should_exit = True
    await serving
    await connected.aclose(1)
    await house.aclose()


async def test_what_a_service_sends_and_what_it_is_told(address: str) -> None:
    async def told(body: bytes, name: str = "cloudflare") -> tuple[int, str]:
        headers = {"X-Mine": "yes"}
        async with client.post(f"{address}/{name}", data=body, headers=headers) as answer:
            return answer.status, (await answer.text()).strip()

    async with aiohttp.ClientSession() as client:
        assert await told(b"hello") == (202, "yes 5")
        assert await told(b"x" * LARGEST) == (202, f"yes {LARGEST}")
        assert await told(b"x" * (LARGEST + 1)) == (413, "too large")
        assert await told(b"hello", "unknown") == (404, "Not found")
        assert await told(b"hello", "") == (404, "Not found")
        assert await told(b"down") == (503, "The database does not answer.")
        assert await told(b"wrong") == (400, "That is no alert.")
        assert await told(b"broken") == (500, "The bot failed")
        status, text = await told(b"token")
        assert (status, "xoxb" in text) == (200, False)
        async with client.get(f"{address}/cloudflare") as answer:
            assert answer.status == 404


async def test_a_body_without_an_end_is_not_kept(address: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 50_000

    async with aiohttp.ClientSession() as client:
        try:
            async with client.post(f"{address}/cloudflare", data=endless()) as answer:
                assert answer.status == 413
        except aiohttp.ClientConnectionError:
            pass  # the bot closed before all of it was sent, which is as good
