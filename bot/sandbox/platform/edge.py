"""The platform's network edge: fault switches, rate limits, the request log."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, cast

from aiohttp import web

from bot.sandbox.cloudflare.script import MAINTENANCE, Script
from bot.sandbox.faults import Faults
from bot.sandbox.platform.ailments import Ailments
from bot.sandbox.platform.answers import answer, failure, maintenance_page
from bot.sandbox.platform.backend import BACKEND, DatabaseErrors, database_of
from bot.sandbox.platform.console import CONSOLE, Console
from bot.sandbox.platform.rate_limit import RateLimit, too_many
from bot.sandbox.platform.release import Release
from bot.sandbox.platform.version import ANSWERING, VERSION
from bot.sandbox.request_log import Request, RequestLog

_PAGE = "<!doctype html><html><head><title>Pitchey</title></head><body>Welcome</body></html>"
# While a request waits, others run in the same thread: what they compute is not its own.
_MOST_CPU_US = 20_000
_THROWN = "error code: 1101"  # what Cloudflare answers for a Worker that threw
_BUG = "Cannot read properties of undefined (reading 'prepare')"
_STACK = (
    "    at getRecommendations (worker.js:48211:31)\n    at async Object.fetch (worker.js:51877)"
)


class Edge:
    """Takes each request, breaks it where a switch says so, else lets the release answer."""

    def __init__(
        self,
        faults: Faults,
        script: Script,
        log: RequestLog,
        release: Release,
        ailments: Ailments,
    ) -> None:
        self._ailments = ailments
        self.rate_limit = RateLimit()
        self._faults = faults
        self._script = script
        self._log = log
        self._errors_due: dict[str, float] = {}  # by version; "" is the switch's
        self._release = release

    def play(self, release: Release) -> None:
        self._release = release

    async def handle(self, request: web.Request) -> web.StreamResponse:
        begun = time.perf_counter()
        computed = await self._ailments.before(request)
        cpu_begun = time.thread_time_ns()
        version = self._script.choose(request.headers)
        request[VERSION] = version
        ANSWERING.set(version)
        console = request[CONSOLE] = Console()
        outcome = "ok"
        if version.latency_ms:
            await asyncio.sleep(version.latency_ms / 1000)
        if version.bad:
            outcome = "exception"
            console.throw("TypeError", _BUG, f"TypeError: {_BUG}\n{_STACK}")
            response: web.StreamResponse = web.Response(text=_THROWN, status=500)
        elif version.error_rate and self._due(version.id, version.error_rate):
            response = _broken(request)
        elif version.tag == MAINTENANCE:
            response = maintenance_page(request.path)
        else:
            with database_of(self._script.value(version, "DATABASE_URL")):
                response = await self._answer(request)
            if self._faults.on("cache_exposed") and request.path.startswith("/api/auth/"):
                response.headers["Cache-Control"] = "public, max-age=600"
        self._ailments.after(request, response)
        self._log.add(
            Request(
                at=time.time(),
                method=request.method,
                path=request.path,
                status=response.status,
                outcome=outcome,
                wall_ms=(time.perf_counter() - begun) * 1000,
                cpu_us=min((time.thread_time_ns() - cpu_begun) // 1000, _MOST_CPU_US)
                + round(computed * 1e6),
                version=version.id,
                country=request.headers.get("CF-IPCountry", "US"),
                query=request.query_string,
                logs=console.logs,
                exceptions=console.exceptions,
            )
        )
        if self._faults.on("api_drip"):
            return await self._drip(request, cast("web.Response", response))
        return response

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        faults = self._faults
        if faults.on("api_slow"):
            await asyncio.sleep(faults.amount("api_slow"))
        if faults.on("rate_limited"):
            return too_many(60)
        if faults.on("api_redirects"):
            return web.Response(status=302, headers={"Location": request.path_qs})
        if faults.on("api_html"):
            return web.Response(text=_PAGE, content_type="text/html")
        if faults.on("api_empty"):
            return web.Response()
        if faults.on("api_errors") and self._due("", faults.amount("api_errors")):
            return _broken(request)
        if self._release.limits_rates:
            client = request.headers.get("CF-Connecting-IP", request.remote or "")
            if seconds := self.rate_limit.wait(client, request.path):
                return too_many(seconds)
        if (allowed := self._ailments.preflight(request)) is not None:
            return allowed
        try:
            return await self._release.handler(request.method, request.path)(request)
        except DatabaseErrors as error:
            words = request.app[BACKEND].upstream_error(error)
            request[CONSOLE].error(f"Unhandled error in {request.method} {request.path}:", words)
            return failure("INTERNAL_ERROR", "An unexpected error occurred", 500)

    def _due(self, whose: str, percent: float) -> bool:
        """Whether this request is one of the failing ones.

        They are spread evenly, so that ten requests already show the share.
        """
        due = self._errors_due.get(whose, 0.0) + percent
        self._errors_due[whose] = due % 100 if due >= 100 else due
        return due >= 100

    async def _drip(self, request: web.Request, response: web.Response) -> web.StreamResponse:
        """Send a byte a second; the rest at once when the switch goes off meanwhile."""
        body = bytes(response.body or b"")  # type: ignore[arg-type]
        slow = web.StreamResponse(status=response.status)
        slow.content_type = response.content_type
        slow.content_length = len(body)
        with contextlib.suppress(ConnectionResetError):  # the client may well have given up
            await slow.prepare(request)
            while body and self._faults.on("api_drip"):
                await slow.write(body[:1])
                body = body[1:]
                await asyncio.sleep(1)
            await slow.write(body)
            await slow.write_eof()
        return slow


def _broken(request: web.Request) -> web.Response:
    """A handler that failed and answered so: to Cloudflare's analytics that is a success."""
    error: dict[str, Any] = {"code": "INTERNAL_ERROR", "message": "Internal server error"}
    words = f"Unhandled error in {request.method} {request.path}:"
    request[CONSOLE].error(words, "Error: connection pool timed out after 5000ms")
    return answer({"success": False, "error": error}, 500)
