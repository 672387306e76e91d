"""A load balancer before several copies of the bot, as strict as the usual ones (HAProxy, nginx).

Round robin over the copies whose /healthz answers 200, asked twice a second; where none does, over
all of them, as nginx and Amazon's balancers do: a copy without its store still answers. A request
that could not be given to a copy at all goes to the next one; one that a copy took and did not
answer is answered with 502, and never sent twice.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import aiohttp
from aiohttp import web

from bot.sandbox.door import HOST
from bot.sandbox.serving import Serving

CHECK_EVERY = 0.5  # seconds
CHECK_WITHIN = 2.0  # seconds without an answer are no answer; two cores are shared by everything
ANSWER_WITHIN = 30.0  # seconds
# Of this connection, and not of the request (RFC 9110 7.6.1).
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "host"})


class Balancer:
    """Forwards to `ports` on this machine."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._well = dict.fromkeys(ports, False)
        self.avoided: set[int] = set()  # taken out by hand, however well they are
        self._next = 0
        self._changed = asyncio.Condition()
        self._session: aiohttp.ClientSession | None = None
        self._checks: list[asyncio.Task[None]] = []
        app = web.Application(client_max_size=2_000_000)
        app.router.add_route("*", "/{path:.*}", self._forward)
        self._serving = Serving(app)

    @property
    def port(self) -> int:
        """Valid once it is started."""
        return self._serving.door.port

    async def start(self) -> None:
        connector = aiohttp.TCPConnector(force_close=True, limit=0)
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        await self._serving.start()
        self._checks = [asyncio.create_task(self._check(port)) for port in self._well]

    async def stop(self) -> None:
        for task in self._checks:
            task.cancel()
        await asyncio.gather(*self._checks, return_exceptions=True)
        await self._serving.stop()
        if self._session is not None:
            await self._session.close()

    async def sees(self, count: int, within: float = 45.0) -> None:
        """Wait until so many copies are well; TimeoutError."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: sum(self._well.values()) == count)

    async def _check(self, port: int) -> None:
        assert self._session is not None  # noqa: S101 - started by `start`
        timeout = aiohttp.ClientTimeout(total=CHECK_WITHIN)
        while True:
            well = False
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                url = f"http://{HOST}:{port}/healthz"
                async with self._session.get(url, timeout=timeout) as answer:
                    well = answer.status == 200
            await self._found(port, well)
            await asyncio.sleep(CHECK_EVERY)

    async def _found(self, port: int, well: bool) -> None:
        async with self._changed:
            self._well[port] = well
            self._changed.notify_all()

    async def _forward(self, request: web.Request) -> web.Response:
        body = await request.read()
        for port in self._in_turn():
            try:
                return await self._asked(port, request, body)
            except aiohttp.ClientConnectorError:
                await self._found(port, well=False)  # nothing was sent: the next one may have it
            except TimeoutError:
                return web.Response(status=504, text="Gateway Time-out\n")
            except (aiohttp.ClientError, OSError):
                return web.Response(status=502, text="Bad Gateway\n")
        return web.Response(status=503, text="Service Unavailable\n")

    def _in_turn(self) -> list[int]:
        there = [port for port in self._well if port not in self.avoided]
        well = [port for port in there if self._well[port]] or there
        if not well:
            return []
        self._next += 1
        first = self._next % len(well)
        return well[first:] + well[:first]

    async def _asked(self, port: int, request: web.Request, body: bytes) -> web.Response:
        assert self._session is not None  # noqa: S101 - started by `start`
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in _HOP_BY_HOP
        }
        headers["X-Forwarded-For"] = request.remote or HOST
        async with self._session.request(
            request.method,
            f"http://{HOST}:{port}{request.raw_path}",
            data=body,
            headers=headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN),
        ) as answer:
            told = await answer.read()
            kept = {
                name: value
                for name, value in answer.headers.items()
                if name.lower() not in {*_HOP_BY_HOP, "content-length"}
            }
            return web.Response(status=answer.status, body=told, headers=kept)
