"""Cloudflare's events as entries: what a Worker threw, logged and answered. Pure.

A failed answer that has an error line of its own is told by that line alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.clients.cloudflare_tail_events import OK, TailEvent
from bot.clients.cloudflare_telemetry import KeptEvent
from handlers.logs.result import ERROR, Entry
from handlers.logs.steering import readable

_LEVELS = {"log": "info", "warning": "warn"}
_OUTCOMES = {
    "exceededCpu": "The CPU limit was exceeded",
    "exceededMemory": "The memory limit was exceeded",
    "exception": "An exception was thrown",
    "canceled": "The visitor went away before the answer",
    "responseStreamDisconnected": "The visitor went away during the answer",
    "loadShed": "Cloudflare shed the request under load",
    "scriptNotFound": "The Worker was not found",
}
# The visitor left: nothing of ours failed.
_HARMLESS = frozenset({OK, "", "canceled", "responseStreamDisconnected"})


def of_tail(event: TailEvent) -> list[Entry]:
    """The entries of one live invocation, oldest first."""
    trigger = readable(event.trigger)
    found = [
        Entry(line.at, _level(line.level), readable(line.text), trigger, version=event.version)
        for line in event.logs
    ]
    found += [
        Entry(
            thrown.at,
            ERROR,
            readable(f"{thrown.name}: {thrown.message}"),
            trigger,
            event.status,
            event.version,
            readable(thrown.stack),
        )
        for thrown in event.exceptions
    ]
    answer = _answer(event.outcome, event.status)
    if answer is not None:
        level, message = answer
        if level != ERROR or not any(entry.wrong for entry in found):
            found.append(Entry(event.at, level, message, trigger, event.status, event.version))
    return found


def of_kept(events: Iterable[KeptEvent]) -> list[Entry]:
    """The entries of kept events, newest first; an event that came twice counts once."""
    unique = {event.id or f"{event.at}{event.message}": event for event in events}
    told = {
        event.request for event in unique.values() if event.status is None and event.level == ERROR
    }
    found: list[Entry] = []
    for event in unique.values():
        answered = event.status is not None or bool(event.outcome)
        if not answered:
            found.append(
                Entry(
                    event.at,
                    _level(event.level),
                    readable(event.message),
                    readable(event.trigger),
                    version=event.version,
                )
            )
            continue
        level, message = _answer(event.outcome, event.status) or ("info", readable(event.message))
        if level == ERROR and event.request and event.request in told:
            continue
        trigger = readable(event.trigger)
        found.append(Entry(event.at, level, message, trigger, event.status, event.version))
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def fits(entry: Entry, *, errors_only: bool, match: str) -> bool:
    """Whether somebody who asked so wants to see it; `match` in any case, anywhere in it."""
    if errors_only and not entry.wrong:
        return False
    return not match or match.casefold() in f"{entry.message} {entry.route}".casefold()


def _answer(outcome: str, status: int | None) -> tuple[str, str] | None:
    """Level and words of an answer; None where nothing was answered and nothing failed."""
    if outcome not in _HARMLESS:
        return ERROR, _OUTCOMES.get(outcome, f"Ended with the outcome {outcome}")
    if status is None:
        return ("info", _OUTCOMES[outcome]) if outcome in _OUTCOMES else None
    if status >= 500:
        return ERROR, f"Answered HTTP {status}, and nothing was logged"
    return "info", f"Answered HTTP {status}"


def _level(level: str) -> str:
    return _LEVELS.get(level, level)
