"""Where an emergency stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store import RecoveryWatch as RecoveryWatch  # noqa: PLC0414 views read it too
from bot.store.incidents_rows import IncidentRecord
from bot.store.maintenance import MaintenanceRecord

CAUSES = ("database", "cache", "worker")


@dataclass(frozen=True, slots=True)
class Emergency:
    """`health` is the first line of a health check; `well` is None where it could not be told.

    `known` holds command lines that this bot has; `others` counts open incidents besides.
    """

    environment: str
    cause: str
    now: datetime
    incident: IncidentRecord | None
    others: int
    maintenance: MaintenanceRecord | None
    health: str
    well: bool | None
    watch: RecoveryWatch | None
    playbook: str  # the run of the checklist that belongs to the incident; empty without one
    known: frozenset[str]
