"""Slack's way in by Socket Mode: connect, stay connected, and leave owing no acknowledgement."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from time import time
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_base_handler import AsyncBaseSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.app import Workspace
from bot.errors import NotConfigured, OpsError
from bot.slack_calls import Slack
from bot.slack_refusals import NOT_KNOWN, SlackRefused

log = logging.getLogger(__name__)
LOOK_EVERY = 0.5  # seconds between looks at the socket
QUIET_WITHIN = 1.0  # seconds that a leaving process waits for a moment in which it owes nothing
ACKNOWLEDGED_WITHIN = 2.0  # seconds for what it owes all the same, and for the goodbye


class _Client(SocketModeClient):
    """Knows how many envelopes it has received and not acknowledged yet."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._owed = 0
        self._even = asyncio.Event()
        self._takes, self._leaving = True, False

    async def enqueue_message(self, message: str) -> None:
        self._owed += 1
        await super().enqueue_message(message)

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        try:
            reconnects = message.get("type") == "disconnect"
            if self._takes and not (self._leaving and reconnects):
                await super().run_message_listeners(message, raw_message)
        finally:
            self._owed -= 1
            if not self._owed:
                self._even.set()

    async def leave(self) -> None:
        """Acknowledge what came, then say goodbye to Slack.

        What Slack sends in the instant before it hears the goodbye stays unacknowledged: the
        protocol knows no other way to stop. Slack then tells the person that it was not taken.
        """
        self._leaving, self.auto_reconnect_enabled = True, False
        try:
            await self._owing_nothing(QUIET_WITHIN)
        except TimeoutError:
            self._takes = False
            with suppress(TimeoutError):
                await self._owing_nothing(ACKNOWLEDGED_WITHIN)
        with suppress(TimeoutError):
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN):
                await self.close()  # type: ignore[no-untyped-call]

    async def _owing_nothing(self, seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while self._owed:
                self._even.clear()
                await self._even.wait()


class _Handler(AsyncBaseSocketModeHandler):
    """Gives each envelope to Bolt, and Bolt's acknowledgement to Slack."""

    def __init__(self, workspace: Workspace, token: str) -> None:
        self._bolt = workspace.bolt
        self.client: _Client = _Client(
            app_token=token,
            logger=self._bolt.logger,
            web_client=self._bolt.client,
            ping_interval=10,
        )
        self.client.socket_mode_request_listeners.append(self.handle)

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        began = time()
        answer = await run_async_bolt_app(self._bolt, req)
        await send_async_response(client, req, answer, began)


class SocketMode:
    """The open connection."""

    def __init__(self, handler: _Handler) -> None:
        self._client = handler.client
        self._watching = asyncio.create_task(_stay_connected(handler.client))
        self._left = False

    async def leave(self, *, others: bool) -> None:  # noqa: ARG002 - Slack knows who is connected
        """Take no more from Slack. Does nothing the second time."""
        if self._left:
            return
        self._left = True
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        await self._client.leave()


@asynccontextmanager
async def socket_mode(workspace: Workspace) -> AsyncIterator[SocketMode]:
    """Connected to Slack, which may take a while; raises NotConfigured for a wrong token."""
    secret = workspace.house.settings.secrets.slack_app_token
    token = secret.get_secret_value() if secret else ""
    handler = _Handler(workspace, token)

    def ponged() -> datetime | None:
        at = handler.client.last_ping_pong_time  # seconds since 1970
        return None if at is None else datetime.fromtimestamp(at, UTC)

    workspace.contact = ponged
    opened = None
    try:
        await _connected(workspace.slack, handler, token)
        opened = SocketMode(handler)
        yield opened
    finally:
        if opened is not None:
            await opened.leave(others=False)
        await handler.close_async()  # type: ignore[no-untyped-call]


async def _connected(slack: Slack, handler: _Handler, token: str) -> None:
    pause = 1.0
    while True:
        try:
            # Asked here: the client's own `connect` tries for ever, whatever Slack says.
            answer = await slack.call(slack.web.apps_connections_open, app_token=token)
        except OpsError as error:
            code = error.code if isinstance(error, SlackRefused) else ""
            if code in NOT_KNOWN | {"not_allowed_token_type", "missing_scope"}:
                raise NotConfigured(
                    f"Slack refused SLACK_APP_TOKEN: {code}.",
                    "It begins with xapp- and needs the scope connections:write.",
                ) from error
            log.warning("%s Next try in %.0f s.", error.message, pause)
        else:
            handler.client.wss_uri = str(answer["url"])
            await handler.connect_async()  # type: ignore[no-untyped-call]
            return
        await asyncio.sleep(pause)
        pause = min(pause * 2, 30.0)


async def _stay_connected(client: AsyncBaseSocketModeClient) -> None:
    """slack_sdk looks for a lost connection once a ping interval; until then people are refused."""
    pause = LOOK_EVERY
    while True:
        await asyncio.sleep(pause)
        try:
            if not await client.is_connected():
                await client.connect_to_new_endpoint()
            pause = LOOK_EVERY
        except (SlackClientError, OSError, TimeoutError, aiohttp.ClientError) as error:
            pause = min(pause * 2, 30.0)
            log.warning("Slack cannot be reached (%s); next try in %.0f s", error, pause)
