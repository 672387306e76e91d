"""One aiohttp application behind its own door."""

from __future__ import annotations

import asyncio
import ssl

from aiohttp import web

from bot.sandbox.door import HOST, Door


class Serving:
    """Serves an application on loopback; `url` is the door's, TLS included."""

    def __init__(self, application: web.Application, certificate: ssl.SSLContext | None = None):
        self._runner = web.AppRunner(
            application, access_log=None, handle_signals=False, shutdown_timeout=0.5
        )
        self._certificate = certificate
        self.door = Door((HOST, 0))

    async def start(self, port: int = 0) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, 0, ssl_context=self._certificate)
        await site.start()
        inner = self._runner.addresses[0]
        self.door.target = (HOST, int(inner[1]))
        await self.door.open(port)

    async def stop(self) -> None:
        await self.door.close()
        await self._runner.cleanup()
        await asyncio.sleep(0)

    @property
    def url(self) -> str:
        return f"{'https' if self._certificate else 'http'}://{self.door.address}"
