"""What is asked of Workers Observability: one Worker, a time, filters, groups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.clients.cloudflare import Cloudflare, CloudflareRefused
from bot.clients.cloudflare_observability import (
    COUNT,
    OUTCOME,
    PERMISSION,
    STATUS,
    kept_events,
    kept_figures,
)
from bot.clients.http import Http
from tests.health.loopback import serving

NOW = datetime(2026, 7, 2, 12, tzinfo=UTC)
FAILED = {"key": STATUS, "operation": "gte", "type": "number", "value": 500}


async def asked(figures: bool, status: int = 200) -> dict[str, Any]:
    """The body that the client sent."""
    seen: list[dict[str, Any]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        assert request.path == "/accounts/acc/workers/observability/telemetry/query"
        seen.append(await request.json())
        good = status == 200
        errors = [] if good else [{"code": 10000, "message": "Authentication error"}]
        return web.json_response({"success": good, "errors": errors, "result": {}}, status=status)

    http = Http()
    try:
        async with serving(handle) as url:
            cloudflare = Cloudflare(http, url, "t" * 40, "acc", None, "")
            since = NOW - timedelta(hours=1)
            if figures:
                await kept_figures(
                    cloudflare, "w", since, NOW, groups=(OUTCOME, STATUS), deadline=2
                )
            else:
                await kept_events(
                    cloudflare, "w", since, NOW, filters=(FAILED,), limit=5, deadline=2
                )
    finally:
        await http.aclose()
    return seen[0]


async def test_events_of_one_worker_in_a_time() -> None:
    body = await asked(figures=False)
    until = int(NOW.timestamp() * 1000)
    assert body["timeframe"] == {"from": until - 3_600_000, "to": until}
    assert (body["view"], body["limit"]) == ("events", 5)
    worker, failed = body["parameters"]["filters"]
    assert (worker["key"], worker["value"], failed) == ("$metadata.service", "w", FAILED)


async def test_figures_are_grouped_by_number_or_text() -> None:
    parameters = (await asked(figures=True))["parameters"]
    assert parameters["calculations"] == [COUNT]
    assert parameters["groupBys"] == [
        {"type": "string", "value": OUTCOME},
        {"type": "number", "value": STATUS},
    ]


async def test_a_refusal_names_the_permission() -> None:
    with pytest.raises(CloudflareRefused) as caught:
        await asked(figures=True, status=403)
    assert PERMISSION in caught.value.hint
