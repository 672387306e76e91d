"""How Slack reaches us: Socket Mode or signed HTTP, one code path behind both."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import aiohttp
import uvicorn
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient

from bot.app import House, Workspace
from bot.errors import NotConfigured, OpsError, Refused
from bot.lifetime import Lifetime
from bot.schedule import Schedule
from bot.settings import Settings
from bot.slack_calls import Slack, SlackRefused
from bot.upkeep import FORGET
from bot.vitals import VitalSigns
from bot.web import Site

log = logging.getLogger(__name__)
LOOK_EVERY = 0.5  # seconds between looks at the socket
READY = "ready"  # the log line that says Slack's deliveries are taken
_AUTH = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
)


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
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    house = House.open(settings)
    serving = asyncio.create_task(_serve(house, mode, stop))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set() and not serving.done():
            # Also while Slack cannot be reached: whoever stops us does not wait for Slack.
            serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
    finally:
        stopped.cancel()
        await house.aclose()


async def _serve(house: House, mode: str, stop: asyncio.Event) -> None:
    workspace = Workspace.connect(house)

    def contact() -> datetime | None:
        return workspace.contact()  # the transport sets it once it is connected

    lifetime = Lifetime(house.store, workspace.outbox, house.settings, mode, contact)
    catalogue = house.dispatcher.catalogue
    jobs = (FORGET, *catalogue.jobs)
    schedule = Schedule(house.dispatcher.runtime, jobs)
    signs = VitalSigns(house.dispatcher.runtime, jobs, mode, contact)
    house.dispatcher.observability.watch_vitals(signs.read)
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
        schedule.start()
        async with served:
            log.info("%s: %s mode", READY, mode)
            workspace.listeners.tell_interrupted()
            # The first question must not wait for libraries to load.
            await house.clients.prepare()
            await asyncio.Event().wait()  # until `run` cancels us
    finally:
        log.info("stopping")
        # The way in is closed by now; work in flight may still need the way back to Slack.
        await schedule.aclose()
        await lifetime.stop()
        await workspace.aclose()
        if stop.is_set():
            lifetime.end()


def _served(workspace: Workspace, mode: str, site: Site) -> AbstractAsyncContextManager[None]:
    """Slack's way in; the address, where there is one, is taken at once."""
    settings = workspace.house.settings
    if mode == "http":
        workspace.contact = workspace.house.store.deliveries.newest
        return _http(site, _taken(settings))
    if settings.http.in_socket_mode:
        return _both(_http(site, _taken(settings)), _socket(workspace))
    return _socket(workspace)


@contextlib.asynccontextmanager
async def _both(
    first: AbstractAsyncContextManager[None], second: AbstractAsyncContextManager[None]
) -> AsyncIterator[None]:
    # First what says how we are: also while Slack cannot be reached.
    async with first, second:
        yield


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # `run` hears the signals and decides the order in which things stop.
        yield


async def _known(workspace: Workspace) -> None:
    try:
        await workspace.slack.call(workspace.slack.web.auth_test)
    except Refused as error:
        if any(code in error.message for code in _AUTH):
            raise NotConfigured(
                f"Slack does not know this SLACK_BOT_TOKEN. {error.message}", error.hint
            ) from error
        raise
    except OpsError as error:
        # Slack may be down at our start; the connection below keeps trying.
        log.warning("Slack could not be asked who we are: %s", error)


@contextlib.asynccontextmanager
async def _socket(workspace: Workspace) -> AsyncIterator[None]:
    secret = workspace.house.settings.secrets.slack_app_token
    token = secret.get_secret_value() if secret else ""
    handler = AsyncSocketModeHandler(workspace.bolt, token, ping_interval=10)
    watching = None

    def ponged() -> datetime | None:
        at = handler.client.last_ping_pong_time  # seconds since 1970
        return None if at is None else datetime.fromtimestamp(at, UTC)

    workspace.contact = ponged
    try:
        await _connected(workspace.slack, handler, token)
        watching = asyncio.create_task(_stay_connected(handler.client))
        yield
    finally:
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        await handler.close_async()  # type: ignore[no-untyped-call]


async def _connected(slack: Slack, handler: AsyncSocketModeHandler, token: str) -> None:
    pause = 1.0
    while True:
        try:
            # Asked here: the client's own `connect` tries for ever, whatever Slack says.
            answer = await slack.call(slack.web.apps_connections_open, app_token=token)
        except OpsError as error:
            code = error.code if isinstance(error, SlackRefused) else ""
            if code in _AUTH | {"not_allowed_token_type", "missing_scope"}:
                raise NotConfigured(
                    f"Slack refused SLACK_APP_TOKEN: {code}.",
                    "It begins with xapp- and needs the scope connections:write.",
                ) from error
            log.warning("%s Next try in %.0f s.", error.message, pause)
        else:
            handler.client.wss_uri = str(answer["url"])
            await handler.connect_async()  # type: ignore[no-untyped-call]
            return
        await asyncio.sleep(pause)
        pause = min(pause * 2, 30.0)


async def _stay_connected(client: AsyncBaseSocketModeClient) -> None:
    """slack_sdk looks for a lost connection once a ping interval; until then people are refused."""
    pause = LOOK_EVERY
    while True:
        await asyncio.sleep(pause)
        try:
            if not await client.is_connected():
                await client.connect_to_new_endpoint()
            pause = LOOK_EVERY
        except (SlackClientError, OSError, TimeoutError, aiohttp.ClientError) as error:
            pause = min(pause * 2, 30.0)
            log.warning("Slack cannot be reached (%s); next try in %.0f s", error, pause)


def _taken(settings: Settings) -> socket.socket:
    """The port Slack delivers to; raises OpsError where another process has it."""
    http = settings.http
    try:
        return socket.create_server((http.host, http.port), backlog=2048)
    except OSError as error:
        raise OpsError(
            f"The address {http.host}:{http.port} could not be taken: {_reason(error)}.",
            "Another process has it: stop that one, or set PORT to a free port.",
            permanent=True,
        ) from error


@contextlib.asynccontextmanager
async def _http(site: Site, listening: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        site,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=3,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 — uvicorn has no event
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await serving


def _reason(error: OSError) -> str:
    # Python's own text repeats the address; a failed name look-up has no errno of the system's.
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror)
