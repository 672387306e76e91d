"""Each release answers with the status, content type and keys that the real one was seen to."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.sandbox.platform import RELEASES
from bot.sandbox.world import World

ENVELOPE = {"success": "bool", "error": {"code": "str", "message": "str"}, "meta": "meta"}
STRANGER = {"success": "bool", "error": {"code": "str", "message": "str"}}
NOVEMBER = {"error": "str", "path": "str", "database": "str", "availableEndpoints": "list"}
DECEMBER = {"success": "bool", "message": "str"}
ONE_SERVICE = {"service": "str", "status": "str", "latency": "int", "checkedAt": "str"}
PING = {"status": "str", "timestamp": "str", "version": "str"}
WHOLE = {
    "status": "str", "timestamp": "str", "environment": "str", "version": "str",
    "checks": {"database": "str", "cache": "str", "storage": "str", "email": "str", "auth": "str"},
    "metrics": {
        "responseTime": "int", "activeConnections": "int", "memoryUsage": "int", "uptime": "int",
    },
    "errors": "list",
}  # fmt: skip
DATABASE = {"status": "str", "time": "str", "error": "NoneType"}
WORD = {"status": "str"}
STATUS = {
    "overall": "str", "timestamp": "str", "environment": "str", "version": "str",
    "services": "list",
    "metrics": {
        "requestsLast24h": "int", "errorsLast24h": "int", "errorRate": "str",
        "avgResponseTime": "int", "p95ResponseTime": "int", "activeUsers": "int",
    },
    "incidents": "list",
    "uptime": {"last24h": "str", "last7d": "str", "last30d": "str"},
}  # fmt: skip
METRICS = {
    "success": "bool",
    "data": {
        "timestamp": "str",
        "errors": {"timeline": "list", "critical": "list"},
        "performance": "list",
        "sessions": {"total_sessions": "str", "unique_users": "str", "recent_sessions": "str"},
        "summary": {"totalErrors24h": "int", "avgResponseTime": "float", "activeSessions": "str"},
    },
    "meta": "meta",
}
HEALTH_2026_01 = {
    "success": "bool",
    "data": {
        "status": "str", "timestamp": "str", "version": "str",
        "services": {"database": DATABASE, "email": WORD, "rateLimit": WORD},
    },
    "meta": "meta",
}  # fmt: skip
HEALTH_2026_07 = {
    "success": "bool",
    "data": {
        "status": "str", "timestamp": "str", "version": "str",
        "services": {
            "database": DATABASE, "neon_quota": WORD, "redis": WORD, "stripe": WORD,
            "email": WORD, "rateLimit": WORD,
        },
    },
    "meta": "meta",
}  # fmt: skip

# (method, path): {release: (status, keys)}; what a release does not list says no its own way.
SEEN: dict[tuple[str, str], dict[str, tuple[int, Any]]] = {
    ("GET", "/health"): {
        "2025-11-16": (404, NOVEMBER),
        "2025-12-02": (404, DECEMBER),
        "2025-12-24": (
            200,
            {"status": "str", "timestamp": "str", "environment": "str", "version": "str"},
        ),
        "2026-01-05": (503, WHOLE),
        "2026-01-17": (200, WHOLE),
        "2026-07-02": (200, WHOLE),
    },
    ("GET", "/api/health"): {
        "2025-11-16": (
            200,
            {
                "status": "str",
                "database": "str",
                "userCount": "int",
                "error": "NoneType",
                "timestamp": "str",
                "environment": "str",
                "hyperdrive": "bool",
                "connectionString": "str",
            },
        ),
        "2025-12-02": (
            200,
            {
                "status": "str",
                "timestamp": "str",
                "version": "str",
                "services": {
                    "database": "bool",
                    "auth": "bool",
                    "cache": "bool",
                    "websocket": "bool",
                },
            },
        ),
        "2025-12-24": (404, ENVELOPE),
        "2026-01-05": (200, HEALTH_2026_01),
        "2026-01-17": (200, HEALTH_2026_01),
        "2026-07-02": (200, HEALTH_2026_07),
    },
    ("GET", "/api/health/ping"): {
        "2025-12-24": (404, ENVELOPE),
        "2026-01-05": (404, ENVELOPE),
        "2026-01-17": (200, PING),
        "2026-07-02": (200, PING),
    },
    ("GET", "/api/health/database"): {
        "2026-01-05": (404, ENVELOPE),
        "2026-01-17": (200, ONE_SERVICE),
        "2026-07-02": (200, ONE_SERVICE),
    },
    ("GET", "/api/health/storage"): {
        "2026-01-17": (200, ONE_SERVICE),
        "2026-07-02": (200, ONE_SERVICE),
    },
    ("GET", "/api/health/nosuch"): {
        "2026-01-05": (404, ENVELOPE),
        "2026-01-17": (404, {"error": "str"}),
        "2026-07-02": (404, {"error": "str"}),
    },
    ("GET", "/api/status"): {
        "2026-01-05": (401, STRANGER),
        "2026-01-17": (200, STATUS),
        "2026-07-02": (200, STATUS),
    },
    ("GET", "/api/version"): {
        "2026-01-05": (401, STRANGER),
        "2026-01-17": (404, ENVELOPE),
        "2026-07-02": (200, {"version": "str", "tag": "str", "timestamp": "str"}),
    },
    ("GET", "/api/admin/metrics"): {
        "2025-11-16": (404, NOVEMBER),
        "2026-01-05": (
            500,
            {"success": "bool", "error": {"message": "str", "details": "str"}},
        ),
        "2026-01-17": (200, METRICS),
        "2026-07-02": (200, METRICS),
    },
    ("GET", "/api/admin/system/health"): {
        "2026-01-05": (401, STRANGER),
        "2026-01-17": (404, ENVELOPE),
        "2026-07-02": (401, STRANGER),
    },
    ("DELETE", "/api/admin/cache"): {
        "2026-01-17": (404, ENVELOPE),
        "2026-07-02": (401, STRANGER),
    },
    ("GET", "/api/auth/session"): {
        "2025-11-16": (404, NOVEMBER),
        "2025-12-02": (404, DECEMBER),
        "2025-12-24": (401, ENVELOPE),
        "2026-01-05": (401, STRANGER),
        "2026-07-02": (401, STRANGER),
    },
    ("POST", "/api/auth/session"): {
        "2025-11-16": (401, {"error": "str"}),
        "2025-12-24": (404, ENVELOPE),
        "2026-07-02": (404, ENVELOPE),
    },
    ("GET", "/api/config/all"): {
        "2026-01-17": (404, ENVELOPE),
        "2026-07-02": (
            200,
            {
                "success": "bool",
                "data": {
                    "genres": "list",
                    "formats": "list",
                    "budgetRanges": "list",
                    "stages": "list",
                },
                "meta": "meta",
            },
        ),
    },
    ("GET", "/api/nosuch-route"): {
        "2025-11-16": (404, NOVEMBER),
        "2025-12-02": (404, DECEMBER),
        "2025-12-24": (404, ENVELOPE),
        "2026-01-05": (401, STRANGER),
        "2026-01-17": (404, ENVELOPE),
        "2026-07-02": (404, ENVELOPE),
    },
}
# Named by the operations guide and offered by no release: each says no as to any unknown route.
NEVER = (
    ("GET", "/api/cache/stats"), ("POST", "/api/cache/purge"), ("GET", "/api/db/pool-stats"),
    ("GET", "/api/auth/debug"), ("POST", "/api/upload/test"), ("GET", "/api/config"),
    ("GET", "/metrics"),
)  # fmt: skip


def shape(body: Any) -> Any:
    """Keys and types; lists and `meta` are looked at elsewhere."""
    if not isinstance(body, dict):
        return type(body).__name__
    return {
        key: "meta" if key == "meta" and set(value) == {"timestamp", "requestId"} else shape(value)
        for key, value in body.items()
    }


@pytest.mark.parametrize("release", RELEASES)
async def test_answers_have_the_recorded_shape(
    world: World, api: httpx.AsyncClient, release: str
) -> None:
    world.platform.play(release)
    wrong = []
    for (method, path), by_release in SEEN.items():
        if release not in by_release:
            continue
        answer = await api.request(method, path)
        seen = (answer.status_code, shape(answer.json()))
        if seen != by_release[release]:
            wrong.append((method, path, seen, by_release[release]))
        assert answer.headers["content-type"] == "application/json", (method, path)
    assert wrong == []


@pytest.mark.parametrize("release", RELEASES)
async def test_what_the_guide_names_in_vain_is_refused_like_any_unknown_route(
    world: World, api: httpx.AsyncClient, release: str
) -> None:
    world.platform.play(release)
    status, keys = SEEN["GET", "/api/nosuch-route"][release]
    for method, path in NEVER:
        answer = await api.request(method, path)
        assert (answer.status_code, shape(answer.json())) == (status, keys), (method, path)


async def test_numbers_come_from_the_tables(world: World, api: httpx.AsyncClient) -> None:
    await world.reset(rows=True)  # what other tests broke stands in the tables too
    data = (await api.get("/api/admin/metrics")).json()["data"]
    busiest = data["performance"][0]
    assert isinstance(busiest["request_count"], str)
    assert int(busiest["request_count"]) > 100
    assert float(busiest["avg_response_time"]) > 1
    assert busiest["p99_response_time"] >= busiest["p95_response_time"]
    figures = (await api.get("/api/status")).json()["metrics"]
    share = figures["errorsLast24h"] / figures["requestsLast24h"] * 100
    assert figures["errorRate"] == f"{share:.2f}%"
    assert 0.1 < share < 0.6


async def test_the_version_route_names_the_live_worker_version(
    world: World, api: httpx.AsyncClient
) -> None:
    script = world.account.scripts["pitchey-production"]
    told = (await api.get("/api/version")).json()
    live = script.version(script.live.versions[0][0])
    assert live is not None
    assert told == {"version": live.id, "tag": live.tag, "timestamp": live.created_on}


async def test_sign_in_routes_are_limited_and_health_is_not(
    world: World, api: httpx.AsyncClient
) -> None:
    answers = [await api.get("/api/auth/session") for _ in range(21)]
    assert [answer.status_code for answer in answers[:20]] == [401] * 20
    assert answers[20].status_code == 429
    assert answers[20].headers["content-type"].startswith("text/plain")
    assert int(answers[20].headers["retry-after"]) > 250
    codes = {(await api.get("/api/health/ping")).status_code for _ in range(210)}
    assert codes == {200}


async def test_signing_in_opens_the_guarded_routes_and_ends_older_sessions(
    world: World, api: httpx.AsyncClient
) -> None:
    person = {"email": "ops@pitchey.example", "password": "Watch-the-premiere-9"}
    first = await api.post("/api/auth/creator/login", json=person)
    assert "Secure" in first.headers["set-cookie"]
    older = first.cookies["pitchey-session"]
    assert (await api.get("/api/upload/info")).json()["data"]["maxFileSize"] > 1_000_000
    await api.post("/api/auth/creator/login", json=person)
    api.cookies.clear()
    cookie = {"Cookie": f"pitchey-session={older}"}
    refused = await api.get("/api/upload/info", headers=cookie)
    assert refused.status_code == 401
    wrong = await api.post("/api/auth/creator/login", json=person | {"password": "x"})
    assert wrong.status_code == 401
