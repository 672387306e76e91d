"""A stand-in for the Pitchey platform: API and site over TLS, in several releases."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

from aiohttp import web

from bot.sandbox.certificates import FAULTS as CERTIFICATE_FAULTS
from bot.sandbox.certificates import Certificates
from bot.sandbox.cloudflare.script import Script
from bot.sandbox.platform import site, traffic
from bot.sandbox.platform.ailments import Ailments
from bot.sandbox.platform.backend import BACKEND, Backend
from bot.sandbox.platform.edge import Edge
from bot.sandbox.platform.release import NEWEST, RELEASES
from bot.sandbox.request_log import RequestLog
from bot.sandbox.serving import Serving
from bot.sandbox.zone.edge import ZoneEdge

__all__ = ["NEWEST", "RELEASES", "Platform"]


class Platform:
    """`api_url` and `site_url` are https; trust them with `certificates.trust()`.

    With `keeps_log` the requests go to the platform's own table too.
    """

    def __init__(
        self,
        backend: Backend,
        certificates: Certificates,
        script: Script,
        log: RequestLog,
        release: str = NEWEST,
        *,
        keeps_log: bool = True,
        zone_edge: ZoneEdge,
    ) -> None:
        self.release = release
        self.log = log
        self._backend = backend
        self._certificates = certificates
        self._edge = Edge(
            backend.faults, script, log, RELEASES[release], Ailments(backend.faults, self._origin)
        )
        api = web.Application(client_max_size=32 * 1024 * 1024, middlewares=[zone_edge.api])
        api[BACKEND] = backend
        api.router.add_route("*", "/{tail:.*}", self._edge.handle)
        self._api = Serving(api, certificates.context)
        self._site = Serving(site.application(backend.faults, zone_edge), certificates.context)
        self._background: list[asyncio.Task[None]] = []
        self._kept = keeps_log

    def _origin(self) -> str:
        return self.site_url

    @property
    def api_url(self) -> str:
        return self._api.url

    @property
    def site_url(self) -> str:
        return self._site.url

    def trust(self) -> ssl.SSLContext:
        return self._certificates.trust()

    async def start(self) -> None:
        await self._api.start()
        await self._site.start()
        if self._kept:
            writing = self.log.write_for_ever(self._backend.database_url)
            self._background.append(asyncio.create_task(writing))

    def invite_visitors(self) -> None:
        """Let the background traffic begin."""
        flow = traffic.flow(self.api_url, self.trust())
        self._background.append(asyncio.create_task(flow))

    async def stop(self) -> None:
        for task in self._background:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._background, return_exceptions=True)
        self._background.clear()
        await self._api.stop()
        await self._site.stop()

    def play(self, release: str) -> None:
        """Answer as that release from now on; KeyError names an unknown one."""
        self._edge.play(RELEASES[release])
        self.release = release

    def forget_clients(self) -> None:
        """Start the rate limits anew."""
        self._edge.rate_limit.forget()

    async def apply(self, changed: str) -> None:
        """Bring the network edge in line with the fault switches."""
        faults = self._backend.faults
        for serving, name in ((self._api, "api_down"), (self._site, "site_down")):
            if faults.on(name):
                await serving.door.shut()
            else:
                await serving.door.open()
        if changed in CERTIFICATE_FAULTS:
            self._certificates.renew()
            await self._api.door.cut()  # a kept connection would still show the old one
            await self._site.door.cut()
