"""Requests that a Worker refused, one by one, as Workers Observability keeps them.

Source: POST …/workers/observability/telemetry/query, view `events`. Where the visitor came from
stands in the request's `cf` and headers; not every account keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.clients.cloudflare import Cloudflare
from bot.clients.cloudflare_observability import STATUS, kept_events
from bot.clients.cloudflare_telemetry import MOST


@dataclass(frozen=True, slots=True)
class RefusedRequest:
    """`country` is a code of two letters, `address` the visitor's; empty where not kept."""

    at: datetime
    method: str
    path: str
    status: int
    country: str = ""
    address: str = ""


async def refused_requests(
    cloudflare: Cloudflare, script: str, since: datetime, until: datetime, *, deadline: float
) -> tuple[RefusedRequest, ...]:
    """Those answered with 400 and above, the newest 2,000 at most. Raises what `call` does."""
    refused = {"key": STATUS, "operation": "gte", "type": "number", "value": 400}
    result = await kept_events(
        cloudflare, script, since, until, filters=(refused,), limit=MOST, deadline=deadline
    )
    return read_refused(result)


def read_refused(result: Any) -> tuple[RefusedRequest, ...]:
    """What of an answer can be understood, newest first. Pure."""
    held = result.get("events") if isinstance(result, Mapping) else None
    listed = held.get("events") if isinstance(held, Mapping) else held
    rows = listed if isinstance(listed, list) else []
    found = [_request(each) for each in rows if isinstance(each, Mapping)]
    known = [each for each in found if each is not None]
    return tuple(sorted(known, key=lambda each: each.at, reverse=True))


def _request(entry: Mapping[str, Any]) -> RefusedRequest | None:
    happened = _inside(_inside(entry, "$workers"), "event")
    request, answer = _inside(happened, "request"), _inside(happened, "response")
    at, status = entry.get("timestamp"), answer.get("status")
    if isinstance(at, bool) or not isinstance(at, (int, float)) or not isinstance(status, int):
        return None
    headers = {str(name).lower(): value for name, value in _inside(request, "headers").items()}
    cf = _inside(request, "cf")
    path = str(request.get("path") or request.get("url") or "").partition("?")[0]
    return RefusedRequest(
        at=datetime.fromtimestamp(at / 1000, UTC),
        method=str(request.get("method") or "?"),
        path=path[:300],
        status=status,
        country=str(cf.get("country") or headers.get("cf-ipcountry") or "")[:2],
        address=str(headers.get("cf-connecting-ip") or "")[:45],
    )


def _inside(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    held = body.get(name)
    return held if isinstance(held, Mapping) else {}
