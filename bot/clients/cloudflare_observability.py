"""Questions to Workers Observability: what it kept of one Worker, as events or as figures.

Source: POST …/workers/observability/telemetry/query. Nothing is kept for more than seven days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.clients.cloudflare import Cloudflare

PERMISSION = "Workers Observability Read"
STATUS = "$workers.event.response.status"
OUTCOME = "$workers.outcome"
VERSION = "$workers.scriptVersion.id"
COUNT: Mapping[str, Any] = {"operator": "count"}
_NUMBERS = frozenset({STATUS})  # what is grouped as a number


async def kept_events(
    cloudflare: Cloudflare,
    script: str,
    since: datetime,
    until: datetime,
    *,
    filters: Sequence[Mapping[str, Any]] = (),
    limit: int,
    deadline: float,
) -> Any:
    """The answer's result: events for which all filters hold. Raises what Cloudflare.call does."""
    question = _question("events", script, since, until, filters) | {"limit": limit}
    return await _ask(cloudflare, question, deadline)


async def kept_figures(
    cloudflare: Cloudflare,
    script: str,
    since: datetime,
    until: datetime,
    *,
    calculations: Sequence[Mapping[str, Any]] = (COUNT,),
    groups: Sequence[str] = (),
    filters: Sequence[Mapping[str, Any]] = (),
    deadline: float,
) -> Any:
    """The answer's result: each calculation by group. Raises what Cloudflare.call does."""
    question = _question("calculations", script, since, until, filters)
    question["parameters"] |= {
        "calculations": list(calculations),
        "groupBys": [
            {"type": "number" if key in _NUMBERS else "string", "value": key} for key in groups
        ],
    }
    return await _ask(cloudflare, question, deadline)


def _question(
    view: str,
    script: str,
    since: datetime,
    until: datetime,
    filters: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    worker = {"key": "$metadata.service", "operation": "eq", "type": "string", "value": script}
    return {
        "queryId": view,
        "timeframe": {"from": _ms(since), "to": _ms(until)},
        "view": view,
        "parameters": {"datasets": ["cloudflare-workers"], "filters": [worker, *filters]},
    }


async def _ask(cloudflare: Cloudflare, question: Mapping[str, Any], deadline: float) -> Any:
    page = await cloudflare.call(
        "POST",
        f"{cloudflare.account}/workers/observability/telemetry/query",
        permission=PERMISSION,
        json=question,
        repeatable=True,
        deadline=deadline,
    )
    return page.result


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
