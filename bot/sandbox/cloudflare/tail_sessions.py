"""Tail sessions of a Worker: what each wants to see, until when, and who watches it."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.cloudflare.envelope import ApiError
from bot.sandbox.request_log import Request

LIFETIME = 6 * 3600.0  # seconds
MOST_VIEWERS = 10  # of one Worker
MOST_A_SECOND = 100  # messages; beyond, a tail is sampled
_OUTCOMES = frozenset(
    {"ok", "exception", "exceededCpu", "exceededMemory", "canceled", "unknown",
     "responseStreamDisconnected", "loadShed"}
)  # fmt: skip
Filter = Mapping[str, Any]
Message = dict[str, Any]


@dataclass(eq=False)
class Session:
    """One tail: `expires_at` in epoch seconds; it then falls silent, its sockets stay open."""

    script: str
    filters: tuple[Filter, ...]
    expires_at: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    viewers: set[asyncio.Queue[Message | None]] = field(default_factory=set)
    _sent: deque[float] = field(default_factory=deque)
    _overloaded: bool = False

    def offer(self, request: Request, message: Message) -> None:
        """Send it to the viewers where it is wanted, or say once that it is too much."""
        now = time.time()
        if not self.viewers or now >= self.expires_at:
            return
        if not all(_wants(each, request) for each in self.filters):
            return
        while self._sent and self._sent[0] <= now - 1:
            self._sent.popleft()
        if len(self._sent) >= MOST_A_SECOND:
            if not self._overloaded:
                self._overloaded = True
                self._put(_overload(now))
            return
        self._overloaded = False
        self._sent.append(now)
        self._put(message)

    def end(self) -> None:
        """Close every socket of it."""
        for viewer in self.viewers:
            viewer.put_nowait(None)

    def _put(self, message: Message) -> None:
        for viewer in self.viewers:
            viewer.put_nowait(message)


def filters_of(body: Any) -> tuple[Filter, ...]:
    """The filters of a request to create a tail; ApiError 10021 for what none is."""
    listed = body.get("filters", []) if isinstance(body, Mapping) else None
    if not isinstance(listed, list):
        raise _invalid("filters must be a list")
    return tuple(_checked(each) for each in listed)


def message_of(request: Request, script: str, base: str) -> Message:
    """A request as a tail sends it; times in ms."""
    at = round(request.at * 1000)
    query = f"?{request.query}" if request.query else ""
    return {
        "wallTime": round(request.wall_ms),
        "cpuTime": round(request.cpu_us / 1000),
        "truncated": False,
        "executionModel": "stateless",
        "outcome": request.outcome,
        "scriptName": script,
        "scriptVersion": {"id": request.version},
        "diagnosticsChannelEvents": [],
        "exceptions": request.thrown,
        "logs": request.logged,
        "eventTimestamp": at - round(request.wall_ms),
        "event": {
            "request": {
                "url": f"{base}{request.path}{query}",
                "method": request.method,
                "headers": {"cf-ray": request.ray},
                "cf": {"country": request.country},
            },
            "response": {"status": request.status},
        },
    }


def _checked(each: Any) -> Filter:
    if not isinstance(each, Mapping) or len(each) != 1:
        raise _invalid("each filter has one key")
    ((kind, value),) = each.items()
    rate = kind == "sampling_rate" and isinstance(value, (int, float)) and 0 < value <= 1
    outcome = kind == "outcome" and isinstance(value, list) and set(value) <= _OUTCOMES
    method = kind == "method" and isinstance(value, list)
    text = kind in {"query", "scriptVersion"} and isinstance(value, str)
    if not (rate or outcome or method or text):
        raise _invalid(f"the filter {kind} is not valid")
    return {kind: value}


def _wants(wanted: Filter, request: Request) -> bool:
    ((kind, value),) = wanted.items()
    match kind:
        case "sampling_rate":
            return random.random() < float(value)  # noqa: S311 a sample, not a secret
        case "outcome":
            return request.outcome in value
        case "method":
            return request.method in value
        case "scriptVersion":
            return bool(request.version == value)
    return any(str(value) in str(word) for line in request.logged for word in line["message"])


def _overload(now: float) -> Message:
    words = f"Tail is currently in sampling mode due to the high volume of messages ({now:.0f})."
    return {"event": {"type": "overload", "message": words}}


def _invalid(words: str) -> ApiError:
    return ApiError(400, 10021, f"Tail request is not valid: {words}.")
