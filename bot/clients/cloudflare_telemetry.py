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
from bot.clients.cloudflare_observability import OUTCOME, STATUS, kept_events
from bot.clients.cloudflare_tail_events import route_of

KEPT = timedelta(days=7)
MOST = 2_000  # events of one answer
_LEVEL = "$metadata.level"


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
    result = await kept_events(
        cloudflare, script, since, until,
        filters=filters, limit=min(limit, MOST), deadline=deadline,
    )  # fmt: skip
    found = read_events(result, cloudflare.http.redact)
    return tuple(sorted(found, key=lambda event: event.at, reverse=True))


# The filters of one question all have to hold; each question finds errors that the others miss.
ERROR_FILTERS: tuple[tuple[dict[str, Any], ...], ...] = (
    ({"key": _LEVEL, "operation": "eq", "type": "string", "value": "error"},),
    ({"key": STATUS, "operation": "gte", "type": "number", "value": 500},),
    (
        {"key": OUTCOME, "operation": "exists", "type": "string", "value": ""},
        {"key": OUTCOME, "operation": "neq", "type": "string", "value": "ok"},
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
