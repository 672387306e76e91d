"""The sandbox's Slack on loopback, with Access in front of it or the whole bot connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from bot import app, manifest
from bot.access import Access, Standing
from bot.app import House
from bot.command import Person, Surface
from bot.directory import Directory
from bot.sandbox.faults import Faults
from bot.sandbox.serving import Serving
from bot.sandbox.workspace import AppManifest, Workspace
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.workspace.server import application
from bot.settings import Roles, Settings, load
from bot.slack_calls import Slack

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:1"


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Stage:
    """Slack, and Access that asks it. `calls` counts what was asked."""

    workspace: Workspace
    faults: Faults
    slack: Slack
    directory: Directory
    clock: Clock = field(default_factory=Clock)

    def access(self, roles: Roles, **tables: object) -> Access:
        settings = load(ROOT / "pitchey.toml", {}).model_copy(update={"roles": roles, **tables})
        access = Access(settings)
        access.connect(self.directory)
        return access

    async def role(self, roles: Roles, person: str) -> Standing:
        return await self.access(roles).role(Person(person, "x"), Surface.SLASH, "C0OPS00001")

    def calls(self, *names: str) -> int:
        record = self.workspace.record
        return sum(len(record.calls(name)) for name in names) if names else len(record.calls())


@asynccontextmanager
async def slack(without: str = "") -> AsyncIterator[tuple[Workspace, Faults]]:
    """The workspace of the sandbox, its app without one scope where that is given."""
    declared = AppManifest.load(manifest.path())
    scopes = tuple(scope for scope in declared.scopes if scope != without)
    faults = Faults()
    workspace = Workspace(replace(declared, scopes=scopes))
    serving = Serving(application(workspace, faults))
    await serving.start()
    workspace.base_url = serving.url
    try:
        yield workspace, faults
    finally:
        await serving.stop()


@asynccontextmanager
async def stage(without: str = "") -> AsyncIterator[Stage]:
    async with slack(without) as (workspace, faults):
        client = Slack(workspace.bot_token, f"{workspace.base_url}/api/")
        clock = Clock()
        directory = Directory(client, clock)
        try:
            yield Stage(workspace, faults, client, directory, clock)
        finally:
            await directory.aclose()
            await client.aclose()


def settings(folder: Path, workspace: Workspace, tables: str) -> Settings:
    path = folder / "pitchey.toml"
    path.write_text(
        f'[environments.production]\napi_url = "{NOWHERE}"\nsite_url = "{NOWHERE}"\n'
        f'[slack]\napi_url = "{workspace.base_url}/api/"\n{tables}'
    )
    tokens = {"SLACK_BOT_TOKEN": workspace.bot_token, "SLACK_APP_TOKEN": workspace.app_token}
    return load(path, tokens)


@asynccontextmanager
async def bot(folder: Path, tables: str) -> AsyncIterator[tuple[Workspace, House]]:
    """The real bot over Socket Mode, with these tables besides the least ones."""
    async with slack() as (workspace, _):
        house = House.open(settings(folder, workspace, tables))
        connected = app.Workspace.connect(house)
        handler = AsyncSocketModeHandler(connected.bolt, workspace.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            yield workspace, house
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]
            await connected.aclose()
            await house.aclose()


def actor(workspace: Workspace, person: str, channel: str) -> Actor:
    return Actor(workspace, person, channel)
