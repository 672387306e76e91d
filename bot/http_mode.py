"""The address that Slack, services and load balancers call: taken, served, and left in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import uvicorn

from bot.errors import OpsError

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.web import Site

IN_FLIGHT_SECONDS = 3  # for requests that were taken before the stop


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # `run` hears the signals and decides the order in which things stop.
        yield


class HttpMode:
    """The server at work. `drain_seconds` is how long a load balancer may take to look away."""

    def __init__(self, server: _Server, serving: asyncio.Task[None], drain_seconds: float) -> None:
        self._server = server
        self._serving = serving
        self._drain_seconds = drain_seconds
        self._left = False

    async def leave(self, *, others: bool) -> None:
        """Answer what is in flight, and take no more. Does nothing the second time.

        With `others` behind the same load balancer, what still comes is taken until that one has
        seen that /healthz says draining.
        """
        if self._left:
            return
        self._left = True
        if others:
            await asyncio.sleep(self._drain_seconds)
        self._server.should_exit = True
        await self._serving


def taken(settings: Settings) -> socket.socket:
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
async def http_mode(
    site: Site, listening: socket.socket, drain_seconds: float
) -> AsyncIterator[HttpMode]:
    """Serve on that socket until the end of the block."""
    config = uvicorn.Config(
        site,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=IN_FLIGHT_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    opened = HttpMode(server, serving, drain_seconds)
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 — uvicorn has no event
            await asyncio.sleep(0.01)
        yield opened
    finally:
        await opened.leave(others=False)


def _reason(error: OSError) -> str:
    # Python's own text repeats the address; a failed name look-up has no errno of the system's.
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror)
