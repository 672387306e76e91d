"""What the switches of symptoms do at the Worker's edge: CPU, cold starts, clock, CORS."""

from __future__ import annotations

import asyncio
import hashlib
import time
import weakref
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web

from bot.sandbox.faults import Faults
from bot.sandbox.platform.answers import AHEAD

_OTHER_SITE = "https://old.pitchey.example"
_METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS"


class Ailments:
    """`origin` is the site's, which the API allows to call it."""

    def __init__(self, faults: Faults, origin: Callable[[], str]) -> None:
        self._faults = faults
        self._origin = origin
        self._isolate = asyncio.Lock()
        self._warm: weakref.WeakSet[asyncio.BaseTransport] = weakref.WeakSet()

    async def before(self, request: web.Request) -> float:
        """A Worker that starts waits; one that computes keeps a core busy. Seconds computed."""
        AHEAD.set(self._ahead)
        transport = request.transport
        if transport is not None and transport not in self._warm:
            self._warm.add(transport)
            if self._faults.on("cold_starts"):
                await asyncio.sleep(self._faults.amount("cold_starts"))
        if not self._faults.on("worker_cpu_high"):
            return 0.0
        async with self._isolate:  # which runs one thing at a time
            if not self._faults.on("worker_cpu_high"):
                return 0.0
            return await asyncio.to_thread(_compute, self._faults.amount("worker_cpu_high") / 1000)

    def preflight(self, request: web.Request) -> web.Response | None:
        """The answer to a browser that asks whether it may call; None for other requests."""
        if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
            return None
        return web.Response(status=204)

    def after(self, request: web.Request, response: web.StreamResponse) -> None:
        """Headers that every answer of the Worker has."""
        if self._ahead:
            response.headers["Date"] = format_datetime(datetime.now(UTC) + self._ahead, usegmt=True)
        if "Origin" not in request.headers:
            return
        allowed = _OTHER_SITE if self._faults.on("cors_wrong") else self._origin()
        response.headers["Access-Control-Allow-Origin"] = allowed
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Allow-Methods"] = _METHODS
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, Authorization"
        response.headers["Vary"] = "Origin"

    @property
    def _ahead(self) -> timedelta:
        if not self._faults.on("clock_skew"):
            return timedelta(0)
        return timedelta(minutes=self._faults.amount("clock_skew"))


def _compute(seconds: float) -> float:
    """Really use a core for so long; hashing leaves the others of this process alone."""
    begun = time.thread_time()
    while (spent := time.thread_time() - begun) < seconds:
        hashlib.pbkdf2_hmac("sha256", b"pitch", b"salt", 2_000)
    return spent
