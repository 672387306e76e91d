"""A workspace on loopback, the real slack_sdk client, and a real Bolt app over both transports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.faults import Faults
from bot.sandbox.workspace import Workspace
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.workspace.seed import ANA
from bot.sandbox.workspace.server import application
from tests.sandbox.workspace.stage import MANIFEST, serve


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def workspace(faults: Faults) -> AsyncIterator[Workspace]:
    workspace = Workspace(MANIFEST)
    runner, workspace.base_url = await serve(application(workspace, faults))
    yield workspace
    await runner.cleanup()


@pytest.fixture
def client(workspace: Workspace) -> AsyncWebClient:
    return AsyncWebClient(token=workspace.bot_token, base_url=f"{workspace.base_url}/api/")


@pytest.fixture
def ana(workspace: Workspace) -> Actor:
    return Actor(workspace, ANA)


@pytest.fixture
def app(workspace: Workspace, client: AsyncWebClient) -> AsyncApp:
    """A Bolt app whose listeners the test adds before it connects."""
    return AsyncApp(client=client, signing_secret=workspace.signing_secret)


@pytest.fixture
async def connect(
    workspace: Workspace, app: AsyncApp
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Connect the Bolt app in Socket Mode; disconnected after the test."""
    handlers: list[AsyncSocketModeHandler] = []

    async def start() -> None:
        handler = AsyncSocketModeHandler(app, workspace.app_token, ping_interval=1)
        handlers.append(handler)
        await handler.connect_async()

    yield start
    for handler in handlers:
        await handler.close_async()
