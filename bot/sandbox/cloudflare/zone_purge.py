"""POST /zones/{zone}/purge_cache and …/invalidate_cache, within the plan's limits.

What a purge refuses is documented; codes 1012, 1014 and 1134 are known from the wire, 1016 and
1094 stand for refusals whose code is not.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.cloudflare.account import Account, Zone
from bot.sandbox.cloudflare.envelope import ApiError, good, no_such_route
from bot.sandbox.cloudflare.gatekeeper import Blocked
from bot.sandbox.zone.edge import ZoneEdge
from bot.sandbox.zone.limits import REQUESTS, URLS, Bucket

_KINDS = ("files", "tags", "hosts", "prefixes", "purge_everything")
_ONE_OF = 'Request must contain one of "purge_everything" or "files", "tags", "hosts" or "prefixes"'
_TOO_OFTEN = (
    "Unable to purge, rate limit reached. Please wait if you need to perform more operations."
)


@dataclass(frozen=True, slots=True)
class Purged:
    """One purge that was taken: `hit` entries of the edge's cache were in it."""

    kind: str
    values: tuple[str, ...]
    hit: int
    gone: bool


class Purging:
    """`taken` is every purge since the last reset, `refused` how many came too often.

    `clock` counts seconds; a test may set another one.
    """

    def __init__(self, account: Account, edge: ZoneEdge) -> None:
        self._account, self._edge = account, edge
        self.reset()

    def reset(self) -> None:
        self.taken: list[Purged] = []
        self.refused = 0
        self.clock: Callable[[], float] = time.monotonic
        self._buckets: dict[tuple[str, bool], Bucket] = {}

    async def purge(self, request: web.Request) -> web.Response:
        return await self._take(request, gone=True)

    async def invalidate(self, request: web.Request) -> web.Response:
        """Marks stale: the next visitor gets it asked for again."""
        return await self._take(request, gone=False)

    async def _take(self, request: web.Request, *, gone: bool) -> web.Response:
        zone = zone_of(self._account, request)
        kind, values = _wanted(await read(request), zone)
        self._limit(zone, kind, len(values))
        hit = self._edge.cache.purge(kind, values, gone=gone)
        self.taken.append(Purged(kind, values, hit, gone))
        return good({"id": secrets.token_hex(16)})

    def _limit(self, zone: Zone, kind: str, count: int) -> None:
        by_url = kind == "files"
        limit = (URLS if by_url else REQUESTS)[zone.plan]
        bucket = self._buckets.setdefault((zone.plan, by_url), Bucket(limit, self.clock))
        if seconds := bucket.wait(count if by_url else 1):
            self.refused += 1
            raise TooOften(math.ceil(seconds))


class TooOften(Blocked):
    """429 of a purge: wait `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.code, self.message = 1134, _TOO_OFTEN


def zone_of(account: Account, request: web.Request) -> Zone:
    """The zone of the address, or Cloudflare's refusal."""
    zone = account.zone
    if zone is None or request.match_info["zone"] != zone.id:
        raise no_such_route(request.path)
    return zone


async def read(request: web.Request) -> Mapping[str, Any]:
    """The body, an object; ApiError otherwise."""
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, Mapping):
        raise ApiError(400, 6007, "Malformed JSON in request body")
    return body


def _wanted(body: Mapping[str, Any], zone: Zone) -> tuple[str, tuple[str, ...]]:
    named = [kind for kind in _KINDS if kind in body]
    if len(named) != 1 or set(body) - set(_KINDS):
        raise ApiError(400, 1012, _ONE_OF)
    kind, given = named[0], body[named[0]]
    if kind == "purge_everything":
        if given is not True:
            raise ApiError(400, 1012, _ONE_OF)
        return "everything", ()
    if not isinstance(given, list) or not given:
        raise ApiError(400, 1014, f'"{kind}" must be an array with at least one item')
    most = (URLS if kind == "files" else REQUESTS)[zone.plan].items
    if len(given) > most:
        raise ApiError(400, 1094, f"Request contains too many items, max is {most}")
    return kind, tuple(_value(kind, each, zone) for each in given)


def _value(kind: str, value: Any, zone: Zone) -> str:
    if kind == "files" and isinstance(value, Mapping):
        value = value.get("url")
    if not isinstance(value, str) or not value or not value.isascii():
        raise ApiError(400, 1016, f"Unable to purge {str(value)[:100]}, which is invalid")
    if kind == "tags":
        if len(value) > 1_024 or any(mark in value for mark in " ,"):
            raise ApiError(400, 1016, f"Unable to purge {value[:100]}, which is an invalid tag")
        return value
    if kind == "files":
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"}:
            raise ApiError(400, 1016, f"Unable to purge {value[:100]}, which is an invalid URL")
        host = parts.hostname or ""
    else:
        if "://" in value or "*" in value:
            raise ApiError(400, 1016, f"Unable to purge {value[:100]}, which is invalid")
        host = value.partition("/")[0].partition(":")[0]
    if not zone.covers(host.lower()):
        message = f"Unable to purge {value[:100]}, which is not of this zone"
        raise ApiError(400, 1016, message)
    return value
