"""The addresses that the platform is known to have: so that patterns hit what there is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bot.clients.cloudflare_observability import STATUS
from bot.clients.cloudflare_telemetry import events
from bot.errors import BadInput, OpsError
from bot.purging.addresses import absolute

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Settings

LOOK_BACK = timedelta(hours=24)
_SECONDS = 8.0
_REFERENCE = re.compile(r"""(?:src|href)=["']?([^"'\s>]{1,500})""", re.IGNORECASE)
_VISIT = re.compile(r"GET (/\S*)")


@dataclass(frozen=True, slots=True)
class Known:
    """`missing` says which sources could not be read, and why."""

    urls: tuple[str, ...]
    missing: tuple[str, ...] = ()

    def fitting(self, pattern: str) -> tuple[str, ...]:
        """Those that a pattern with * fits; see `fits`."""
        return tuple(url for url in self.urls if fits(pattern, url))


def fits(pattern: str, url: str) -> bool:
    """`/assets/*` fits paths, `https://host/*` whole addresses; the query counts. Pure."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    literal = pattern.replace("[", "[[]")
    if "://" in pattern:
        return fnmatchcase(url, literal)
    return fnmatchcase(path, literal) or fnmatchcase(parts.path, literal)


async def known(clients: Clients, settings: Settings) -> Known:
    """Of the default environment: settings, the site's front page, and what visitors asked for."""
    found = await asyncio.gather(
        _pages(clients, settings), _visited(clients, settings), return_exceptions=False
    )
    urls = [*_named(settings)]
    missing = []
    for each in found:
        if isinstance(each, str):
            missing.append(each)
        else:
            urls += each
    return Known(tuple(dict.fromkeys(urls)), tuple(missing))


def _named(settings: Settings) -> Iterable[str]:
    environment, cache = settings.environment(), settings.cache
    for path in (*cache.warm, *cache.routes, *cache.ttl):
        if "*" not in path:
            yield absolute(path, environment.site_url, environment.api_url)


async def _pages(clients: Clients, settings: Settings) -> list[str] | str:
    """The front page, and what it names of its own host."""
    front = settings.environment().site_url.rstrip("/") + "/"
    try:
        answer = await clients.http.send("GET", front, deadline=_SECONDS, retries=0)
    except OpsError as error:
        return f"the site's front page: {error.message}"
    return [front, *referred(front, answer.text if answer.is_html else "")]


def referred(front: str, page: str) -> list[str]:
    """Addresses of the same host that a page names. Pure."""
    found, host = [], urlsplit(front).netloc
    for reference in _REFERENCE.findall(page):
        try:
            url = absolute(urljoin(front, reference), front, front)
        except (BadInput, ValueError):
            continue  # a page may hold anything
        if urlsplit(url).netloc == host:
            found.append(url)
    return found


async def _visited(clients: Clients, settings: Settings) -> list[str] | str:
    """Paths of the API that were asked for lately, from Workers telemetry."""
    environment = settings.environment()
    if environment.worker_script is None or not clients.cloudflare.configured:
        return "what visitors asked for: no Worker or token is configured"
    now = datetime.now(UTC)
    answered = {"key": STATUS, "operation": "gte", "type": "number", "value": 200}
    try:
        found = await events(
            clients.cloudflare, environment.worker_script, now - LOOK_BACK, now,
            filters=(answered,), limit=2_000, deadline=_SECONDS,
        )  # fmt: skip
    except OpsError as error:
        return f"what visitors asked for: {error.message}"
    paths = (_VISIT.match(each.trigger) for each in found if each.status in range(200, 400))
    return [environment.api_url.rstrip("/") + path[1] for path in paths if path]
