"""A Worker's live logs: a tail session made by the API and read over its WebSocket.

A session is deleted however the reading ends; `keep` and `forget` tell somebody who remembers it
over a crash, or a Cloudflare that does not delete it. A cut socket is opened anew, and a session
is replaced before its end: it then falls silent with its socket open. Source: what wrangler does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.clients.cloudflare import Cloudflare
from bot.clients.cloudflare_tail_events import Overload, TailEvent, read_frame
from bot.clients.cloudflare_tail_sessions import (
    DELETE_SECONDS,
    TailSession,
    create_tail,
    delete_tail,
)
from bot.errors import OpsError, Unreachable

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger(__name__)
PROTOCOL = "trace-v1"
PING_SECONDS = 10.0
CONNECT_SECONDS = 10.0
MOST_FRAME = 4_000_000  # bytes
STEADY_SECONDS = 5.0  # a socket that lived so long, or brought something, was a good one
_PAUSES = (0.2, 1.0, 2.0, 4.0, 8.0)  # seconds between attempts to come back


@dataclass(frozen=True, slots=True)
class Interruption:
    """The stream was cut and is back: what happened in that time was not seen."""

    length: timedelta


Item = TailEvent | Overload | Interruption


def _nothing(_session: TailSession) -> None:
    return


@dataclass
class Tail:
    """Live events of one Worker: `async with Tail(…) as tail: async for item in tail.items()`.

    `filters` are Cloudflare's, such as {"outcome": ["exception"]}. Raises what the API does;
    Unreachable where the stream cannot be had back.
    """

    cloudflare: Cloudflare
    script: str
    filters: tuple[dict[str, Any], ...] = ()
    keep: Callable[[TailSession], None] = _nothing
    forget: Callable[[TailSession], None] = _nothing
    closed: Callable[[TailSession], None] = _nothing  # whether or not it could be deleted
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _open: list[TailSession] = field(default_factory=list, repr=False)
    _http: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def __aenter__(self) -> Tail:
        import aiohttp

        local = urlsplit(self.cloudflare.api_url).hostname in {"127.0.0.1", "localhost", "::1"}
        self._http = aiohttp.ClientSession(trust_env=not local)
        try:
            await self._create()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Delete every session of ours and close; also while being cancelled."""
        closing = asyncio.ensure_future(self._close())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await asyncio.wait((closing,), timeout=DELETE_SECONDS)
            raise

    async def items(self) -> AsyncGenerator[Item, None]:
        """Events as they come, until the caller has seen enough."""
        lost: float | None = None
        failures = 0
        while True:
            session = self._open[-1]
            try:
                async with self._connected(session) as socket:
                    if lost is not None:
                        yield Interruption(timedelta(seconds=time.monotonic() - lost))
                        lost = None
                    begun = time.monotonic()
                    async for item in self._read(socket, session.renewed_at):
                        failures = 0
                        yield item
                    if time.monotonic() - begun >= STEADY_SECONDS:
                        failures = 0
                if time.monotonic() >= session.renewed_at:
                    await self._create()
                    await self._delete(session)
                    continue
                lost = lost or time.monotonic()
            except OpsError as error:
                if failures >= len(_PAUSES) or error.permanent:
                    raise
                lost = lost or time.monotonic()
                log.info("the tail of %s is interrupted: %s", self.script, error)
            await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
            failures += 1
            try:
                await self._replace(session)
            except OpsError as error:
                if error.permanent:
                    raise
                log.info("the tail of %s could not be replaced: %s", self.script, error)

    async def _replace(self, session: TailSession) -> None:
        """A session whose socket was cut may be gone: make another one, then delete it."""
        await self._create()
        await self._delete(session)

    @contextlib.asynccontextmanager
    async def _connected(
        self, session: TailSession
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        import aiohttp

        assert self._http is not None  # noqa: S101 set by __aenter__
        secure = session.url.startswith("wss:")
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                socket = await self._http.ws_connect(
                    session.url,
                    protocols=(PROTOCOL,),
                    heartbeat=PING_SECONDS,
                    max_msg_size=MOST_FRAME,
                    ssl=self.cloudflare.http.tls_context() if secure else True,
                )
                await socket.send_str(json.dumps({"debug": False}))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            message = "Cloudflare's live logs cannot be reached."
            raise Unreachable(message, "Try again; past ones need no connection.") from error
        try:
            yield socket
        finally:
            await socket.close()

    async def _read(
        self, socket: aiohttp.ClientWebSocketResponse, until: float
    ) -> AsyncIterator[Item]:
        """Until the socket is cut, or the session should be replaced."""
        import aiohttp

        while (left := until - time.monotonic()) > 0:
            try:
                message = await socket.receive(timeout=left)
            except TimeoutError:
                return
            if message.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
                return
            item = read_frame(message.data, self.cloudflare.http.redact)
            if item is not None:
                yield item

    async def _create(self) -> None:
        """A new session, the last of `_open`. Cancelled in the middle, what was made is kept."""
        making = asyncio.ensure_future(self._make())
        try:
            await asyncio.shield(making)
        except asyncio.CancelledError:
            await asyncio.wait((making,), timeout=DELETE_SECONDS)
            raise

    async def _make(self) -> None:
        session = await create_tail(self.cloudflare, self.script, self.filters, self.now())
        self._open.append(session)
        self.keep(session)

    async def _delete(self, session: TailSession) -> None:
        try:
            async with asyncio.timeout(DELETE_SECONDS):
                await delete_tail(self.cloudflare, self.script, session.id)
        except (OpsError, TimeoutError) as error:
            # Whoever was told by `keep` tries again later.
            log.warning("a tail session of %s was not deleted: %s", self.script, error)
        else:
            self.forget(session)
        self._open.remove(session)
        self.closed(session)

    async def _close(self) -> None:
        for session in tuple(self._open):
            await self._delete(session)
        if self._http is not None:
            await self._http.close()
