"""What Workers Observability keeps of a Worker: its log lines of the last seven days.

Source: POST …/workers/observability/telemetry/query. Every text is without secrets and whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clients.cloudflare import Cloudflare
from bot.clients.cloudflare_answers import whole
from bot.clients.cloudflare_tail_events import route_of

PERMISSION = "Workers Observability Read"
KEPT = timedelta(days=7)
MOST = 2_000  # events of one answer
STATUS = "$workers.event.response.status"
_LEVEL = "$metadata.level"
_OUTCOME = "$workers.outcome"


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """One event: a line that was logged, or the answer itself, which has a `status`.

    `request` ties the events of one request together; `trigger` is what called the Worker.
    """

    id: str
    at: datetime
    level: str
    message: str
    trigger: str
    request: str = ""
    status: int | None = None
    outcome: str = ""
    version: str = ""


async def events(
    cloudflare: Cloudflare,
    script: str,
    since: datetime,
    until: datetime,
    *,
    filters: Sequence[Mapping[str, Any]] = (),
    limit: int = 100,
    deadline: float = 15.0,
) -> tuple[KeptEvent, ...]:
    """Newest first, at most `limit`; empty also where the Worker has no observability."""
    page = await cloudflare.call(
        "POST",
        f"{cloudflare.account}/workers/observability/telemetry/query",
        permission=PERMISSION,
        json={
            "queryId": "events",
            "timeframe": {"from": _ms(since), "to": _ms(until)},
            "view": "events",
            "limit": min(limit, MOST),
            "parameters": {
                "datasets": ["cloudflare-workers"],
                "filters": [service(script), *filters],
            },
        },
        repeatable=True,
        deadline=deadline,
    )
    found = read_events(page.result, cloudflare.http.redact)
    return tuple(sorted(found, key=lambda event: event.at, reverse=True))


async def status_classes(
    cloudflare: Cloudflare,
    script: str,
    since: datetime,
    until: datetime,
    *,
    deadline: float = 15.0,
) -> dict[int, int]:
    """How many answers there were of each class: {2: …, 4: …, 5: …}; handled 500s too."""
    page = await cloudflare.call(
        "POST",
        f"{cloudflare.account}/workers/observability/telemetry/query",
        permission=PERMISSION,
        json={
            "queryId": "status-classes",
            "timeframe": {"from": _ms(since), "to": _ms(until)},
            "view": "calculations",
            "parameters": {
                "datasets": ["cloudflare-workers"],
                "filters": [service(script)],
                "calculations": [{"operator": "count"}],
                "groupBys": [{"type": "number", "value": STATUS}],
            },
        },
        repeatable=True,
        deadline=deadline,
    )
    return read_classes(page.result)


def service(script: str) -> dict[str, Any]:
    """The filter that keeps one Worker."""
    return {"key": "$metadata.service", "operation": "eq", "type": "string", "value": script}


# The filters of one question all have to hold; each question finds errors that the others miss.
ERROR_FILTERS: tuple[tuple[dict[str, Any], ...], ...] = (
    ({"key": _LEVEL, "operation": "eq", "type": "string", "value": "error"},),
    ({"key": STATUS, "operation": "gte", "type": "number", "value": 500},),
    (
        {"key": _OUTCOME, "operation": "exists", "type": "string", "value": ""},
        {"key": _OUTCOME, "operation": "neq", "type": "string", "value": "ok"},
    ),
)


def read_events(result: Any, redact: Callable[[str], str] = str) -> Iterable[KeptEvent]:
    """The events of an answer that can be understood. Pure."""
    held = result.get("events") if isinstance(result, Mapping) else None
    listed = held.get("events") if isinstance(held, Mapping) else held
    for entry in listed if isinstance(listed, list) else []:
        event = _event(entry, redact) if isinstance(entry, Mapping) else None
        if event is not None:
            yield event


def read_classes(result: Any) -> dict[int, int]:
    """Counts by class of status; what has no status (a cron, a line) is left out. Pure."""
    counted: dict[int, int] = {}
    calculations = result.get("calculations") if isinstance(result, Mapping) else None
    first = calculations[0] if isinstance(calculations, list) and calculations else None
    rows = first.get("aggregates") if isinstance(first, Mapping) else None
    for row in rows if isinstance(rows, list) else []:
        groups = row.get("groups") if isinstance(row, Mapping) else None
        group = groups[0] if isinstance(groups, list) and groups else None
        status = _status(group.get("value")) if isinstance(group, Mapping) else None
        count = row.get("value") if isinstance(row, Mapping) else None
        if status is not None and isinstance(count, (int, float)) and not isinstance(count, bool):
            counted[status // 100] = counted.get(status // 100, 0) + int(count)
    return counted


def _event(entry: Mapping[str, Any], redact: Callable[[str], str]) -> KeptEvent | None:
    at = _moment(entry.get("timestamp"))
    if at is None:
        return None
    metadata, workers = _inside(entry, "$metadata"), _inside(entry, "$workers")
    source = entry.get("source")
    message = metadata.get("message") or metadata.get("error") or _said(source)
    happened = _inside(workers, "event")
    outcome = str(workers.get("outcome") or "")
    request = _inside(happened, "request")
    trigger = str(metadata.get("trigger") or "")
    if not trigger and request:
        path = request.get("path") or route_of(str(request.get("url", "")))
        trigger = f"{request.get('method', '?')} {path}"
    return KeptEvent(
        id=str(metadata.get("id", "")),
        at=at,
        level=str(metadata.get("level", "info")).lower(),
        message=redact(whole(str(message or ""))),
        trigger=redact(whole(_without_query(trigger)) or "another trigger"),
        request=str(metadata.get("requestId") or workers.get("requestId") or ""),
        status=_status(_inside(happened, "response").get("status")),
        outcome=outcome,
        version=str(_inside(workers, "scriptVersion").get("id", "")),
    )


def _said(source: Any) -> Any:
    return source.get("message") if isinstance(source, Mapping) else source


def _without_query(trigger: str) -> str:
    method, space, address = trigger.partition(" ")
    if address.startswith(("/", "http:", "https:")):
        return f"{method}{space}{route_of(address)}"
    return trigger


def _inside(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    held = body.get(name)
    return held if isinstance(held, Mapping) else {}


def _status(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) == 3 else None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
