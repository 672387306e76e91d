"""The real bot in this process, with the features a test gives it, connected by Socket Mode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from bot.app import House
from bot.app import Workspace as Connected
from bot.clients import Clients
from bot.command import Catalogue, Feature
from bot.dispatch import Dispatcher
from bot.observability import Observability
from bot.redaction import Redactor
from bot.runtime import Runtime
from bot.sandbox.faults import Faults
from bot.sandbox.workspace import AppManifest, Workspace
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.workspace.server import application
from bot.settings import Settings
from bot.store import AuditEntry, Store
from tests.guard.conftest import settings_for
from tests.sandbox.workspace.stage import serve

ROOT = Path(__file__).parents[2]


@dataclass
class RealBot:
    """A workspace on loopback and the bot in it."""

    workspace: Workspace
    house: House
    connected: Connected

    @property
    def runtime(self) -> Runtime:
        return self.house.dispatcher.runtime

    def actor(self, person: str) -> Actor:
        return Actor(self.workspace, person)

    def audited(self) -> list[AuditEntry]:
        """Oldest first."""
        return list(reversed(self.house.store.audit.entries()))


def open_house(settings: Settings, *features: Feature) -> House:
    """A house with these features only."""
    redactor = Redactor(settings.secrets.values())
    store = Store.open(settings.store.path)
    clients = Clients.connect(settings, redact=redactor.text)
    dispatcher = Dispatcher(
        settings, clients, store, Catalogue(features), redactor, Observability()
    )
    return House(settings, store, clients, dispatcher)


@asynccontextmanager
async def real_bot(
    folder: Path,
    *features: Feature,
    manifest: AppManifest | None = None,
    connect: bool = True,
) -> AsyncIterator[RealBot]:
    """Ana is an admin, Omar an operator, Rita a responder, everybody else a viewer.

    Without `connect` the test itself lets Slack in.
    """
    faults = Faults()
    workspace = Workspace(manifest or AppManifest.load(ROOT / "manifest.yml"), faults=faults)
    workspace.rates.enforced = False
    runner, url = await serve(application(workspace, faults))
    workspace.base_url = url
    house = open_house(settings_for(workspace, url, folder), *features)
    connected = Connected.connect(house)
    secret = house.settings.secrets.slack_app_token
    assert secret is not None
    handler = AsyncSocketModeHandler(connected.bolt, secret.get_secret_value())
    connected.outbox.start()
    if connect:
        await handler.connect_async()
    connected.listeners.open()
    try:
        yield RealBot(workspace, house, connected)
    finally:
        await handler.close_async()
        await connected.aclose(2)
        await house.aclose()
        await runner.cleanup()
