"""Reads Cloudflare's public status summary (statuspage.io's summary.json). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The parts of Cloudflare that the platform stands on.
OURS = ("Workers", "Pages", "R2", "Workers KV", "Durable Objects", "Hyperdrive", "Queues")
_WORDS = {
    "degraded_performance": "degraded performance",
    "partial_outage": "partial outage",
    "major_outage": "major outage",
    "under_maintenance": "under maintenance",
}
_CLOSED = frozenset({"resolved", "completed", "postmortem"})


@dataclass(frozen=True, slots=True)
class Affected:
    """One part of Cloudflare that is not operational, in Cloudflare's words."""

    name: str
    condition: str

    @property
    def outage(self) -> bool:
        return "outage" in self.condition


@dataclass(frozen=True, slots=True)
class Incident:
    """One open incident of Cloudflare's."""

    name: str
    impact: str
    url: str
    ours: bool  # touches a part the platform stands on


@dataclass(frozen=True, slots=True)
class CloudflareStatus:
    """What the status page says: `indicator` is none, minor, major or critical."""

    indicator: str
    description: str
    affected: tuple[Affected, ...]  # of our parts only
    incidents: tuple[Incident, ...]

    @property
    def our_incidents(self) -> tuple[Incident, ...]:
        return tuple(incident for incident in self.incidents if incident.ours)


def read_status(body: Any) -> CloudflareStatus | None:
    """The summary understood; None for any other shape."""
    if not isinstance(body, Mapping) or not isinstance(body.get("status"), Mapping):
        return None
    overall = body["status"]
    if not isinstance(overall.get("indicator"), str):
        return None
    affected = tuple(
        Affected(str(entry["name"]), _WORDS.get(str(entry["status"]), str(entry["status"])))
        for entry in _entries(body.get("components"))
        if _is_ours(entry.get("name")) and entry.get("status", "operational") != "operational"
    )
    incidents = tuple(
        Incident(
            str(entry.get("name", "Incident")),
            str(entry.get("impact", "")),
            str(entry.get("shortlink", "")),
            _touches_ours(entry),
        )
        for entry in _entries(body.get("incidents"))
        if entry.get("status") not in _CLOSED
    )
    description = str(overall.get("description", ""))
    return CloudflareStatus(overall["indicator"], description, affected, incidents)


def _entries(value: Any) -> list[Mapping[str, Any]]:
    return (
        [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []
    )


def _is_ours(name: Any) -> bool:
    lowered = str(name).lower()
    return any(
        lowered == ours.lower() or lowered in {f"cloudflare {ours.lower()}", f"{ours.lower()} api"}
        for ours in OURS
    )


def _touches_ours(incident: Mapping[str, Any]) -> bool:
    components = _entries(incident.get("components"))
    if components:
        return any(_is_ours(entry.get("name")) for entry in components)
    return any(ours.lower() in str(incident.get("name", "")).lower() for ours in OURS)
