"""The edge before the platform: lets visitors in or not, and answers from its cache.

Without a zone, as with a platform on workers.dev and pages.dev, it does nothing at all. A Worker
runs before the cache, so what the API answers is never kept.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from time import time
from typing import TYPE_CHECKING
from urllib.parse import unquote

from aiohttp import web

from bot.sandbox.zone.access import AccessRule
from bot.sandbox.zone.cache import EdgeCache, Entry
from bot.sandbox.zone.expression import facts
from bot.sandbox.zone.rules import CacheRule, Wish, wish

if TYPE_CHECKING:
    from bot.sandbox.cloudflare.account import Account

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
# developers.cloudflare.com/cache/concepts/default-cache-behavior: cached by extension, never HTML
_STATIC = frozenset(
    {
        "css", "csv", "gif", "ico", "jpeg", "jpg", "js", "mp3", "mp4", "pdf", "png", "svg", "ttf",
        "webp", "woff", "woff2", "zip",
    }
)  # fmt: skip
_DEFAULT_TTL = 7_200  # seconds, for a 200 whose origin says nothing
_AGE = re.compile(r"(s-maxage|max-age)=(\d+)")
_CHALLENGE = "<!doctype html><html><head><title>Just a moment...</title></head></html>"
_CODES = {"asn": 1005, "country": 1009}
_LEFT_OUT = frozenset({"cache-tag", "content-length", "content-type", "date", "server"})


class ZoneEdge:
    """`site` and `api` are middlewares; the rest is what Cloudflare's API reads and changes."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.cache = EdgeCache()
        self.reset()

    def reset(self) -> None:
        self.cache.entries.clear()
        self.rules: list[CacheRule] | None = None  # None: the zone has no such ruleset yet
        self.ruleset_id, self.ruleset_version = "", 0
        self.access: list[AccessRule] = []
        self.settings: dict[str, str | int] = {
            "security_level": "medium",
            "browser_cache_ttl": 14_400,
            "cache_level": "aggressive",
            "development_mode": "off",
        }
        self.told: deque[tuple[float, str]] = deque(maxlen=50_000)  # (time, cf-cache-status)

    @property
    def _open(self) -> bool:
        return self._account.zone is None

    @web.middleware
    async def site(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The whole edge: admission, then the cache."""
        refused = self._refusal(request)
        if refused is not None:
            return refused
        if request.path == "/cdn-cgi/trace":
            return _trace(request)
        if self._open:
            return await handler(request)
        return await self._cached(request, handler)

    @web.middleware
    async def api(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Admission alone."""
        refused = self._refusal(request)
        return await handler(request) if refused is None else refused

    def _refusal(self, request: web.Request) -> web.Response | None:
        if self._open:
            return None
        country = request.headers.get("CF-IPCountry", "XX")
        address = ip_address(_visitor(request))
        named = [rule for rule in self.access if rule.names(address, country)]
        if any(rule.mode == "whitelist" for rule in named):
            return None
        blocked = next((rule for rule in named if rule.mode == "block"), None)
        if blocked is not None:
            code = _CODES.get(blocked.target, 1006)
            return web.Response(status=403, text=f"error code: {code}")
        if named or self.settings["security_level"] == "under_attack":
            return web.Response(
                status=403, text=_CHALLENGE, content_type="text/html",
                headers={"cf-mitigated": "challenge"},
            )  # fmt: skip
        return None

    async def _cached(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        url = f"https://{request.host}{request.rel_url}"
        host = request.host.rpartition(":")[0] or request.host
        path = unquote(request.path)
        wanted = wish(self.rules or (), facts(request.method, host, path, request.query_string))
        kept = self.cache.find(url) if request.method == "GET" else None
        if kept is not None and wanted.cache is not False and self.cache.fresh(kept):
            age = str(int(self.cache.age(kept)))
            self.told.append((time(), "hit"))
            headers = {**kept.headers, "cf-cache-status": "HIT", "Age": age}
            return web.Response(status=kept.status, body=kept.body, headers=headers)
        response = await handler(request)
        status = self._keep(request, url, response, wanted, kept)
        self.told.append((time(), status.lower()))
        response.headers["cf-cache-status"] = status
        if wanted.browser_ttl is not None and response.status == 200:
            response.headers["Cache-Control"] = f"public, max-age={wanted.browser_ttl}"
        response.headers.pop("Cache-Tag", None)
        return response

    def _keep(
        self,
        request: web.Request,
        url: str,
        response: web.StreamResponse,
        wanted: Wish,
        kept: Entry | None,
    ) -> str:
        """Keep the answer where it may be; the `cf-cache-status` that says so."""
        if wanted.cache is False:
            return "BYPASS"
        static = request.path.rpartition(".")[2].lower() in _STATIC
        if request.method != "GET" or not (static or wanted.cache):
            return "DYNAMIC"
        ttl = _ttl(response.headers.get("Cache-Control", ""), wanted)
        if ttl is None or response.status != 200 or not isinstance(response, web.Response):
            return "BYPASS"
        tags = response.headers.get("Cache-Tag", "").lower().split(",")
        headers = {k: v for k, v in response.headers.items() if k.lower() not in _LEFT_OUT}
        headers["Content-Type"] = response.headers.get("Content-Type", "")
        if wanted.browser_ttl is not None:
            headers["Cache-Control"] = f"public, max-age={wanted.browser_ttl}"
        body = bytes(response.body or b"")  # type: ignore[arg-type]
        named = frozenset(tag.strip() for tag in tags if tag.strip())
        self.cache.keep(url, Entry(200, headers, body, self.cache.clock(), ttl, named))
        return "MISS" if kept is None else "EXPIRED"


def _ttl(control: str, wanted: Wish) -> float | None:
    """Seconds to keep an answer; None where it must not be kept."""
    if wanted.edge_ttl is not None:
        return float(wanted.edge_ttl) if wanted.edge_ttl else None
    said = control.lower()
    if any(word in said for word in ("no-store", "no-cache", "private")):
        return None
    ages = dict(_AGE.findall(said))
    found = ages.get("s-maxage", ages.get("max-age"))
    if found is None:
        return float(_DEFAULT_TTL)
    return float(found) or None


def _visitor(request: web.Request) -> str:
    return request.headers.get("CF-Connecting-IP") or request.remote or "127.0.0.1"


def _trace(request: web.Request) -> web.Response:
    """Every host behind Cloudflare tells a visitor his own address here."""
    told: Mapping[str, str] = {
        "h": request.host,
        "ip": _visitor(request),
        "ts": f"{time():.3f}",
        "colo": "FRA",
        "loc": request.headers.get("CF-IPCountry", "XX"),
    }
    return web.Response(text="".join(f"{name}={value}\n" for name, value in told.items()))
