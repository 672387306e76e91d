"""Warming the caches: each address is asked for twice, and measured."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.clients.upstash import CacheUse
from bot.errors import OpsError
from bot.purging.addresses import absolute
from bot.purging.known import referred
from bot.purging.proof import Seen, ask
from handlers.cache.result import Warmed, Warming

if TYPE_CHECKING:
    from bot.command import Progress
    from bot.runtime import Runtime

MOST = 200
_AT_ONCE = 4  # gentle: a cold cache is a loaded database


async def warm(runtime: Runtime, progress: Progress) -> Warming:
    """The routes of the settings, and what the front page names. Raises nothing for a page."""
    settings = runtime.settings
    environment = settings.environment()
    site, api = environment.site_url, environment.api_url
    urls = [absolute(path, site, api) for path in settings.cache.warm if "*" not in path]
    try:
        page = await runtime.clients.http.send("GET", site, deadline=10, probe=True)
        urls += referred(f"{site}/", page.text if page.is_html else "")
    except OpsError:
        pass  # what the settings name is asked for below, and told
    urls = list(dict.fromkeys(urls))[:MOST]
    counted = [await _use(runtime)]
    rounds: list[list[Seen]] = []
    for number in (1, 2):
        await progress.say(f"Asking for {len(urls)} pages, round {number} of 2")
        rounds.append(await _round(runtime, urls))
        counted.append(await _use(runtime))
    pages = [_warmed(first, second) for first, second in zip(*rounds, strict=True)]
    pages.sort(key=lambda page: (page.good, -page.first_ms))
    return Warming(
        pages,
        _rate(counted[0], counted[1]),
        _rate(counted[1], counted[2]),
        counted[0].keys if counted[0] else None,
        counted[2].keys if counted[2] else None,
    )


async def _round(runtime: Runtime, urls: list[str]) -> list[Seen]:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(url: str) -> Seen:
        async with turns:
            return await ask(runtime.clients.http, url)

    return list(await asyncio.gather(*map(one, urls)))


async def _use(runtime: Runtime) -> CacheUse | None:
    try:
        return await runtime.clients.upstash.use(deadline=5)
    except OpsError:
        return None


def _rate(before: CacheUse | None, after: CacheUse | None) -> float | None:
    """Percent of the lookups between two readings that hit; visitors' lookups are among them."""
    if before is None or after is None:
        return None
    hits, misses = after.hits - before.hits, after.misses - before.misses
    return 100.0 * hits / (hits + misses) if min(hits, misses) >= 0 < hits + misses else None


def _warmed(first: Seen, second: Seen) -> Warmed:
    return Warmed(
        first.url,
        second.status or first.status,
        first.milliseconds,
        second.milliseconds,
        first.cached,
        second.cached,
        second.trouble or first.trouble,
    )
