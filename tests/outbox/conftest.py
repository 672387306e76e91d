"""An outbox over a real store and the real workspace server, on loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.observability import Observability
from bot.outbox import Outbox
from bot.outbox.pace import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.workspace import AppManifest, Workspace, seed
from bot.sandbox.workspace.model import Channel, Message
from bot.sandbox.workspace.rates import Rates
from bot.sandbox.workspace.refusal import Refusal
from bot.sandbox.workspace.server import application
from bot.settings import Settings, load
from bot.slack_calls import Slack
from bot.store import Store
from tests.sandbox.workspace.stage import serve

ROOT = Path(__file__).parents[2]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Between = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]


class DeadChannels(Rates):
    """Slack answers 500 to every message for these channels, and to no other."""

    def __init__(self, workspace: Workspace, *dead: str) -> None:
        super().__init__(workspace.clock)
        self._dead = dead

    def message(self, channel_id: str) -> None:
        if channel_id in self._dead:
            raise Refusal("internal_error", status=500)
        super().message(channel_id)


class FastClock(Clock):
    """Time passes `speed` times as fast, so that long waits in a lane are short."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began, self._since = datetime.now(UTC), time.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._since) * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


@dataclass
class Stage:
    """The workspace with its server, and what stands between it and the bot."""

    workspace: Workspace
    faults: Faults
    url: str
    between: list[Between] = field(default_factory=list)

    def posted(self, channel: str) -> list[Message]:
        """What the bot said there, oldest first, replies too."""
        return [one for one in self.workspace.public_messages(channel) if one.author_id == seed.BOT]

    def texts(self, channel: str) -> list[str]:
        return [one.text for one in self.posted(channel)]

    def channel(self, channel_id: str, name: str) -> str:
        """A new public channel with the bot in it."""
        members = [seed.ANA, seed.BOT]
        self.workspace.channels[channel_id] = Channel(
            channel_id, name, seed.ANA, 1, member_ids=members
        )
        return channel_id


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    faults = Faults()
    workspace = Workspace(AppManifest.load(ROOT / "manifest.yml"), faults=faults)
    app = application(workspace, faults)
    between: list[Between] = []

    @web.middleware
    async def through(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await (between[0](request, handler) if between else handler(request))

    app.middlewares.append(through)
    runner, url = await serve(app)
    yield Stage(workspace, faults, url, between)
    await runner.cleanup()


@pytest.fixture
def settings(stage: Stage, tmp_path: Path) -> Settings:
    config = tmp_path / "pitchey.toml"
    config.write_text(
        f"""
[slack]
api_url = "{stage.url}/api/"
[store]
path = "{tmp_path}/store.sqlite3"
[environments.production]
api_url = "http://127.0.0.1:9"
site_url = "http://127.0.0.1:9"
"""
    )
    return load(config, {"SLACK_BOT_TOKEN": stage.workspace.bot_token})


@pytest.fixture
def store(settings: Settings) -> object:
    opened = Store.open(settings.store.path)
    yield opened
    opened.close()


@pytest.fixture
async def slack(stage: Stage) -> AsyncIterator[Slack]:
    connected = Slack(stage.workspace.bot_token, f"{stage.url}/api/", timeout=2)
    yield connected
    await connected.aclose()


@pytest.fixture
async def fast_outbox(store: Store, slack: Slack, settings: Settings) -> AsyncIterator[Outbox]:
    """Started by the test; its pace and its pauses pass ten times as fast."""
    made = Outbox(store, slack, settings, Observability(), FastClock(10))
    yield made
    await made.aclose(0)


@pytest.fixture
async def outbox(store: Store, slack: Slack, settings: Settings) -> AsyncIterator[Outbox]:
    """Started by the test."""
    made = Outbox(store, slack, settings, Observability())
    yield made
    await made.aclose(0)
