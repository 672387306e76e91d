"""The real bot in this process, in the session's sandbox: real Slack, PostgreSQL and S3."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from bot.app import House
from bot.app import Workspace as Connected
from bot.command import Invocation, Person, Reply, Surface
from bot.patience import Nobody
from bot.runtime import Runtime
from bot.sandbox.workspace import ANA, Message
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.world import World
from bot.settings import load
from bot.store import Store


@dataclass
class Clock:
    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Stage:
    world: World
    house: House
    connected: Connected
    clock: Clock = field(default_factory=Clock)

    @property
    def store(self) -> Store:
        return self.house.store

    @property
    def runtime(self) -> Runtime:
        return self.house.dispatcher.runtime

    def person(self, person: str, channel: str = "") -> Actor:
        actor = Actor(self.world.workspace, person)
        return actor.at(channel) if channel else actor

    def thread(self, channel: str, ts: str) -> list[Message]:
        found = self.world.workspace.everything(channel, ANA)
        return [each for each in found if each.thread_ts == ts and each.ts != ts]

    async def terminal(self, line: str) -> Reply:
        asked = Invocation("P-TEST", Person("terminal:root", "root"), Surface.TERMINAL, line)
        return await self.house.dispatcher.run(asked, Nobody())


@asynccontextmanager
async def staged(world: World, folder: Path, **own: object) -> AsyncIterator[Stage]:
    """Its own store and settings, with whole tables of its `own`; the world is everybody's."""
    settings = load(world.config_path, world.environment)
    store = settings.store.model_copy(update={"path": folder / "store.sqlite3"})
    house = House.open(settings.model_copy(update={"store": store, **own}))
    connected = Connected.connect(house)
    token = house.settings.secrets.slack_app_token
    assert token is not None
    handler = AsyncSocketModeHandler(connected.bolt, token.get_secret_value())
    connected.outbox.start()
    await handler.connect_async()
    connected.listeners.open()
    stage = Stage(world, house, connected)
    house.dispatcher.runtime.clock = stage.clock
    try:
        yield stage
    finally:
        await handler.close_async()
        await connected.aclose(2)
        await house.aclose()
