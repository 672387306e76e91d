"""One check a part of the platform. Each answers a `Check` and raises nothing by design."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from handlers.health.checks import (
    api,
    auth,
    backup,
    cache,
    certificate,
    cloudflare,
    database,
    site,
    uploads,
)
from handlers.health.result import Check
from handlers.health.scene import Scene

CHECKS: Mapping[str, Callable[[Scene], Awaitable[Check]]] = {
    "api": api.check,
    "site": site.check,
    "database": database.check,
    "cache": cache.check,
    "uploads": uploads.check,
    "auth": auth.check,
    "certificate": certificate.check,
    "cloudflare": cloudflare.check,
    "backup": backup.check,
}
