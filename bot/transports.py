"""One run of the bot: how Slack reaches it, the order in which it begins, until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from bot.app import House, Workspace
from bot.errors import NotConfigured, OpsError, Refused
from bot.http_mode import http_mode, taken
from bot.leaving import WayIn, leave, others_serve
from bot.lifetime import Lifetime
from bot.schedule import Schedule
from bot.settings import Settings
from bot.slack_refusals import NOT_KNOWN
from bot.socket_mode import socket_mode
from bot.upkeep import FORGET
from bot.vitals import VitalSigns
from bot.web import Site

log = logging.getLogger(__name__)
READY = "ready"  # the log line that says Slack's deliveries are taken


def choose(settings: Settings, asked: str | None) -> str:
    """`socket` or `http`; raises NotConfigured where what it needs is missing."""
    mode = asked or settings.transport
    secrets = settings.secrets
    if mode is None:
        raise NotConfigured(
            "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set.",
            "Set SLACK_APP_TOKEN for Socket Mode (no public address needed), or "
            "SLACK_SIGNING_SECRET for HTTP. `pitchey sandbox` needs neither.",
        )
    if mode == "socket" and secrets.slack_app_token is None:
        raise NotConfigured(
            "SLACK_APP_TOKEN is not set.",
            "Make one on the app's page under Basic Information, with connections:write.",
        )
    if mode == "http" and secrets.slack_signing_secret is None:
        raise NotConfigured(
            "SLACK_SIGNING_SECRET is not set.",
            "Copy it from the app's page under Basic Information.",
        )
    return mode


async def run(settings: Settings, asked: str | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C; raises OpsError where the start is impossible."""
    mode = choose(settings, asked)
    stop, ready = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    house = House.open(settings)
    serving = asyncio.create_task(_serve(house, mode, stop, ready))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set() and not ready.is_set():
            # Also while Slack cannot be reached: whoever stops us does not wait for Slack.
            serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
    finally:
        stopped.cancel()
        await house.aclose()


async def _serve(house: House, mode: str, stop: asyncio.Event, ready: asyncio.Event) -> None:
    workspace = Workspace.connect(house)

    def contact() -> datetime | None:
        return workspace.contact()  # the transport sets it once it is connected

    lifetime = Lifetime(house.store, workspace.outbox, house.settings, mode, contact)
    catalogue = house.dispatcher.catalogue
    jobs = (FORGET, *catalogue.jobs)
    schedule = Schedule(house.dispatcher.runtime, jobs)
    signs = VitalSigns(house.dispatcher.runtime, jobs, mode, contact)
    house.dispatcher.observability.watch_vitals(signs.read)
    ways: tuple[WayIn, ...] = ()
    try:
        # The port is taken first, so that a start that cannot succeed has begun nothing.
        served = _served(workspace, mode, Site(workspace, signs))
        await _known(workspace)
        lifetime.begin()
        for feature in catalogue.features:
            if feature.begin is not None:
                feature.begin(house.dispatcher.runtime)
        workspace.outbox.start()
        workspace.listeners.open()
        if others_serve(workspace):
            # Nobody waits for this one yet: it takes its part once it is quick.
            await house.clients.prepare()
        schedule.start()
        async with served as ways:
            ready.set()
            log.info("%s: %s mode", READY, mode)
            workspace.listeners.tell_interrupted()
            # The first question must not wait for libraries to load.
            await house.clients.prepare()
            await stop.wait()
            await leave(workspace, ways, schedule, lifetime)
    finally:
        if not stop.is_set() or not ready.is_set():
            await leave(workspace, (), schedule, lifetime)
        if stop.is_set():
            lifetime.end()


def _served(
    workspace: Workspace, mode: str, site: Site
) -> AbstractAsyncContextManager[tuple[WayIn, ...]]:
    """Slack's way in; the address, where there is one, is taken at once."""
    settings = workspace.house.settings
    if mode == "http":
        workspace.contact = workspace.house.store.deliveries.newest
    listening = taken(settings) if mode == "http" or settings.http.in_socket_mode else None
    return _opened(workspace, mode, site, listening)


@contextlib.asynccontextmanager
async def _opened(
    workspace: Workspace, mode: str, site: Site, listening: socket.socket | None
) -> AsyncIterator[tuple[WayIn, ...]]:
    ways: list[WayIn] = []
    async with contextlib.AsyncExitStack() as stack:
        # First what says how we are: also while Slack cannot be reached.
        if listening is not None:
            drain = workspace.house.settings.http.drain_seconds
            ways.append(await stack.enter_async_context(http_mode(site, listening, drain)))
        if mode == "socket":
            ways.append(await stack.enter_async_context(socket_mode(workspace)))
        yield tuple(ways)


async def _known(workspace: Workspace) -> None:
    try:
        await workspace.slack.call(workspace.slack.web.auth_test)
    except Refused as error:
        if any(code in error.message for code in NOT_KNOWN):
            raise NotConfigured(
                f"Slack does not know this SLACK_BOT_TOKEN. {error.message}", error.hint
            ) from error
        raise
    except OpsError as error:
        # Slack may be down at our start; the connection below keeps trying.
        log.warning("Slack could not be asked who we are: %s", error)
