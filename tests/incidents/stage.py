"""The real bot in this process, in a real workspace on loopback, with a clock that tests set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from bot.app import House
from bot.app import Workspace as Connected
from bot.command import Invocation, Person, Reply, Surface
from bot.payloads import reference
from bot.runtime import Runtime
from bot.sandbox.faults import Faults
from bot.sandbox.workspace import ANA, OMAR, OPS, RITA, AppManifest, Channel, Message, Workspace
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.workspace.server import application
from bot.settings import Settings, load
from bot.store import Store
from bot.store.incidents_rows import IncidentRecord
from bot.store.timeline import TimelineEntry
from handlers.incidents.clocks import look_at_all
from tests.sandbox.workspace.stage import serve, until

ROOT = Path(__file__).parents[2]


@dataclass
class Clock:
    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Stage:
    """`house` is None while the bot is stopped."""

    workspace: Workspace
    faults: Faults
    settings: Settings
    clock: Clock = field(default_factory=Clock)
    house: House | None = None
    connected: Connected | None = None
    handler: AsyncSocketModeHandler | None = None

    @property
    def runtime(self) -> Runtime:
        assert self.house is not None
        return self.house.dispatcher.runtime

    @property
    def store(self) -> Store:
        assert self.house is not None
        return self.house.store

    async def start(self) -> None:
        """Start the bot; a second time after `stop` it is a restart."""
        self.house = House.open(self.settings)
        self.house.dispatcher.runtime.clock = self.clock
        self.house.dispatcher.guard.clock = self.clock
        self.connected = Connected.connect(self.house)
        token = self.settings.secrets.slack_app_token
        assert token is not None
        self.handler = AsyncSocketModeHandler(self.connected.bolt, token.get_secret_value())
        self.connected.outbox.start()
        await self.handler.connect_async()
        self.connected.listeners.open()

    async def stop(self) -> None:
        assert self.handler is not None
        assert self.connected is not None
        assert self.house is not None
        await self.handler.close_async()
        await self.connected.outbox.aclose(0.0)  # what waits is not worth a test's time
        await self.connected.aclose(2)
        await self.house.aclose()

    def actor(self, person: str, channel: str = OPS) -> Actor:
        return Actor(self.workspace, person, channel)

    async def look(self, after: timedelta = timedelta()) -> None:
        """Set the clock forward, and do what the job does at its time."""
        self.clock.ahead += after
        await look_at_all(self.runtime, self.runtime.now())

    async def settled(self, within: float = 45.0) -> IncidentRecord:
        """The newest incident, once its thread is known."""
        async with asyncio.timeout(within):
            while not self.newest().thread_ts:
                await self.look()
                await asyncio.sleep(0.05)
        return self.newest()

    def newest(self) -> IncidentRecord:
        return max(self.store.incidents.newest(200), key=lambda each: each.number)

    async def declared(self, line: str, by: str = RITA) -> tuple[IncidentRecord, Channel]:
        """Declare by command, and wait until its room is furnished."""
        before = self.store.incidents.count()
        await self.actor(by).types(f"/pitchey incident declare {line}")
        await until(lambda: self.store.incidents.count() > before)
        return await self.furnished()

    async def furnished(self, within: float = 45.0) -> tuple[IncidentRecord, Channel]:
        """The newest incident, once its room is made and its card pinned."""
        await until(lambda: self.store.incidents.count() and self.newest().room == "made", within)
        record = self.newest()
        await until(lambda: self.runtime.messages.delivered(record.card) is not None, within)
        await self.look()
        return self.newest(), self.workspace.channels[record.channel]

    def entries(self, incident: str, *kinds: str) -> list[TimelineEntry]:
        return list(self.store.timeline.page(incident, limit=500, kinds=kinds))

    def said(self, channel: str, viewer: str = ANA) -> list[Message]:
        return list(self.workspace.everything(channel, viewer))


def settings_for(workspace: Workspace, url: str, folder: Path) -> Settings:
    config = folder / "pitchey.toml"
    config.write_text(
        f"""
[slack]
api_url = "{url}/api/"
[store]
path = "{folder}/store.sqlite3"
[roles]
admin = ["{ANA}"]
operator = ["{OMAR}"]
responder = ["{RITA}"]
[incidents]
stakeholder_channel = "#general"
[[oncall.levels]]
level = "L1"
people = ["{OMAR}"]
[[oncall.levels]]
level = "L2"
people = ["U0DORA0001"]
[environments.production]
api_url = "http://127.0.0.1:9"
site_url = "http://127.0.0.1:9"
"""
    )
    tokens = {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
    }
    return load(config, tokens)


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    """Rita is a responder, Omar an operator and on call, Ana an admin, Vic may read only."""
    faults = Faults()
    workspace = Workspace(AppManifest.load(ROOT / "manifest.yml"), faults=faults)
    workspace.rates.enforced = False
    runner, url = await serve(application(workspace, faults))
    workspace.base_url = url
    stage = Stage(workspace, faults, settings_for(workspace, url, folder))
    await stage.start()
    try:
        yield stage
    finally:
        await stage.stop()
        await runner.cleanup()


async def run(stage: Stage, line: str, person: str = "ana", channel: str = "") -> Reply:
    """As if that person had typed it; Ana is an admin in Slack, everybody in a terminal."""
    known = {"ana": ANA, "omar": OMAR, "rita": RITA}
    asked = Invocation(reference(), Person(known[person], person), Surface.SLASH, line, channel)
    return await stage.runtime.run(asked)
