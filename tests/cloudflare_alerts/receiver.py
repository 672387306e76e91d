"""An address that Cloudflare can call, with the bot's own receiver behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.app import House
from handlers.cloudflare_alerts.webhook import Receiver


class Door:
    """`house` answers once it is there; `status` is answered instead where it is set."""

    def __init__(self) -> None:
        self.url = ""
        self.house: House | None = None
        self.status = 0
        self.receiver = Receiver()
        self.answered: list[int] = []

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        status, text = self.status, "no"
        if not status:
            assert self.house is not None
            headers = {name.lower(): value for name, value in request.headers.items()}
            runtime = self.house.dispatcher.runtime
            status, text = await self.receiver.handle(runtime, headers, body)
        self.answered.append(status)
        return web.Response(status=status, text=text)


@asynccontextmanager
async def door() -> AsyncIterator[Door]:
    found = Door()
    application = web.Application(client_max_size=10_000_000)
    application.router.add_post("/webhooks/cloudflare", found.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/cloudflare"
    try:
        yield found
    finally:
        await runner.cleanup()
