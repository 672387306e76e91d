"""Reads what a health body says, in every shape the platform has used, and in new ones.

Pure. The HTTP status is not consulted: the platform has answered 200 with its database down
and 503 for a missing e-mail key, so only the words of the body count, part by part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.clients.health_words import Condition, judge, tidy

_QUOTA = re.compile(r"\bquota\b|\b402\b", re.IGNORECASE)
_STATUS_KEYS = ("status", "overall", "state", "health", "healthy", "ok")
_PART_KEYS = ("services", "checks", "components", "dependencies", "parts", "subsystems", "details")
_ENVELOPES = ("data", "result", "health", "response")
# Parts that early shapes put beside `status` instead of under `services`.
_TOP_LEVEL = ("database", "db", "cache", "redis", "storage", "auth", "email", "websocket", "r2")
_DETAIL_KEYS = ("error", "details", "message", "reason", "detail")
_MOST_PARTS = 40


@dataclass(frozen=True, slots=True)
class Part:
    """One service as the body tells it: `said` is its own word, `detail` its raw error text."""

    name: str
    condition: Condition
    said: str
    detail: str = ""
    latency_ms: float | None = None

    @property
    def quota_exhausted(self) -> bool:
        """Whether the trouble is a used-up quota (Neon: HTTP 402), which is not a crash."""
        if self.condition not in {Condition.BAD, Condition.POOR}:
            return False
        named = "quota" in self.name.lower() and self.condition is Condition.BAD
        return named or bool(_QUOTA.search(self.detail))


@dataclass(frozen=True, slots=True)
class Report:
    """A health body understood. `said` is the word for the whole, empty where it gives none."""

    condition: Condition
    said: str
    parts: tuple[Part, ...] = ()
    detail: str = ""
    version: str = ""

    @property
    def troubled(self) -> tuple[Part, ...]:
        return tuple(
            part for part in self.parts if part.condition in {Condition.BAD, Condition.POOR}
        )

    @property
    def unclear(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.condition is Condition.UNKNOWN)

    def part(self, *names: str) -> Part | None:
        """The first part whose name contains one of `names`, tried in that order."""
        for name in names:
            for part in self.parts:
                if name in part.name.lower():
                    return part
        return None


def read_report(body: Any) -> Report | None:
    """The report in a decoded body (JSON value or plain text); None for a shape without one."""
    if isinstance(body, str):
        condition = judge(body)
        known = condition is not Condition.UNKNOWN and len(body) < 60
        return Report(condition, tidy(body, 60)) if known else None
    if isinstance(body, bool):
        return None
    if not isinstance(body, Mapping):
        return None
    inner = _unwrap(body)
    parts = _parts(inner)
    said = _status_word(inner)
    condition = judge(said) if said is not None else Condition.UNKNOWN
    if body.get("success") is False:
        said, condition = "success: false", Condition.BAD
    if said is None and not parts:
        return None
    if condition is Condition.UNKNOWN and not parts:
        return None  # a word never met says nothing by itself
    return Report(
        condition=condition,
        said=tidy(said, 60) if said is not None else "",
        parts=parts,
        detail=_detail(inner) or _detail(body),
        version=tidy(inner.get("version", ""), 60) if inner.get("version") else "",
    )


def _unwrap(body: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = body
    for _ in range(3):
        if _status_word(inner) is not None or _parts(inner):
            return inner
        wrapped = next((inner[key] for key in _ENVELOPES if isinstance(inner.get(key), dict)), None)
        if wrapped is None:
            return inner
        inner = wrapped
    return inner


def _status_word(body: Mapping[str, Any]) -> str | bool | int | float | None:
    for key in _STATUS_KEYS:
        value = body.get(key)
        if isinstance(value, (str, bool, int, float)):
            return value
    return None


def _parts(body: Mapping[str, Any]) -> tuple[Part, ...]:
    found: list[Part] = []
    if isinstance(body.get("service"), str) and _status_word(body) is not None:
        found.append(_part(body["service"], body))
    for key in _PART_KEYS:
        value = body.get(key)
        if isinstance(value, Mapping):
            found.extend(_part(name, entry) for name, entry in value.items())
        elif isinstance(value, list):
            found.extend(
                _part(entry.get("name") or entry.get("service") or "part", entry)
                for entry in value
                if isinstance(entry, Mapping) and _status_word(entry) is not None
            )
    told = {part.name for part in found}
    found.extend(
        _part(name, body[name]) for name in _TOP_LEVEL if name in body and name not in told
    )
    return tuple(found[:_MOST_PARTS])


def _part(name: object, entry: Any) -> Part:
    title = tidy(name, 60)
    if isinstance(entry, Mapping):
        said: Any = _status_word(entry)
        latency = entry.get("latency", entry.get("latencyMs"))
        detail = _detail(entry)
        if said is None:
            condition = Condition.BAD if detail else Condition.UNKNOWN
            return Part(title, condition, "error" if detail else "no status", detail)
        sane = isinstance(latency, (int, float)) and not isinstance(latency, bool)
        return Part(
            title,
            judge(said),
            tidy(str(said).lower() if isinstance(said, bool) else said, 60),
            detail,
            float(latency) if sane and 0 <= latency < 1e9 else None,
        )
    said = str(entry).lower() if isinstance(entry, bool) or entry is None else entry
    return Part(title, judge(entry), tidy(said, 60))


def _detail(entry: Mapping[str, Any]) -> str:
    for key in _DETAIL_KEYS:
        value = entry.get(key)
        if isinstance(value, Mapping):
            value = value.get("message") or value.get("code")
        if isinstance(value, str) and value:
            return tidy(value)
    errors = entry.get("errors")
    if isinstance(errors, list) and errors:
        return tidy("; ".join(str(error) for error in errors[:5]))
    return ""
