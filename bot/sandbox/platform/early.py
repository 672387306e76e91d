"""The endpoints of the releases of 2025, which test little and promise much."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.platform.answers import answer, stamp
from bot.sandbox.platform.backend import BACKEND, DatabaseErrors

_ENDPOINTS = (
    "GET /api/health", "GET /api/users", "GET /api/pitches", "GET /api/pitches/:id",
    "POST /api/auth/*/login", "GET /api/creator/dashboard", "GET /api/investor/dashboard",
    "GET /api/production/dashboard",
)  # fmt: skip


async def health_november(request: web.Request) -> web.Response:
    """GET /api/health of 2025-11-16: `ok` whatever the database does."""
    backend = request.app[BACKEND]
    users, problem = 0, None
    try:
        async with await backend.connect() as connection:
            row = await (await connection.execute("SELECT count(*) AS n FROM users")).fetchone()
            users = int(row["n"]) if row else 0
    except DatabaseErrors as error:
        problem = backend.upstream_error(error)
    return answer(
        {
            "status": "degraded" if backend.faults.on("api_degraded") else "ok",
            "database": "error" if problem else "connected",
            "userCount": users,
            "error": problem,
            "timestamp": stamp(),
            "environment": "cloudflare-worker-neon-hyperdrive",
            "hyperdrive": True,
            "connectionString": "available",
        }
    )


async def not_found_november(request: web.Request) -> web.Response:
    body = {
        "error": "Not Found",
        "path": request.path,
        "database": "connected",
        "availableEndpoints": _ENDPOINTS,
    }
    return answer(body, 404)


async def health_early_december(request: web.Request) -> web.Response:
    """GET /api/health of 2025-12-02: `healthy` even where `services.database` is false."""
    backend = request.app[BACKEND]
    try:
        async with await backend.connect() as connection:
            await connection.execute("SELECT 1")
        database = True
    except DatabaseErrors:
        database = False
    return answer(
        {
            "status": "degraded" if backend.faults.on("api_degraded") else "healthy",
            "timestamp": stamp(),
            "version": "platform-fixed-v1.0",
            "services": {"database": database, "auth": True, "cache": True, "websocket": False},
        }
    )


async def not_found_early_december(request: web.Request) -> web.Response:
    return answer({"success": False, "message": f"Endpoint {request.path} not found"}, 404)


async def health_guide(request: web.Request) -> web.Response:
    """GET /health of 2025-12-24, the guide's release: a constant that tests nothing."""
    degraded = request.app[BACKEND].faults.on("api_degraded")
    return answer(
        {
            "status": "degraded" if degraded else "healthy",
            "timestamp": stamp(),
            "environment": "production",
            "version": "1.0.0",
        }
    )
