"""Visitors: a small stream of real requests, so that there are numbers to see."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterator

import aiohttp

EVERY = 0.4  # seconds between two visits
_COUNTRIES = ("US", "GB", "DE", "FR", "IN", "CA")


def visits() -> Iterator[tuple[str, str]]:
    """(method, path) for ever: mostly browsing; about 0.3 % meet the search's own error."""
    number = 0
    while True:
        number += 1
        if number % 317 == 0:
            yield "GET", "/api/search?q=heist+%26"
            continue
        yield (
            "GET",
            (
                "/api/pitches/trending",
                "/api/pitches",
                f"/api/pitches/{1 + number * 37 % 30_500}",
                "/api/auth/session",
                "/api/pitches/public",
                "/api/search?q=thriller",
                "/api/notifications/unread",
            )[number % 7],
        )


async def flow(url: str, trust: ssl.SSLContext) -> None:
    """Send visits to the API until cancelled; failures are the visitors' problem."""
    connector = aiohttp.TCPConnector(ssl=trust)
    limit = aiohttp.ClientTimeout(total=15)
    async with (
        aiohttp.ClientSession(url, connector=connector, timeout=limit) as session,
        asyncio.TaskGroup() as pending,
    ):
        for number, (method, path) in enumerate(visits()):
            await asyncio.sleep(EVERY)
            pending.create_task(_visit(session, method, path, number))


async def _visit(session: aiohttp.ClientSession, method: str, path: str, number: int) -> None:
    headers = {
        "CF-Connecting-IP": f"198.51.100.{number % 250}",
        "CF-IPCountry": _COUNTRIES[number // 3 % 6],
    }
    with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
        async with session.request(
            method, path, headers=headers, allow_redirects=False
        ) as response:
            await response.read()
