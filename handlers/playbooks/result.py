"""What the playbooks commands find out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.playbooks.changes import Changes
    from bot.playbooks.library import Library
    from bot.playbooks.models import Playbook
    from bot.playbooks.progress import RunView
    from bot.playbooks.reading import Problem
    from bot.playbooks.records import Entry
    from bot.playbooks.scoring import Score


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every playbook, what is wrong in the folders, and the runs that go on."""

    library: Library
    active: tuple[RunView, ...]


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a dry run: `how` says who or what does it, in words."""

    number: str
    title: str
    owner: str
    how: str
    critical: bool


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    title: str
    window: str
    steps: tuple[PlannedStep, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A playbook as it would run; `automatic` of `total` steps are done by the bot."""

    playbook: Playbook
    phases: tuple[PlannedPhase, ...]
    automatic: int
    total: int


@dataclass(frozen=True, slots=True)
class Linted:
    """`files` is how many were read."""

    files: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """One run in full; `changes` where a newer version of its playbook is there."""

    view: RunView
    history: tuple[Entry, ...]
    changes: Changes | None


@dataclass(frozen=True, slots=True)
class DrillResult:
    view: RunView
    score: Score
