"""The fault switches and the inspector."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.faults import Faults
from bot.sandbox.page.directory import Directory
from bot.sandbox.page.drawing import render
from bot.sandbox.page.requests import body_of, refuse, words
from bot.sandbox.workspace import Workspace

Settled = Callable[[], Awaitable[None]]
MOST_PERCENT = 100
_ENTRIES = 100  # newest, in the inspector


class Panels:
    """GET and POST /page/faults, GET /page/record."""

    def __init__(
        self, workspace: Workspace, faults: Faults, settled: Settled | None = None
    ) -> None:
        self._workspace = workspace
        self._settled = settled
        self._faults = faults
        faults.listen(lambda name, on: workspace.feed.tell("faults", name=name, on=on))

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/page/faults", self.show_faults),
            web.post("/page/faults", self.switch),
            web.get("/page/record", self.record),
        ]

    async def show_faults(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "html": render("faults.html", faults=self._faults, names=Directory()),
                "active": self._faults.active(),
            }
        )

    async def switch(self, request: web.Request) -> web.Response:
        """{"name", "on", "amount"} or {"clear": true}; answers the panel once that is in force."""
        body = await body_of(request)
        if body.get("clear"):
            self._faults.clear()
            return await self._when_in_force(request)
        name, amount = words(body, "name"), body.get("amount")
        if amount is not None and not _is_amount(amount):
            raise refuse("The amount must be a number of at least 0.")
        try:
            if self._faults.describe(name).unit == "%" and (amount or 0) > MOST_PERCENT:
                raise refuse(f"The amount must be at most {MOST_PERCENT} %.")
            self._faults.switch(name, bool(body.get("on")), amount)
        except KeyError:
            raise refuse(f"no fault is called {name!r}", web.HTTPNotFound) from None
        return await self._when_in_force(request)

    async def _when_in_force(self, request: web.Request) -> web.Response:
        if self._settled is not None:
            try:
                await self._settled()
            except (OSError, RuntimeError) as problem:
                told = f"the world did not follow the switch: {problem}"
                raise refuse(told, web.HTTPInternalServerError) from None
        return await self.show_faults(request)

    async def record(self, request: web.Request) -> web.Response:
        """The newest entries after number `since`, newest first."""
        since = request.query.get("since", "0")
        if not since.isascii() or not since.isdigit():
            raise refuse("since must be a number")
        entries = self._workspace.record.since(int(since))[-_ENTRIES:][::-1]
        newest = entries[0].number if entries else int(since)
        return web.json_response(
            {"html": render("inspector.html", entries=entries), "newest": newest}
        )


def _is_amount(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and value >= 0
