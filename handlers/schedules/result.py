"""A schedule as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Standing(IntEnum):
    """How a job stands, worst first."""

    FAILED = 0
    RUNNING = 1
    PAUSED = 2
    WAITING = 3  # it has never run
    SUCCEEDED = 4
    OFF = 5  # the settings switch it off

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Schedule:
    """One job: `when` is its rhythm in words; the times are aware UTC."""

    name: str
    title: str
    when: str
    standing: Standing
    next_at: datetime | None
    last_at: datetime | None
    detail: str  # what came of the last run, in words
    paused_by: str = ""
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Schedules:
    """What is shown of them; `hidden` counts the upkeep that was left out."""

    shown: tuple[Schedule, ...]
    hidden: int
    zone: str


@dataclass(frozen=True, slots=True)
class Ran:
    """One run that a person asked for."""

    name: str
    title: str
    succeeded: bool
    detail: str
    seconds: float
