"""The releases the stand-in can play: which routes each has, and how each says no."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.platform import auth, content, early, health, metrics
from bot.sandbox.platform.answers import administrators_only, answer, not_found, sign_in_first
from bot.sandbox.platform.status import status
from bot.sandbox.platform.version import VERSION

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NEWEST = "2026-07-02"


@dataclass(frozen=True)
class Release:
    """One release, named by its date.

    `routes` are (method, path, handler), the first that fits answers. A path ending in `/*`
    fits everything below; the method `*` fits every method.
    """

    name: str
    routes: tuple[tuple[str, str, Handler], ...]
    unknown: Handler
    limits_rates: bool = False

    def handler(self, method: str, path: str) -> Handler:
        for known_method, known_path, handler in self.routes:
            below = known_path.endswith("/*") and path.startswith(known_path[:-1])
            if known_method in {method, "*"} and (below or path == known_path):
                return handler
        return self.unknown


async def _not_found(request: web.Request) -> web.Response:
    del request
    return not_found()


async def _sign_in_first(request: web.Request) -> web.Response:
    del request
    return sign_in_first()


async def _administrators_only(request: web.Request) -> web.Response:
    del request
    return administrators_only()


async def _version(request: web.Request) -> web.Response:
    """GET /api/version of 2026-07: which uploaded version answers."""
    running = request[VERSION]
    return answer({"version": running.id, "tag": running.tag, "timestamp": running.created_on})


_BROWSING = (
    ("GET", "/api/pitches", content.pitches("newest")),
    ("GET", "/api/pitches/trending", content.pitches("trending")),
    ("GET", "/api/pitches/public", content.pitches("newest")),
    ("GET", "/api/pitches/*", content.one_pitch),
    ("GET", "/api/search", content.search),
    ("POST", "/api/auth/creator/login", auth.sign_in),
    ("POST", "/api/auth/investor/login", auth.sign_in),
    ("POST", "/api/auth/production/login", auth.sign_in),
)
_INTEGRATED = (
    *_BROWSING,
    ("GET", "/api/auth/session", auth.session),
    ("GET", "/api/notifications/unread", content.unread),
    ("GET", "/api/upload/info", content.upload_limits),
    ("GET", "/api/monitoring/metrics", _sign_in_first),
)
_PROBED = (
    ("GET", "/api/health/ping", health.ping),
    ("GET", "/api/health/*", health.one_service),
    ("GET", "/api/admin/metrics", metrics.metrics),
)

RELEASES = {
    release.name: release
    for release in (
        Release(
            "2025-11-16",
            (
                ("GET", "/api/health", early.health_november),
                ("GET", "/api/pitches", content.pitches("newest")),
                ("GET", "/api/pitches/*", content.one_pitch),
                ("POST", "/api/auth/*", auth.refuse_any),
            ),
            early.not_found_november,
        ),
        Release(
            "2025-12-02",
            (*_BROWSING, ("GET", "/api/health", early.health_early_december)),
            early.not_found_early_december,
        ),
        Release(
            "2025-12-24",
            (
                *_BROWSING,
                ("GET", "/health", early.health_guide),
                ("GET", "/api/auth/session", auth.session_of_2025),
            ),
            _not_found,
        ),
        Release(
            "2026-01-05",
            (
                *_INTEGRATED,
                ("GET", "/health", health.whole(kv_bound=False)),
                ("GET", "/api/health", health.services_early),
                ("GET", "/api/health/*", health.no_such_service),
                ("GET", "/api/admin/metrics", metrics.metrics_broken),
            ),
            _sign_in_first,  # this release asks strangers to sign in for every unknown route
            limits_rates=True,
        ),
        Release(
            "2026-01-17",
            (
                *_INTEGRATED,
                *_PROBED,
                ("GET", "/health", health.whole(kv_bound=True)),
                ("GET", "/api/health", health.services_early),
                ("GET", "/api/status", status(durable_objects=False)),
            ),
            _not_found,
            limits_rates=True,
        ),
        Release(
            NEWEST,
            (
                *_INTEGRATED,
                *_PROBED,
                ("GET", "/health", health.whole(kv_bound=True)),
                ("GET", "/api/health", health.services),
                ("GET", "/api/status", status(durable_objects=True)),
                ("GET", "/api/version", _version),
                ("GET", "/api/config/all", content.configuration),
                ("*", "/api/admin/*", _administrators_only),
            ),
            _not_found,
            limits_rates=True,
        ),
    )
}
