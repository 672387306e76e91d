"""What the commands and messages about alerts show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import EscalationLevel
    from bot.settings.alerts import Rule
    from bot.store import Alert, HistoryEntry, OpenStorm, Silence, Storm, StormPart


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an alert's message needs besides the alert: the ladder, and which acts there are."""

    levels: tuple[EscalationLevel, ...]
    diagnose: tuple[str, str]  # what looks for the cause: a button's label and command line
    declares: bool  # whether an incident can be declared
    playbooks: bool  # whether playbooks can be started
    incident: str = ""  # the open incident about it, as everybody may know it
    rollback: str = ""  # the command line that goes back, where a deployment came shortly before
    mends: tuple[str, str] | None = None  # what mends it whatever the cause, as `diagnose`
    unnamed: frozenset[str] = frozenset()  # the levels for which nobody is named on call now


@dataclass(frozen=True, slots=True)
class AlertCard:
    """One alert as a message; `silence` is what keeps people from being called."""

    alert: Alert
    now: datetime
    around: Surroundings
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class StormCard:
    """Many alerts as one message: counts by rule, and the worst of them."""

    storm: Storm
    parts: tuple[StormPart, ...]
    worst: tuple[Alert, ...]
    now: datetime
    around: Surroundings

    @property
    def firing(self) -> int:
        return sum(part.count for part in self.parts if part.state == "firing")

    @property
    def open(self) -> int:
        return sum(part.count for part in self.parts if part.state != "resolved")

    @property
    def total(self) -> int:
        return sum(part.count for part in self.parts)


@dataclass(frozen=True, slots=True)
class AlertList:
    """Open alerts worst first, then resolved ones, newest first."""

    open: tuple[Alert, ...]
    resolved: tuple[Alert, ...]
    firing: int
    acknowledged: int
    now: datetime
    muted: frozenset[int] = frozenset()
    storms: tuple[OpenStorm, ...] = ()
    tests: int = 0  # open test alerts, which are counted nowhere else


@dataclass(frozen=True, slots=True)
class AlertDetail:
    card: AlertCard
    rule: Rule | None
    history: tuple[HistoryEntry, ...]


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule where it holds; `state` is ok, pending, firing, no data, or off."""

    rule: Rule
    environment: str
    state: str
    since: datetime | None
    measured: str
    silenced: bool


@dataclass(frozen=True, slots=True)
class SilenceList:
    silences: tuple[Silence, ...]
    past: tuple[Silence, ...]
    now: datetime
