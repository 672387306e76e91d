"""A network between bot and Cloudflare that loses answers, and lets others in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from bot.clients.cloudflare import Cloudflare
from bot.clients.http import Http
from bot.sandbox.world import World
from tests.health.loopback import serving

_KEPT = ("Retry-After", "Content-Type")
_LIE = {"success": False, "result": None, "errors": [{"code": 10013, "message": "Later"}]}


@dataclass
class Between:
    """What happens to changes. `lost` answers are lost on the way back: the change is done.

    `fails` are refused with 503 before they arrive. `lies` are answered 200 with success false.
    `hangs` is how many seconds the answer to a change that is done is late. `blind` loses every
    later look as well. `first` and `then` run around the first change.
    """

    lost: int = 0
    fails: int = 0
    lies: int = 0
    hangs: float = 0.0
    blind: bool = False
    first: Callable[[], None] | None = None
    then: Callable[[], None] | None = None
    changes: list[str] = field(default_factory=list)  # those that arrived
    _blinded: bool = False

    def before(self) -> web.Response | None:
        if self._blinded:
            return web.json_response({}, status=503)
        return None

    async def pass_on(self, request: web.Request, target: str) -> web.StreamResponse:
        changing = request.method != "GET"
        if (refused := self.before()) is not None:
            return refused
        if changing and self.fails:
            self.fails -= 1
            return web.json_response({"success": False, "errors": []}, status=503)
        if changing and self.first is not None:
            first, self.first = self.first, None
            first()
        answer = await self._asked(request, target)
        if changing:
            self.changes.append(request.path)
            if self.then is not None:
                then, self.then = self.then, None
                then()
            if self.hangs:
                await asyncio.sleep(self.hangs)
            if self.lost or self.lies:
                self._blinded = self.blind
                if self.lies:
                    self.lies -= 1
                    return web.json_response(_LIE)
                self.lost -= 1
                return web.json_response({}, status=504)
        return answer

    async def _asked(self, request: web.Request, target: str) -> web.Response:
        headers = {"Authorization": request.headers["Authorization"]}
        body = await request.read()
        if body:
            headers["Content-Type"] = request.headers["Content-Type"]
        url = f"{target}{request.path_qs}"
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, url, data=body or None, headers=headers) as answer,
        ):
            content = await answer.read()
            kept = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
            return web.Response(body=content, status=answer.status, headers=kept)


@asynccontextmanager
async def through(world: World, between: Between) -> AsyncIterator[Cloudflare]:
    """A client that talks through it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await between.pass_on(request, world.cloudflare.api_url)

    http = Http()
    try:
        async with serving(handle) as url:
            yield Cloudflare(http, url, world.account.token.value, world.account.id)
    finally:
        await http.aclose()
