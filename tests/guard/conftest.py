"""The real bot in this process, connected by Socket Mode to a real workspace on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from bot.app import House
from bot.app import Workspace as Connected
from bot.guard import Guard
from bot.sandbox.faults import Faults
from bot.sandbox.workspace import ANA, OMAR, RITA, AppManifest, Workspace
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.workspace.server import application
from bot.settings import Settings, load
from bot.store import AuditEntry, Store
from bot.store.operation_rows import OperationRecord
from tests.sandbox.workspace.stage import serve, until

ROOT = Path(__file__).parents[2]


@dataclass
class Time:
    """A clock that a test sets forward."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Stage:
    """The workspace, the bot in it, and the bot's store."""

    workspace: Workspace
    faults: Faults
    settings: Settings
    time: Time
    house: House | None = None
    connected: Connected | None = None
    handler: AsyncSocketModeHandler | None = None

    @property
    def store(self) -> Store:
        assert self.house is not None
        return self.house.store

    @property
    def guard(self) -> Guard:
        assert self.house is not None
        return self.house.dispatcher.guard

    async def start(self) -> None:
        """Start the bot, as a process would; a second time after `stop` it is a restart."""
        self.house = House.open(self.settings)
        self.guard.clock = self.time
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

    def actor(self, person: str) -> Actor:
        return Actor(self.workspace, person)

    def only(self) -> OperationRecord:
        """The newest operation."""
        return self.store.operations.newest(1)[0]

    async def ends(self, within: float = 120) -> OperationRecord:
        """Wait until the newest operation has its end."""
        await until(lambda: self.only().state.final, within)
        return self.only()

    def effects(self) -> tuple[int, int]:
        """How many rehearsals were carried out, and the highest count of one."""
        return self.store.rehearsals.count()

    def audited(self) -> list[AuditEntry]:
        return list(reversed(self.store.audit.entries()))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Ana is an admin, Omar an operator, Rita a responder, everybody else a viewer."""
    faults = Faults()
    workspace = Workspace(AppManifest.load(ROOT / "manifest.yml"), faults=faults)
    workspace.rates.enforced = False
    runner, url = await serve(application(workspace, faults))
    workspace.base_url = url
    made = Stage(workspace, faults, settings_for(workspace, url, tmp_path), Time())
    await made.start()
    yield made
    await made.stop()
    await runner.cleanup()


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
