"""The only place that wires things: settings → clients, store, dispatcher, listeners, Bolt."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.clients import Clients
from bot.command import Catalogue
from bot.dispatch import Dispatcher
from bot.errors import NotConfigured
from bot.moments import in_zone
from bot.observability import Observability
from bot.redaction import RedactingFilter, Redactor, hide_in_log
from bot.settings import Settings
from bot.store import Store
from handlers import FEATURES

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult

    from bot.directory import Directory
    from bot.listeners import Listeners
    from bot.outbox import Outbox
    from bot.slack_calls import Slack

log = logging.getLogger(__name__)


def catalogue() -> Catalogue:
    """Every feature's declarations."""
    return Catalogue(FEATURES)


@dataclass(slots=True)
class House:
    """What every surface stands on: the terminal uses it alone, Slack through `Workspace`."""

    settings: Settings
    store: Store
    clients: Clients
    dispatcher: Dispatcher
    _hiding: RedactingFilter | None = None

    @classmethod
    def open(cls, settings: Settings) -> House:
        """Open the store and wire the dispatcher; raises OpsError where the store cannot open."""
        in_zone(ZoneInfo(settings.team.timezone))
        redactor = Redactor(settings.secrets.values())
        hiding = hide_in_log(redactor)
        store = Store.open(
            settings.store.path, settings.store_address, password=settings.store_password
        )
        clients = Clients.connect(settings, redact=redactor.text)
        dispatcher = Dispatcher(settings, clients, store, catalogue(), redactor, Observability())
        return cls(settings, store, clients, dispatcher, hiding)

    async def aclose(self) -> None:
        await self.dispatcher.runtime.aclose()
        await self.clients.aclose()
        self.store.close()
        if self._hiding is not None:
            self._hiding.done = True


@dataclass(slots=True)
class Workspace:
    """The house connected to one Slack workspace; make it inside a running event loop."""

    house: House
    slack: Slack
    directory: Directory
    listeners: Listeners
    bolt: AsyncApp
    outbox: Outbox
    # When Slack was last heard of; the transport knows.
    contact: Callable[[], datetime | None] = field(default=lambda: None)

    @classmethod
    def connect(cls, house: House) -> Workspace:
        """Build the Bolt app; raises NotConfigured without a bot token."""
        # Slack's libraries cost a terminal a seventh of its start, and it needs none of them.
        import ssl

        from slack_bolt.async_app import AsyncApp

        from bot.announcing import Announcer
        from bot.directory import Directory
        from bot.listeners import Listeners
        from bot.outbox import Outbox
        from bot.postponing import Postponement
        from bot.rooms import Rooms
        from bot.slack_calls import Slack

        settings = house.settings
        token = settings.secrets.slack_bot_token
        if token is None:
            raise NotConfigured(
                "SLACK_BOT_TOKEN is not set.",
                "Copy it from the app's page, OAuth & Permissions, and set it in the environment.",
            )
        tls = None
        if settings.network.ca_file is not None:
            # Ours beside the public authorities: a company's proxy does not replace the world.
            tls = ssl.create_default_context()
            tls.load_verify_locations(cafile=str(settings.network.ca_file))
        slack = Slack(token.get_secret_value(), settings.slack.api_url, tls=tls)
        outbox = Outbox(house.store, slack, settings, house.dispatcher.observability)
        secret = settings.secrets.slack_signing_secret
        logging.getLogger("slack_bolt.AsyncApp").addFilter(_worth_reading)
        bolt = AsyncApp(
            name="pitchey",
            client=slack.web,
            authorize=_authorized,
            signing_secret=secret.get_secret_value() if secret else "",
            # Bolt otherwise polls for `ack` every 10 ms; ours acknowledge and work behind it.
            process_before_response=True,
            request_verification_enabled=True,
        )
        directory = Directory.open(slack, settings.roles.groups)
        house.dispatcher.access.connect(directory)
        runtime = house.dispatcher.runtime
        runtime.messages = outbox.messages
        runtime.directory = directory
        runtime.rooms = Rooms(slack)
        redactor = house.dispatcher.redactor
        house.dispatcher.postpone = Postponement(outbox)
        announcer = Announcer(
            settings, house.store, outbox, slack, redactor, house.dispatcher.access
        )
        house.dispatcher.guard.attach(announcer, runtime, house.dispatcher.context_of)
        listeners = Listeners(house.dispatcher, slack, directory.people)
        listeners.register(bolt)
        return cls(house, slack, directory, listeners, bolt, outbox)

    async def aclose(self, seconds: float = 6.0) -> None:
        """Finish what runs, then close the connections."""
        await self.listeners.drain(seconds)
        await self.house.dispatcher.runtime.aclose()
        await self.outbox.aclose()
        await self.directory.aclose()
        await self.slack.aclose()


def _worth_reading(record: logging.LogRecord) -> bool:
    # Bolt finds SLACK_BOT_TOKEN in the environment and warns, twice, that it does not use it.
    message = record.getMessage()
    return "`token` will be unused" not in message and "`token` (or SLACK" not in message


async def _authorized(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Whoever Slack delivers for. The token is tried at the start of `run`.

    Bolt's own way asks auth.test before its first listener; where Slack is slow or fails at it,
    what a person typed is acknowledged late, or acknowledged and dropped.
    """
    from slack_bolt.authorization import AuthorizeResult

    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
