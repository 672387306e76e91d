"""Response URLs after a slash command and after a press."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.workspace import ANA, OMAR, OPS, Workspace
from bot.sandbox.workspace.expectations import Actor
from tests.sandbox.workspace.stage import BUTTON, Connect, until


@pytest.fixture
async def url(app: AsyncApp, connect: Connect, ana: Actor) -> str:
    """The response URL of a slash command."""
    urls: list[str] = []

    @app.command("/pitchey")
    async def run(ack: Any, command: Any) -> None:
        await ack()
        urls.append(command["response_url"])

    await connect()
    await ana.types("/pitchey")
    await until(lambda: urls)
    return urls[0]


async def test_a_slash_command_replaces_nothing(url: str, workspace: Workspace) -> None:
    webhook = AsyncWebhookClient(url)
    await webhook.send(text="Working")
    await webhook.send(text="Done", replace_original=True)
    shown = workspace.messages(OPS, ANA)
    assert [one.text for one in shown] == ["Working", "Done"]
    assert {one.ephemeral_to for one in shown} == {ANA}
    refused = await webhook.send_dict({"delete_original": True})
    assert (refused.status_code, "no_text" in refused.body) == (400, True)


async def test_thread_only_for_what_everybody_sees(
    url: str, workspace: Workspace, client: AsyncWebClient
) -> None:
    parent = (await client.chat_postMessage(channel=OPS, text="parent"))["ts"]
    webhook = AsyncWebhookClient(url)
    body = {"text": "in thread", "thread_ts": parent}
    await webhook.send_dict({**body, "response_type": "in_channel"})
    await webhook.send_dict({**body, "text": "only you"})
    thread = workspace.messages(OPS, ANA, parent)
    assert [one.text for one in thread] == ["parent", "in thread"]
    assert [one.text for one in workspace.messages(OPS, ANA)] == ["parent", "only you"]


async def test_what_a_response_url_refuses(url: str, workspace: Workspace) -> None:
    webhook = AsyncWebhookClient(url)
    bad = await webhook.send(text="x", blocks=[{"type": "nothing"}])
    assert (bad.status_code, "invalid_blocks" in bad.body) == (400, True)
    assert (await webhook.send(text="")).status_code == 400
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data="no json") as answer,
    ):
        assert answer.status == 400
    unknown = await AsyncWebhookClient(f"{workspace.base_url}/response/none").send(text="x")
    assert unknown.status_code == 404
    # The limit on all blocks together is chat.postMessage's own.
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_900}}] * 5
    assert (await webhook.send(text="x", blocks=long)).status_code == 200


async def test_a_press_replaces_and_deletes_its_message(
    app: AsyncApp,
    connect: Connect,
    ana: Actor,
    workspace: Workspace,
    client: AsyncWebClient,
) -> None:
    bodies: list[dict[str, Any]] = []

    @app.action("again")
    async def again(ack: Any, body: Any) -> None:
        await ack()
        bodies.append(body)

    await connect()
    posted = await client.chat_postMessage(channel=OPS, text="Healthy", blocks=[BUTTON])
    await ana.presses("Check again")
    await until(lambda: bodies)
    assert bodies[0]["message"]["ts"] == posted["ts"]
    assert bodies[0]["container"]["is_ephemeral"] is False
    webhook = AsyncWebhookClient(bodies[0]["response_url"])
    await webhook.send(text="A new one")  # block actions do not replace unless told
    assert [one.text for one in workspace.messages(OPS, ANA)] == ["Healthy", "A new one"]
    await webhook.send(text="Replaced", replace_original=True)
    assert [one.text for one in workspace.messages(OPS, OMAR)] == ["Replaced"]
    await webhook.send(text="", delete_original=True)
    assert workspace.messages(OPS, OMAR) == ()
    used = [one.name for one in workspace.record.responses()]
    assert used == ["ephemeral", "replace_original", "delete_original"]


async def test_press_that_nobody_takes(
    connect: Connect, ana: Actor, workspace: Workspace, client: AsyncWebClient
) -> None:
    await connect()
    await client.chat_postMessage(channel=OPS, text="Healthy", blocks=[BUTTON])
    await workspace.delivery.settled()  # the event of that message
    pressing = asyncio.create_task(ana.presses("Check again", refused="operation_timeout"))
    await until(lambda: workspace.delivery.sockets.connections[0].waiting)
    workspace.clock.forward(seconds=3.1)
    await pressing
    shown = await ana.sees_message("did not respond")
    assert shown.ephemeral_to == ANA
    assert len(workspace.record.deliveries("block_actions")) == 1
    assert (await workspace.act.press(ANA, shown.id, "", "again")).error == "no_such_element"
