"""Between Cloudflare and who asked: answers to changes get lost, as its switches say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.cloudflare.envelope import ApiError
from bot.sandbox.faults import Faults

_Handler = Callable[[web.Request], Awaitable[web.Response]]
_ASKS = ("/graphql", "/telemetry/query")  # POST, and yet they change nothing


class LostAnswers:
    """`pass_on` serves a request that was let in, or what a gateway makes of it."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._silent_until = 0.0
        self._late: set[asyncio.Task[None]] = set()

    def forget(self) -> None:
        self._silent_until = 0.0
        for each in self._late:
            each.cancel()

    async def pass_on(self, request: web.Request, handler: _Handler) -> web.Response:
        if not self._faults.on("cloudflare_swallows"):
            self._silent_until = 0.0
        elif time.monotonic() < self._silent_until:
            return _gateway_timeout()
        if request.method in {"GET", "HEAD"} or request.path.endswith(_ASKS):
            return await handler(request)
        if self._faults.on("cloudflare_loses"):
            return _gateway_timeout()
        if self._faults.on("cloudflare_late"):
            await request.read()  # the handler runs when the connection may be gone
            task = asyncio.create_task(self._done_late(request, handler))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            return _gateway_timeout()
        if self._faults.on("cloudflare_swallows"):
            return await self._swallowed(request, handler)
        return await handler(request)

    async def _done_late(self, request: web.Request, handler: _Handler) -> None:
        await asyncio.sleep(self._faults.amount("cloudflare_late"))
        await _unheard(request, handler)

    async def _swallowed(self, request: web.Request, handler: _Handler) -> web.Response:
        await _unheard(request, handler)
        self._silent_until = time.monotonic() + self._faults.amount("cloudflare_swallows")
        if request.transport is not None:
            request.transport.abort()
        return web.Response()  # reaches nobody


async def _unheard(request: web.Request, handler: _Handler) -> None:
    """Do it where it may be done; a refusal is lost like any other answer."""
    try:
        await handler(request)
    except ApiError:
        return


def _gateway_timeout() -> web.Response:
    """A gateway answers a page of its own, and not Cloudflare's envelope."""
    page = "<html><head><title>504 Gateway Time-out</title></head></html>"
    return web.Response(text=page, status=504, content_type="text/html")
