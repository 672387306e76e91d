"""A platform that says what a test wants, and the whole command asked about it."""

from __future__ import annotations

from pathlib import Path

from bot.clients import Clients
from handlers.health.operations import check_health
from handlers.health.result import Check, Health
from tests.health.loopback import Handler, serving, settings_for

GOOD = {
    "/api/health/ping": {"status": "ok", "timestamp": "now", "version": "2"},
    "/api/health": {
        "success": True,
        "data": {"status": "ok", "services": {"database": {"status": "connected"}}},
    },
    "/api/auth/session": (401, {"success": False, "error": {"code": "UNAUTHORIZED"}}),
    "/api/health/auth": {"service": "auth", "status": "operational", "latency": 3},
    "/api/health/database": {"service": "database", "status": "operational", "latency": 3},
    "/api/health/cache": {"service": "cache", "status": "operational", "latency": 3},
    "/api/health/storage": {"service": "storage", "status": "operational", "latency": 3},
}


async def run(
    folder: Path, api: str, component: str | None = "api", site_url: str = "", extra: str = ""
) -> Health:
    settings = settings_for(folder, api, site_url or api, extra)
    clients = Clients.connect(settings)
    try:
        return await check_health(clients, settings, component)
    finally:
        await clients.aclose()


async def api_check(folder: Path, handler: Handler, extra: str = "") -> Check:
    async with serving(handler) as url:
        health = await run(folder, url, extra=extra)
    return health.checks[0]
