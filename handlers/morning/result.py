"""What the morning check found: one part a line of the guide's checklist, and the verdict. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

TITLES = {
    "health": "System health",
    "metrics": "Overnight metrics",
    "errors": "Error logs",
    "backups": "Backups",
    "space": "Disk and database",
    "certificates": "Certificates",
    "alerts": "Open alerts",
    "incidents": "Incidents",
    "deployments": "Deployments",
    "actions": "Action items",
}


class State(StrEnum):
    """How a part stands, worst first."""

    NEEDS = "needs you"
    UNCHECKED = "not checked"
    NOTE = "worth a look"
    GOOD = "good"

    @property
    def rank(self) -> int:
        return list(State).index(self)


@dataclass(frozen=True, slots=True)
class Found:
    """One part. `summary` is its result in a few words, plain text; so are `lines`.

    `why` is what needs somebody, for the first line; without it that is the summary. `command`
    is the next step, as a line, and `label` names it. `down`: nobody can use the platform.
    """

    part: str
    state: State
    summary: str
    lines: tuple[str, ...] = ()
    why: str = ""
    label: str = ""
    command: str = ""
    down: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return TITLES[self.part]


@dataclass(frozen=True, slots=True)
class Morning:
    """`due` is when it should have run, where it ran late; times are aware UTC."""

    environment: str
    at: datetime
    since: datetime
    took_ms: float
    found: tuple[Found, ...]
    due: datetime | None = None

    @property
    def needs(self) -> tuple[Found, ...]:
        return tuple(each for each in self.found if each.state is State.NEEDS)

    @property
    def unchecked(self) -> tuple[Found, ...]:
        return tuple(each for each in self.found if each.state is State.UNCHECKED)

    @property
    def exit_code(self) -> int:
        """0 good, 1 something needs somebody or is not known, 2 down."""
        if any(each.down for each in self.found):
            return 2
        return 1 if self.needs or self.unchecked else 0


def unchecked(part: str, why: str, label: str = "", command: str = "") -> Found:
    """A part that could not be checked, and why."""
    return Found(part, State.UNCHECKED, why, label=label, command=command)
