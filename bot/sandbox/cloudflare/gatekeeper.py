"""Who may call Cloudflare's API, how often, and what the fault switches do to it."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.cloudflare.account import Account, Token
from bot.sandbox.cloudflare.envelope import ApiError, bad, no_permission
from bot.sandbox.cloudflare.lost_answers import LostAnswers
from bot.sandbox.faults import Faults

MOST = 1_200  # requests
WINDOW = 300.0  # seconds; beyond MOST everything is blocked for as long
GRAPHQL_MOST = 300
TOKEN = web.RequestKey("token", Token)
_SHAPE = re.compile(r"Bearer [A-Za-z0-9_-]{20,}")

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Gatekeeper:
    """Wraps handlers: `allowing(permission, handler)` is what a route serves."""

    def __init__(self, account: Account, faults: Faults) -> None:
        self._account = account
        self._faults = faults
        self._calls: dict[tuple[str, bool], deque[float]] = {}
        self._blocked_until: dict[tuple[str, bool], float] = {}
        self._odd = False
        self._lost = LostAnswers(faults)

    def forget(self) -> None:
        self._lost.forget()
        self._calls.clear()
        self._blocked_until.clear()
        self._odd = False

    def allowing(self, permission: str, handler: Handler) -> Handler:
        """Serve `handler` to tokens that hold `permission` ("" means any valid token)."""

        async def guarded(request: web.Request) -> web.Response:
            if self._faults.on("cloudflare_slow"):
                await asyncio.sleep(self._faults.amount("cloudflare_slow"))
            try:
                token = self._admit(request)
                if not token.may(permission):
                    raise no_permission()
                request[TOKEN] = token
                return await self._lost.pass_on(request, handler)
            except Blocked as blocked:
                return bad(blocked, {"Retry-After": str(blocked.seconds)})
            except ApiError as error:
                return bad(error)

        return guarded

    def _admit(self, request: web.Request) -> Token:
        if self._faults.on("cloudflare_down"):
            raise ApiError(503, 10013, "Service temporarily unavailable")
        if self._faults.on("cloudflare_limited"):
            raise Blocked(37)
        if self._faults.on("cloudflare_flaky"):
            self._odd = not self._odd
            if self._odd:
                raise Blocked(round(self._faults.amount("cloudflare_flaky")))
        if self._faults.on("cloudflare_lies"):
            raise ApiError(200, 10013, "Service temporarily unavailable")
        if self._faults.on("cloudflare_forbidden"):
            raise no_permission()
        header = request.headers.get("Authorization", "")
        if not header:
            raise ApiError(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
        if not _SHAPE.fullmatch(header):
            raise ApiError(400, 6003, "Invalid request headers")
        token = self._account.tokens.get(header.removeprefix("Bearer "))
        if token is None:
            if request.path.endswith("/user/tokens/verify"):
                raise ApiError(401, 1000, "Invalid API Token")
            raise ApiError(403, 9109, "Invalid access token")
        self._count(token, graphql=request.path.endswith("/graphql"))
        return token

    def _count(self, token: Token, *, graphql: bool) -> None:
        key = (token.value, graphql)
        now = time.monotonic()
        if (until := self._blocked_until.get(key, 0.0)) > now:
            raise Blocked(max(1, round(until - now)))
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        calls.append(now)
        if len(calls) > (GRAPHQL_MOST if graphql else MOST):
            self._blocked_until[key] = now + WINDOW
            raise Blocked(round(WINDOW))


class Blocked(ApiError):
    """429: wait `seconds`."""

    def __init__(self, seconds: int) -> None:
        message = "Please wait and consider throttling your request speed"
        super().__init__(429, 971, message)
        self.seconds = seconds
