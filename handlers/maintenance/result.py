"""What is told of maintenance mode."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.maintenance_standing import Standing
from bot.store.maintenance import MaintenanceRecord as MaintenanceRecord  # noqa: PLC0414


@dataclass(frozen=True, slots=True)
class Shown:
    """`past` are the last ones that are over, newest first; `tag` names the version."""

    found: Standing
    past: tuple[MaintenanceRecord, ...]
    now: datetime
    tag: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What the platform answered us: HTTP status (None: nothing), Retry-After, the trouble."""

    status: int | None
    retry_after: str
    trouble: str
    as_wanted: bool


@dataclass(frozen=True, slots=True)
class Switched:
    record: MaintenanceRecord
    found: Standing
    seen: Seen
    seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    """`well` and `summary` are those of the check afterwards; `kept`: nothing was deployed."""

    record: MaintenanceRecord | None
    found: Standing
    seen: Seen
    well: bool
    summary: str
    kept: bool
    seconds: float
