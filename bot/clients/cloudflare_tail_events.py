"""One message of a Worker's tail, understood. Pure.

Every text is without secrets and whole: redacted first, cut by nobody here. Of an address the
path alone is kept. Source: the frames that wrangler reads (protocol trace-v1).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from bot.clients.cloudflare_answers import whole

Redact = Callable[[str], str]
OK = "ok"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One console line; `level` is log, info, debug, warn or error."""

    at: datetime
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Thrown:
    """An exception that nobody in the Worker caught."""

    at: datetime
    name: str
    message: str
    stack: str = ""


@dataclass(frozen=True, slots=True)
class TailEvent:
    """One invocation. `trigger` is what called it ("GET /api/pitches", "cron */5 * * * *").

    `status` is None where no HTTP answer belongs to it, the times in ms where none is told.
    """

    at: datetime
    outcome: str
    trigger: str
    status: int | None = None
    version: str = ""
    wall_ms: float | None = None
    cpu_ms: float | None = None
    truncated: bool = False
    logs: tuple[LogLine, ...] = ()
    exceptions: tuple[Thrown, ...] = ()


@dataclass(frozen=True, slots=True)
class Overload:
    """More happens than a tail carries: from here on it is a sample."""

    words: str


def read_frame(frame: str | bytes, redact: Redact = str) -> TailEvent | Overload | None:
    """A text or binary frame; None for what is no event of a known shape."""
    try:
        body = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, Mapping):
        return None
    event = body.get("event")
    held = event if isinstance(event, Mapping) else {}
    redact = _of_whole(redact)
    if held.get("type") == "overload":
        return Overload(redact(str(held.get("message", ""))))
    at = _moment(body.get("eventTimestamp"))
    if "outcome" not in body or at is None:
        return None
    return TailEvent(
        at=at,
        outcome=whole(str(body["outcome"])),
        trigger=redact(_trigger(held)),
        status=_status(held),
        version=whole(str(_inside(body, "scriptVersion").get("id", ""))),
        wall_ms=_amount(body.get("wallTime")),
        cpu_ms=_amount(body.get("cpuTime")),
        truncated=body.get("truncated") is True,
        logs=tuple(_line(each, at, redact) for each in _listed(body.get("logs"))),
        exceptions=tuple(_thrown(each, at, redact) for each in _listed(body.get("exceptions"))),
    )


def route_of(address: str) -> str:
    """The path of an address, or of a path; never its query, which may hold secrets."""
    try:
        return urlsplit(address).path or "/"
    except ValueError:
        return "an unreadable address"


def _of_whole(redact: Redact) -> Redact:
    return lambda text: redact(whole(text))


def _trigger(event: Mapping[str, Any]) -> str:
    request = _inside(event, "request")
    if request:
        return f"{request.get('method', '?')} {route_of(str(request.get('url', '')))}"
    for kind, name in (("cron", "cron"), ("queue", "queue"), ("mailFrom", "mail")):
        if event.get(kind):
            return f"{name} {event[kind]}" if kind != "mailFrom" else "mail"
    if event.get("scheduledTime"):
        return "alarm"
    return "rpc" if event.get("rpcMethod") else "another trigger"


def _line(entry: Mapping[str, Any], at: datetime, redact: Redact) -> LogLine:
    said = entry.get("message")
    words = said if isinstance(said, list) else [said]
    text = " ".join(word if isinstance(word, str) else _written(word) for word in words)
    moment = _moment(entry.get("timestamp")) or at
    return LogLine(moment, whole(str(entry.get("level", "log"))), redact(text))


def _thrown(entry: Mapping[str, Any], at: datetime, redact: Redact) -> Thrown:
    return Thrown(
        _moment(entry.get("timestamp")) or at,
        redact(str(entry.get("name", "Error"))),
        redact(str(entry.get("message", ""))),
        redact(str(entry.get("stack") or "")),
    )


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _status(event: Mapping[str, Any]) -> int | None:
    status = _inside(event, "response").get("status")
    if isinstance(status, bool) or not isinstance(status, int):
        return None
    return status if 100 <= status <= 599 else None


def _inside(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    held = body.get(name)
    return held if isinstance(held, Mapping) else {}


def _listed(value: Any) -> list[Mapping[str, Any]]:
    entries = value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _amount(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value) if value >= 0 else None


def _moment(value: Any) -> datetime | None:
    """A time in ms since 1970; None for what is none."""
    ms = _amount(value)
    try:
        return datetime.fromtimestamp(ms / 1000, UTC) if ms is not None else None
    except (ValueError, OverflowError, OSError):
        return None
