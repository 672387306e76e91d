"""GET /api/admin/metrics: errors, performance and sessions, computed from the tables."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from psycopg import AsyncConnection
from psycopg.rows import DictRow

from bot.sandbox.platform.answers import answer, failure, stamp, success
from bot.sandbox.platform.backend import BACKEND, DatabaseErrors

_TIMELINE = """
    SELECT date_trunc('hour', created_at) AS hour, error_type, count(*) AS error_count,
           count(DISTINCT user_id) AS affected_users
    FROM error_logs WHERE created_at > now() - interval '24 hours'
    GROUP BY 1, 2 ORDER BY 1 DESC, 2
"""
_CRITICAL = """
    SELECT error_type, error_message, endpoint, count(*) AS occurrence_count,
           max(created_at) AS last_occurrence
    FROM error_logs WHERE created_at > now() - interval '24 hours'
    GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT 10
"""
_PERFORMANCE = """
    SELECT endpoint, avg(response_time_ms)::numeric(24, 16) AS avg_response_time,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY response_time_ms) AS p95_response_time,
           percentile_cont(0.99) WITHIN GROUP (ORDER BY response_time_ms) AS p99_response_time,
           count(*) AS request_count,
           count(*) FILTER (WHERE status_code >= 500) AS error_count
    FROM request_logs WHERE created_at > now() - interval '24 hours'
    GROUP BY endpoint ORDER BY count(*) DESC LIMIT 20
"""
_SESSIONS = """
    SELECT count(*) AS total_sessions, count(DISTINCT user_id) AS unique_users,
           count(*) FILTER (WHERE created_at > now() - interval '1 hour') AS recent_sessions
    FROM user_sessions WHERE expires_at > now()
"""


async def metrics(request: web.Request) -> web.Response:
    """Counts and averages are strings, percentiles are numbers: as the platform sends them."""
    backend = request.app[BACKEND]
    try:
        async with await backend.connect() as connection:
            timeline = await _rows(connection, _TIMELINE)
            critical = await _rows(connection, _CRITICAL)
            performance = await _rows(connection, _PERFORMANCE)
            sessions = (await _rows(connection, _SESSIONS))[0]
    except DatabaseErrors:
        return failure("INTERNAL_ERROR", "Failed to retrieve metrics", 500)
    averages = [float(row["avg_response_time"]) for row in performance]
    return success(
        {
            "timestamp": stamp(),
            "errors": {"timeline": timeline, "critical": critical},
            "performance": performance,
            "sessions": sessions,
            "summary": {
                "totalErrors24h": sum(int(row["error_count"]) for row in timeline),
                "avgResponseTime": sum(averages) / len(averages) if averages else 0,
                "activeSessions": sessions["total_sessions"],
            },
        }
    )


async def metrics_broken(request: web.Request) -> web.Response:
    """The release of 2026-01-05 shipped this endpoint with a programming error."""
    del request
    words = "ApiResponseBuilder.error is not a function"
    error = {
        "message": f"Service initialization failed: {words}",
        "details": f"TypeError: {words}\n    at getErrorMetricsHandler (worker.js:48211:31)"
        "\n    at async Object.fetch (worker.js:51877:18)",
    }
    return answer({"success": False, "error": error}, 500)


async def _rows(connection: AsyncConnection[DictRow], query: Any) -> list[dict[str, Any]]:
    rows = await (await connection.execute(query)).fetchall()
    return [{name: _as_sent(value) for name, value in row.items()} for row in rows]


def _as_sent(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return stamp(value)
    return value if isinstance(value, float | str) or value is None else str(value)
