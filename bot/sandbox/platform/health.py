"""The health endpoints of the releases since 2026-01."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.platform import probes
from bot.sandbox.platform.answers import answer, not_found, stamp, success
from bot.sandbox.platform.backend import BACKEND, Backend, DatabaseErrors

VERSION = "2.0-integrated"


def whole(*, kv_bound: bool) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """GET /health: every check, 503 unless all are healthy."""

    async def handler(request: web.Request) -> web.Response:
        backend = request.app[BACKEND]
        begun = time.perf_counter()
        errors, checks = await _checks(backend, kv_bound=kv_bound)
        body = {
            "status": _overall(checks),
            "timestamp": stamp(),
            "environment": "production",
            "version": VERSION,
            "checks": {name: "healthy" if good else "unhealthy" for name, good in checks.items()},
            "metrics": {
                "responseTime": round((time.perf_counter() - begun) * 1000),
                "activeConnections": await _connections(backend) if checks["database"] else 0,
                "memoryUsage": 0,
                "uptime": 0,
            },
            "errors": errors,
        }
        told_with_200 = backend.faults.on("api_degraded") and len(errors) == 1
        return answer(body, 503 if errors and not told_with_200 else 200)

    return handler


async def _checks(backend: Backend, *, kv_bound: bool) -> tuple[list[str], dict[str, bool]]:
    """What is wrong in words, and which checks are good."""
    database, storage, auth = await asyncio.gather(
        probes.database(backend), probes.storage(backend), probes.auth(backend)
    )
    email = not backend.faults.on("api_degraded")
    slow = database.details == "Timeout"
    problems = (
        (database.good, f"Database error: {'Database timeout' if slow else database.details}"),
        (kv_bound, "KV_CACHE not configured"),
        (storage.good, f"Storage error: {storage.details}"),
        (email, "Email service not configured"),
        (auth.good, f"Auth check error: {auth.details}"),
    )
    names = ("database", "cache", "storage", "email", "auth")
    checks = dict(zip(names, (good for good, _ in problems), strict=True))
    return [words for good, words in problems if not good], checks


def _overall(checks: dict[str, bool]) -> str:
    if all(checks.values()):
        return "healthy"
    return "degraded" if any(checks.values()) else "unhealthy"


async def _connections(backend: Backend) -> int:
    try:
        async with await backend.connect() as connection:
            cursor = await connection.execute(
                "SELECT count(*) AS connections FROM pg_stat_activity"
                " WHERE backend_type = 'client backend'"
            )
            row = await cursor.fetchone()
    except DatabaseErrors:
        return 0
    return int(row["connections"]) if row else 0


async def services_early(request: web.Request) -> web.Response:
    """GET /api/health of 2026-01: three services."""
    backend = request.app[BACKEND]
    database, _ = await _database_service(backend)
    return _services(backend, {"database": database, "email": {"status": "configured"}})


async def services(request: web.Request) -> web.Response:
    """GET /api/health of 2026-07: adds the quota, Redis and payments. Always HTTP 200."""
    backend = request.app[BACKEND]
    database, quota = await _database_service(backend)
    redis = "error" if backend.faults.on("cache_down") else "connected"
    email = "error" if backend.faults.on("api_degraded") else "connected"
    parts = {
        "database": database,
        "neon_quota": {"status": quota},
        "redis": {"status": redis},
        "stripe": {"status": "not configured"},
        "email": {"status": email},
    }
    return _services(backend, parts)


def _services(backend: Backend, parts: dict[str, Any]) -> web.Response:
    parts = parts | {"rateLimit": {"status": "active"}}
    bad = any(part["status"] in {"error", "exhausted"} for part in parts.values())
    degraded = bad or backend.faults.on("api_degraded")
    return success(
        {
            "status": "degraded" if degraded else "ok",
            "timestamp": stamp(),
            "version": "1.0.0",
            "services": parts,
        }
    )


async def _database_service(backend: Backend) -> tuple[dict[str, Any], str]:
    """The database's part, which waits as long as the database does; and the quota's word."""
    try:
        async with await backend.connect() as connection:
            row = await (await connection.execute("SELECT now() AS time")).fetchone()
    except DatabaseErrors as error:
        words = backend.upstream_error(error)
        quota = "exhausted" if "HTTP status 402" in words else "ok"
        return {"status": "error", "time": None, "error": words}, quota
    time_there = stamp(row["time"]) if row else None
    return {"status": "connected", "time": time_there, "error": None}, "ok"


async def ping(request: web.Request) -> web.Response:
    """GET /api/health/ping: touches nothing."""
    del request
    return answer({"status": "ok", "timestamp": stamp(), "version": VERSION})


async def one_service(request: web.Request) -> web.Response:
    """GET /api/health/<service>: 503 when it is down."""
    backend = request.app[BACKEND]
    name = request.path.rpartition("/")[2]
    if name == "websocket":
        finding = probes.Finding("websocket", "operational", 1)
    elif name in probes.PROBES:
        finding = await probes.PROBES[name](backend)
    else:
        return answer({"error": "Unknown service"}, 404)
    return answer(finding.as_service(), 503 if finding.status == "down" else 200)


async def no_such_service(request: web.Request) -> web.Response:
    """2026-01-05 knows /api/health/* as public, and none of them."""
    del request
    return not_found()
