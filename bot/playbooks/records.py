"""What is remembered of a run: plain values, as the store keeps them. Times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class StepState(StrEnum):
    OPEN = "open"
    RUNNING = "running"  # its command runs, waits for a confirmation, or polls
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"  # tried, and it went wrong; it can be tried again


class RunState(StrEnum):
    ACTIVE = "active"
    FINISHED = "finished"
    STOPPED = "stopped"  # ended by somebody before its end


@dataclass(frozen=True, slots=True)
class StepRecord:
    """Where a step stands. `actor` brought it into `state` at `at`.

    `operation` is the id of the guarded operation that it waits for; `process` the process that
    runs its command; `attempt` counts its runs; `duration_ms` is how long the last one took.
    """

    step: str
    state: StepState = StepState.OPEN
    actor_id: str = ""
    actor_name: str = ""
    at: datetime | None = None
    note: str = ""
    assignee_id: str = ""
    assignee_name: str = ""
    assigned_at: datetime | None = None
    result: str = ""
    duration_ms: int | None = None
    attempt: int = 0
    operation: str = ""
    process: str = ""
    started_at: datetime | None = None
    poll_at: datetime | None = None
    poll_until: datetime | None = None
    poll_green: int = 0


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One playbook in use. `content` is the file's text as it was at the start, or switched to.

    `incident` is empty outside of one; `channel` is where its cards are. `offered` is the newer
    version that people were told of; `told` the last entry that is on the incident's timeline.
    """

    id: str
    playbook: str
    title: str
    version: str
    content: str
    incident: str
    channel: str
    drill: bool
    state: RunState
    started_at: datetime
    discovered_at: datetime
    person_id: str
    person_name: str
    ended_at: datetime | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    revision: int = 0
    offered: str = ""
    climb_called: int = 0
    climb_at: datetime | None = None
    told: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a run's history; `step` is empty where it is about the run as a whole."""

    at: datetime
    kind: str
    person_id: str
    person_name: str
    text: str
    step: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """A moment at which something has to be said, once. `subject` is a phase's id, or `legal`."""

    key: str
    due_at: datetime
    kind: str  # remind or lapse
    subject: str
    share: int  # percent of the window that is over then
