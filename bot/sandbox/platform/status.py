"""GET /api/status (since 2026-01-17): every service, and figures from the request log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.platform import probes
from bot.sandbox.platform.answers import answer, stamp
from bot.sandbox.platform.backend import BACKEND, Backend, DatabaseErrors
from bot.sandbox.platform.health import VERSION

_UPTIME = {"last24h": "100%", "last7d": "99.9%", "last30d": "99.9%"}  # constants there too
_FIGURES = """
    SELECT count(*) AS requests,
           count(*) FILTER (WHERE status_code >= 500) AS errors,
           coalesce(round(avg(response_time_ms)), 0)::integer AS average,
           coalesce(round(percentile_cont(0.95) WITHIN GROUP (ORDER BY response_time_ms)), 0)
               ::integer AS p95
    FROM request_logs WHERE created_at > now() - interval '24 hours'
"""
_ACTIVE = """
    SELECT count(DISTINCT user_id) AS users FROM user_sessions
    WHERE created_at > now() - interval '24 hours'
"""


def status(*, durable_objects: bool) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        backend = request.app[BACKEND]
        database, cache, storage, auth = await asyncio.gather(
            probes.database(backend),
            probes.cache(backend),
            probes.storage(backend),
            probes.auth(backend),
        )
        sockets: dict[str, Any] = {
            "name": "WebSocket",
            "status": "operational" if durable_objects else "degraded",
            "details": (
                "Durable Objects available"
                if durable_objects
                else "Running without Durable Objects"
            ),
            "lastChecked": stamp(),
        }
        down = [finding for finding in (database, cache, storage, auth) if not finding.good]
        overall = "operational"
        if down or backend.faults.on("api_degraded"):
            overall = "degraded"
        if any(finding.service == "database" and finding.details != "Timeout" for finding in down):
            overall = "major_outage"
        body = {
            "overall": overall,
            "timestamp": stamp(),
            "environment": "production",
            "version": VERSION,
            "services": [
                database.as_row("Database (Neon)"),
                cache.as_row("Cache (KV)"),
                storage.as_row("Storage (R2)"),
                auth.as_row("Auth (Better Auth)"),
                sockets,
            ],
            "metrics": await _figures(backend),
            "incidents": [],
            "uptime": _UPTIME,
        }
        return answer(body, 503 if overall == "major_outage" else 200)

    return handler


async def _figures(backend: Backend) -> dict[str, Any]:
    try:
        async with await backend.connect() as connection:
            row = await (await connection.execute(_FIGURES)).fetchone()
            active = await (await connection.execute(_ACTIVE)).fetchone()
    except DatabaseErrors:
        row = active = None
    if row is None or active is None:
        return {
            "requestsLast24h": 0, "errorsLast24h": 0, "errorRate": "0%",
            "avgResponseTime": 0, "p95ResponseTime": 0, "activeUsers": 0,
        }  # fmt: skip
    requests, errors = int(row["requests"]), int(row["errors"])
    return {
        "requestsLast24h": requests,
        "errorsLast24h": errors,
        "errorRate": f"{errors / requests * 100 if requests else 0:.2f}%",
        "avgResponseTime": row["average"],
        "p95ResponseTime": row["p95"],
        "activeUsers": int(active["users"]),
    }
