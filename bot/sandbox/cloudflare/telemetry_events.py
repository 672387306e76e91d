"""Events of Workers Observability: one for each answered request, one for each logged line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.request_log import Request

_LEVELS = {"log": "info"}  # console.log is kept as info; the others keep their names


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a request; `answered` is the one that tells of the answer itself."""

    row: Request
    number: int
    at: float  # epoch seconds
    level: str
    message: str
    answered: bool


def events_of(row: Request) -> Iterator[Event]:
    """Newest first, as the store keeps them: the answer, then what was logged before it."""
    told = f"{row.method} {row.path}"
    level = "error" if row.outcome != "ok" or row.status >= 500 else "info"
    yield Event(row, 0, row.at, level, told, True)
    number = 0
    for thrown in reversed(row.thrown):
        number += 1
        words = f"{thrown['name']}: {thrown['message']}"
        yield Event(row, number, thrown["timestamp"] / 1000, "error", words, False)
    for line in reversed(row.logged):
        number += 1
        level = _LEVELS.get(line["level"], line["level"])
        words = " ".join(str(word) for word in line["message"])
        yield Event(row, number, line["timestamp"] / 1000, level, words, False)


KEYS: dict[str, Callable[[Event], Any]] = {
    "$metadata.service": lambda _: WORKER,
    "$metadata.level": lambda event: event.level,
    "$metadata.message": lambda event: event.message,
    "$metadata.error": lambda event: event.message if event.level == "error" else None,
    "$metadata.rayId": lambda event: event.row.ray,
    "$metadata.requestId": lambda event: event.row.ray,
    "$metadata.trigger": lambda event: f"{event.row.method} {event.row.path}",
    "$workers.outcome": lambda event: event.row.outcome if event.answered else None,
    "$workers.scriptName": lambda _: WORKER,
    "$workers.scriptVersion.id": lambda event: event.row.version,
    "$workers.cpuTimeMs": lambda event: event.row.cpu_us / 1000 if event.answered else None,
    "$workers.wallTimeMs": lambda event: event.row.wall_ms if event.answered else None,
    "$workers.event.request.method": lambda event: event.row.method,
    "$workers.event.request.path": lambda event: event.row.path,
    # A line is written before its request is answered, so it knows no status.
    "$workers.event.response.status": lambda event: event.row.status if event.answered else None,
}


def held(event: Event, key: str) -> Any:
    """What the event has under a key of the API; None where it has none."""
    reader = KEYS.get(key)
    return reader(event) if reader else None


def as_sent(event: Event) -> dict[str, Any]:
    """The event as the view `events` lists it."""
    row = event.row
    workers: dict[str, Any] = {
        "scriptName": WORKER,
        "eventType": "fetch",
        "requestId": row.ray,
        "scriptVersion": {"id": row.version},
        "event": {
            "request": {
                "method": row.method,
                "path": row.path,
                "url": row.path,
                "cf": {"country": row.country},
            },
            "rayId": row.ray,
        },
    }
    if event.answered:
        workers["outcome"] = row.outcome
        workers["cpuTimeMs"] = row.cpu_us / 1000
        workers["wallTimeMs"] = round(row.wall_ms, 1)
        workers["event"]["response"] = {"status": row.status}
    metadata = {
        "id": f"{row.ray}-{event.number}",
        "service": WORKER,
        "level": event.level,
        "message": event.message,
        "rayId": row.ray,
        "requestId": row.ray,
        "trigger": f"{row.method} {row.path}",
    }
    if event.level == "error":
        metadata["error"] = event.message
    return {
        "dataset": "cloudflare-workers",
        "timestamp": round(event.at * 1000),
        "source": {"message": event.message, "level": event.level},
        "$metadata": metadata,
        "$workers": workers,
    }
