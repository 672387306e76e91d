"""What a lessons-learned report holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.incident_times import Times
from bot.store.incidents_rows import IncidentRecord
from bot.store.lessons_rows import ActionItem
from handlers.lessons.report.checklist import Act
from handlers.lessons.report.impact import Impact
from handlers.lessons.report.steps import RunFinding, StepFinding


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the timeline that the report shows."""

    at: datetime
    kind: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of the feedback; `who` is empty for somebody who wants no name there."""

    text: str
    who: str


@dataclass(frozen=True, slots=True)
class Feedbacks:
    asked: int
    given: int
    well: tuple[Said, ...]
    wrong: tuple[Said, ...]
    lucky: tuple[Said, ...]
    factors: tuple[tuple[str, int], ...]  # name and how many named it, most named first


@dataclass(frozen=True, slots=True)
class Report:
    """Everything from the record; two of the same record are equal, whenever they are made."""

    record: IncidentRecord
    times: Times
    impact: Impact
    lines: tuple[Line, ...]
    entries: int  # of the whole timeline
    commander: str
    people: int
    feedback: Feedbacks
    actions: tuple[ActionItem, ...]
    runs: tuple[RunFinding, ...]
    acts: tuple[Act, ...]
    links: tuple[str, ...]
    evidence: tuple[str, ...]

    @property
    def findings(self) -> tuple[StepFinding, ...]:
        return tuple(finding for run in self.runs for finding in run.findings)


@dataclass(frozen=True, slots=True)
class Made:
    """A report as a revision: `changes` say what differs from the one before it."""

    report: Report
    revision: int
    fingerprint: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of one metric around the incident, and the same in words."""

    title: str
    png: bytes
    words: str
