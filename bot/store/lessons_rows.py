"""What the store keeps of lessons: feedback, action items, reports, bundles of evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.errors import BadInput


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class ActionKind(StrEnum):
    """A `playbook` item proposes to change a playbook: a step of it was skipped, late or missed."""

    ACTION = "action"
    PLAYBOOK = "playbook"


class EvidenceState(StrEnum):
    """`kept here`: the bundle is whole, but on the bot's machine, not in the bucket."""

    COLLECTING = "collecting"
    STORED = "stored"
    KEPT_HERE = "kept here"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class FilesState(StrEnum):
    """Of a report's files in Slack; empty where nobody wants them there."""

    NONE = ""
    WANTED = "wanted"
    SHARED = "shared"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's answers; `factors` are the names of contributing factors. UTC."""

    incident: int
    person_id: str
    person_name: str
    anonymous: bool
    well: str
    wrong: str
    lucky: str
    factors: tuple[str, ...]
    given_at: datetime
    edited_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who was asked for feedback."""

    incident: int
    person_id: str
    person_name: str
    asked_at: datetime
    reminded_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewAction:
    """`act` is one of the guide's acts, or empty; `source` says what a proposal came from."""

    incident: int
    text: str
    owner_id: str
    owner_name: str
    due_at: datetime | None
    kind: ActionKind = ActionKind.ACTION
    act: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ActionItem:
    """`ended_at` is when it was done or dropped; `note` says what was done, or why not. UTC."""

    number: int
    incident: int
    kind: ActionKind
    act: str
    text: str
    owner_id: str
    owner_name: str
    due_at: datetime | None
    source: str
    created_at: datetime
    created_by_id: str
    created_by_name: str
    state: ActionState
    ended_at: datetime | None
    ended_by_id: str
    ended_by_name: str
    note: str

    @property
    def id(self) -> str:
        return f"ACT-{self.number}"

    @property
    def incident_id(self) -> str:
        return f"INC-{self.incident}"

    @property
    def open(self) -> bool:
        return self.state is ActionState.OPEN

    def overdue(self, now: datetime) -> bool:
        return self.open and self.due_at is not None and self.due_at < now


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """One report as it was told; `figures` by name. `key` is its message in the outbox."""

    incident: int
    revision: int
    made_at: datetime
    made_by_id: str
    made_by_name: str
    figures: Mapping[str, str]
    key: str
    files: FilesState
    files_problem: str
    attempts: int
    canvas: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bundle; `problem` says why it could not be collected, and then it has no sum."""

    name: str
    sha256: str = ""
    size: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """`object` is its key in the bucket, `file` its path where it is kept here. UTC."""

    number: int
    incident: int
    operation: str
    state: EvidenceState
    began_at: datetime
    ended_at: datetime | None
    actor_id: str
    actor_name: str
    bucket: str
    object: str
    file: str
    sha256: str
    size: int
    parts: tuple[Part, ...]
    locked_until: datetime | None
    detail: str

    @property
    def id(self) -> str:
        return f"EV-{self.number}"


def action_number(action: str) -> int:
    """7 of `ACT-7`, in small letters or without `ACT-` too; raises BadInput."""
    digits = action.strip().upper().removeprefix("ACT-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12 or int(digits) < 1:
        raise BadInput(
            "That is no action item's id.",
            "Ids look like `ACT-7`; `/pitchey incident actions` shows them.",
        )
    return int(digits)
