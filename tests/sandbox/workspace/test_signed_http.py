"""The same Bolt app over signed HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import ANA, BOT, OPS, Workspace
from bot.sandbox.workspace.expectations import Actor
from tests.sandbox.workspace.stage import BUTTON, serve, until


@pytest.fixture
async def listening(app: AsyncApp, workspace: Workspace) -> AsyncIterator[str]:
    """The Bolt app behind its request URL, after the handshake."""
    server = app.web_app("/slack/events")
    runner, address = await serve(server)
    url = f"{address}/slack/events"
    assert (await workspace.delivery.http.verify(url)).ok
    yield url
    await runner.cleanup()


async def test_commands_buttons_and_events(
    app: AsyncApp, listening: str, ana: Actor, workspace: Workspace
) -> None:
    @app.command("/pitchey")
    async def run(ack: Any) -> None:
        await ack(text="Healthy", blocks=[BUTTON])

    @app.action("again")
    async def again(ack: Any, say: Any, body: Any) -> None:
        await ack()
        await say(f"Pressed by {body['user']['name']}")

    @app.event("app_mention")
    async def mentioned(say: Any) -> None:
        await say("You called")

    await ana.types("/pitchey")
    await ana.presses("Check again")
    await ana.sees("Pressed by ana")
    await ana.types("@pitchey_ops hello")
    await ana.sees("You called")


async def test_plain_text_body_is_shown(workspace: Workspace, ana: Actor) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="Just text")

    async with Endpoint(answer) as url:
        workspace.delivery.http.request_url = url
        await ana.types("/pitchey")
        assert (await ana.sees_message("Just text")).ephemeral_to == ANA


async def test_wrong_signature_is_refused_by_the_app(
    listening: str, ana: Actor, workspace: Workspace
) -> None:
    workspace.signing_secret = "another"
    await ana.types("/pitchey", refused="dispatch_failed")
    assert workspace.record.deliveries("slash_commands")[0].error == "http_error"


async def test_handshake_wants_the_challenge(workspace: Workspace) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    async with Endpoint(answer) as url:
        outcome = await workspace.delivery.http.verify(url)
    assert outcome.error == "url_verification_failed"
    assert workspace.delivery.http.request_url == ""
    gone = await workspace.delivery.http.verify("http://127.0.0.1:9/")
    assert gone.error == "url_verification_failed"


async def test_events_are_retried_with_number_and_reason(workspace: Workspace, ana: Actor) -> None:
    seen: list[tuple[str | None, str | None]] = []

    async def answer(request: web.Request) -> web.Response:
        headers = request.headers
        seen.append((headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason")))
        if len(seen) == 2:
            await asyncio.sleep(30)
        return web.Response(status=500 if len(seen) < 4 else 200)

    async with Endpoint(answer) as url:
        workspace.delivery.http.request_url = url
        await ana.types("hear me")
        await until(lambda: len(seen) == 2)
        workspace.clock.forward(seconds=61)
        await until(lambda: len(seen) == 3)
        await asyncio.sleep(0.05)
        workspace.clock.forward(minutes=4)
        await workspace.delivery.settled()
    assert seen == [
        (None, None),
        ("1", "http_error"),
        ("2", "http_timeout"),
        ("3", "http_error"),
    ]
    assert [one.error for one in workspace.record.deliveries()] == [
        "http_error",
        "http_timeout",
        "http_error",
        "",
    ]


async def test_app_may_ask_for_no_retry(workspace: Workspace, ana: Actor) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    async with Endpoint(answer) as url:
        workspace.delivery.http.request_url = url
        await ana.types("hear me")
        await workspace.delivery.settled()
    assert len(workspace.record.deliveries()) == 1


async def test_urls_of_the_manifest_where_socket_mode_is_off(
    workspace: Workspace, ana: Actor
) -> None:
    paths: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response()

    async with Endpoint(answer) as url:
        manifest = workspace.manifest
        workspace.manifest = replace(
            manifest,
            socket_mode=False,
            event_url=f"{url}/events",
            commands=tuple(replace(one, url=f"{url}/commands") for one in manifest.commands),
        )
        await ana.types("/pitchey")
        await ana.types("a message")
        await workspace.delivery.settled()
    assert paths == ["/commands", "/events"]


async def test_own_messages_reach_the_app_as_the_bots(
    listening: str, client: AsyncWebClient, workspace: Workspace
) -> None:
    await client.chat_postMessage(channel=OPS, text="mine")
    await workspace.delivery.settled()
    (entry,) = workspace.record.deliveries("event message")
    assert entry.arguments["event"]["user"] == BOT
    assert entry.arguments["event"]["bot_id"] == "B0PITCHEY1"


class Endpoint:
    """A request URL that answers as the test says."""

    def __init__(self, answer: Any) -> None:
        self._app = web.Application()
        self._app.router.add_post("/{path:.*}", answer)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> str:
        self._runner, address = await serve(self._app)
        return address

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()
