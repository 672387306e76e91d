"""The wire of Socket Mode: envelopes, redelivery, disconnects, ten connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.faults import Faults
from bot.sandbox.workspace import ANA, OPS, Workspace
from bot.sandbox.workspace.expectations import Actor
from tests.sandbox.workspace.stage import Connect, until


class Wire:
    """Raw connections, as an app that writes Socket Mode itself."""

    def __init__(self, workspace: Workspace, session: aiohttp.ClientSession) -> None:
        self._workspace = workspace
        self._session = session

    async def open(self) -> aiohttp.ClientWebSocketResponse:
        client = AsyncWebClient(base_url=f"{self._workspace.base_url}/api/")
        answer = await client.apps_connections_open(app_token=self._workspace.app_token)
        return await self._session.ws_connect(answer["url"])


@pytest.fixture
async def wire(workspace: Workspace) -> AsyncIterator[Wire]:
    async with aiohttp.ClientSession() as session:
        yield Wire(workspace, session)


async def read(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(await socket.receive_str(timeout=120))
    return answer


async def acknowledge(socket: aiohttp.ClientWebSocketResponse, envelope: dict[str, Any]) -> None:
    await socket.send_json({"envelope_id": envelope["envelope_id"]})


async def silent(socket: aiohttp.ClientWebSocketResponse) -> bool:
    try:
        await socket.receive(timeout=0.1)
    except TimeoutError:
        return True
    return False


async def test_hello_and_a_ticket_opens_once(wire: Wire, workspace: Workspace) -> None:
    socket = await wire.open()
    hello = await read(socket)
    assert hello["type"] == "hello"
    assert hello["num_connections"] == 1
    assert hello["connection_info"]["app_id"] == "A0PITCHEY1"
    async with aiohttp.ClientSession() as session:
        address = workspace.delivery.sockets.new_address()
        async with session.ws_connect(address) as second:
            assert (await read(second))["num_connections"] == 2
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(address)
    await socket.close()


async def test_one_envelope_to_one_of_ten_and_no_eleventh(
    wire: Wire, workspace: Workspace, ana: Actor
) -> None:
    sockets = [await wire.open() for _ in range(10)]
    for socket in sockets:
        await read(socket)
    eleventh = await wire.open()
    assert (await read(eleventh))["reason"] == "too_many_websockets"
    assert (await eleventh.receive(timeout=120)).type in (
        aiohttp.WSMsgType.CLOSE,
        aiohttp.WSMsgType.CLOSED,
    )
    for number in range(20):
        await ana.types(f"message {number}")
    got: list[str] = []

    async def take(socket: aiohttp.ClientWebSocketResponse) -> int:
        count = 0
        while True:
            try:
                envelope = json.loads(await socket.receive_str(timeout=0.5))
            except TimeoutError:
                return count
            await acknowledge(socket, envelope)
            got.append(envelope["payload"]["event"]["text"])
            count += 1

    counts = await asyncio.gather(*(take(socket) for socket in sockets))
    assert sorted(got) == sorted(f"message {number}" for number in range(20))
    assert counts == [2] * 10
    for socket in sockets:
        await socket.close()


async def test_event_is_redelivered_at_once_after_one_and_after_five_minutes(
    wire: Wire, workspace: Workspace, ana: Actor
) -> None:
    socket = await wire.open()
    await read(socket)
    await ana.types("hear me")
    first = await read(socket)
    assert (first["retry_attempt"], first["retry_reason"]) == (0, "")
    assert not first["accepts_response_payload"]
    envelopes = [first]
    workspace.clock.forward(seconds=3.1)
    envelopes.append(await read(socket))
    for wait in (60, 240):
        workspace.clock.forward(seconds=3.1)  # unanswered again
        await asyncio.sleep(0.05)
        workspace.clock.forward(seconds=wait - 3.1 - 1)
        assert await silent(socket)
        workspace.clock.forward(seconds=1)
        envelopes.append(await read(socket))
    workspace.clock.forward(seconds=3.1)
    await workspace.delivery.settled()
    assert await silent(socket)
    assert [one["retry_attempt"] for one in envelopes] == [0, 1, 2, 3]
    assert {one["retry_reason"] for one in envelopes[1:]} == {"timeout"}
    assert len({one["payload"]["event_id"] for one in envelopes}) == 1
    assert len({one["envelope_id"] for one in envelopes}) == 4
    errors = [one.error for one in workspace.record.deliveries()]
    assert errors == ["timeout"] * 4
    await socket.close()


async def test_acknowledged_event_is_not_redelivered(
    wire: Wire, workspace: Workspace, ana: Actor
) -> None:
    socket = await wire.open()
    await read(socket)
    await ana.types("hear me")
    await acknowledge(socket, await read(socket))
    await workspace.delivery.settled()
    workspace.clock.forward(minutes=10)
    assert await silent(socket)
    await socket.close()


async def test_slash_envelope_takes_a_payload(wire: Wire, workspace: Workspace, ana: Actor) -> None:
    socket = await wire.open()
    await read(socket)
    typing = asyncio.create_task(ana.types("/pitchey health"))
    envelope = await read(socket)
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert "retry_attempt" not in envelope
    answer = {"envelope_id": envelope["envelope_id"], "payload": {"text": "Got it"}}
    await socket.send_json(answer)
    await typing
    await ana.sees("Got it")
    await socket.close()


async def test_app_reconnects_when_asked(
    app: AsyncApp, connect: Connect, workspace: Workspace, ana: Actor
) -> None:
    @app.command("/pitchey")
    async def run(ack: Any) -> None:
        await ack("Here")

    await connect()
    before = workspace.delivery.sockets.connections[0]
    refreshing = asyncio.create_task(workspace.delivery.sockets.refresh())
    await until(lambda: before.socket.closed)  # the SDK leaves at the warning
    workspace.clock.forward(seconds=11)
    await refreshing
    await until(lambda: workspace.delivery.sockets.connections)
    assert workspace.delivery.sockets.connections[0] is not before
    await ana.types("/pitchey")
    await ana.sees("Here")


async def test_cut_sockets_come_back(
    app: AsyncApp, connect: Connect, workspace: Workspace, faults: Faults
) -> None:
    await connect()
    before = workspace.delivery.sockets.connections[0]
    faults.switch("slack_cut", True, 0.2)
    await until(lambda: before not in workspace.delivery.sockets.connections)
    faults.switch("slack_cut", False)
    await until(lambda: workspace.delivery.sockets.connections)


async def test_link_disabled(wire: Wire, workspace: Workspace, ana: Actor) -> None:
    socket = await wire.open()
    await read(socket)
    await workspace.delivery.sockets.disable()
    assert (await read(socket))["reason"] == "link_disabled"
    again = await wire.open()
    assert (await read(again))["reason"] == "link_disabled"
    await ana.types("/pitchey", refused="dispatch_failed")
    await socket.close()
    await again.close()


async def test_redelivery_fault_sends_everything_twice(
    wire: Wire, workspace: Workspace, faults: Faults
) -> None:
    socket = await wire.open()
    await read(socket)
    faults.switch("slack_redelivers", True)
    typing = asyncio.create_task(workspace.act.slash(ANA, OPS, "/pitchey"))
    first, second = await read(socket), await read(socket)
    assert first["payload"] == second["payload"]
    await acknowledge(socket, first)
    await acknowledge(socket, second)
    assert (await typing).ok
    await socket.close()
