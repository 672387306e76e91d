"""The real bot in this process, in the sandbox's world, with a clock that a test sets forward."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from bot.app import House
from bot.app import Workspace as Connected
from bot.playbooks.progress import RunView
from bot.runtime import Runtime
from bot.sandbox.workspace import OPS, Message
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.workspace.sight import message_text
from bot.sandbox.world import World
from bot.settings import Settings, load
from bot.store import Store
from handlers.playbooks.standing import look
from handlers.playbooks.ticking import tick
from tests.sandbox.workspace.stage import until


@dataclass
class Time:
    """Ahead of the real clock by what the test says."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Stage:
    """The world, the bot in it, and its store; jobs run only when a test says `looks`."""

    world: World
    settings: Settings
    time: Time = field(default_factory=Time)
    house: House | None = None
    connected: Connected | None = None
    handler: AsyncSocketModeHandler | None = None

    @property
    def runtime(self) -> Runtime:
        assert self.house is not None
        return self.house.dispatcher.runtime

    @property
    def store(self) -> Store:
        return self.runtime.store

    async def start(self) -> None:
        """As a process would; a second time after `stop` it is a restart."""
        self.house = House.open(self.settings)
        self.house.dispatcher.guard.clock = self.time
        self.runtime.clock = self.time
        self.connected = Connected.connect(self.house)
        token = self.settings.secrets.slack_app_token
        assert token is not None
        self.handler = AsyncSocketModeHandler(self.connected.bolt, token.get_secret_value())
        self.connected.outbox.start()
        await self.handler.connect_async()
        self.connected.listeners.open()
        self.connected.listeners.tell_interrupted()

    async def stop(self) -> None:
        assert self.handler is not None
        assert self.connected is not None
        assert self.house is not None
        await self.handler.close_async()
        await self.connected.aclose(2)
        await self.house.aclose()

    def actor(self, person: str, channel: str = OPS) -> Actor:
        return Actor(self.world.workspace, person, channel)

    async def looks(self) -> None:
        """What the job does every few seconds."""
        await tick(self.runtime, self.time())

    def seen(self, run: str = "RUN-1") -> RunView:
        return look(self.runtime, run)

    def states(self, run: str = "RUN-1") -> dict[str, str]:
        return {one.step.id: one.standing.value for one in self.seen(run).steps}

    def kinds(self, run: str = "RUN-1") -> list[str]:
        return [entry.kind for entry in self.store.playbook_runs.history(run)]

    def messages(self, words: str, channel: str = OPS) -> list[Message]:
        """What everybody can read there with these words in it."""
        found = self.world.workspace.public_messages(channel)
        return [one for one in found if words in message_text(one)]

    async def until_shown(self, words: str, channel: str = OPS) -> Message:
        await until(lambda: self.messages(words, channel), 8)
        return self.messages(words, channel)[-1]


@pytest_asyncio.fixture(loop_scope="session")
async def stage(world: World, tmp_path: Path) -> AsyncIterator[Stage]:
    """Ana is an admin, Omar an operator, Rita a responder, Vic a viewer; an empty store."""
    config = tmp_path / "pitchey.toml"
    text = world.config_path.read_text(encoding="utf-8")
    config.write_text(
        f'{text}\n[playbooks]\nfolders = ["own"]\n'.replace(
            str(load(world.config_path, world.environment).store.path), str(tmp_path / "s.sqlite3")
        ),
        encoding="utf-8",
    )
    (tmp_path / "own").mkdir()
    settings = load(config, world.environment)
    settings = settings.model_copy(
        update={"store": settings.store.model_copy(update={"path": tmp_path / "s.sqlite3"})}
    )
    clear(world)
    world.workspace.rates.enforced = False
    made = Stage(world, settings)
    await made.start()
    yield made
    await made.stop()
    clear(world)
    world.workspace.rates.enforced = True


def clear(world: World) -> None:
    """No messages and no windows of the test before."""
    for person in world.workspace.people:
        world.workspace.modals.clear(person)
        for channel in tuple(world.workspace.channels):
            for message in world.workspace.everything(channel, person):
                world.workspace.posting.delete(message)
