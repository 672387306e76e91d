"""What the journal keeps of a guarded operation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where an operation stands; every one but the first two is final."""

    REQUESTED = "requested"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CHANGED = "changed"  # what it was planned on changed before it ran
    INTERRUPTED = "interrupted"

    @property
    def final(self) -> bool:
        return self not in (State.REQUESTED, State.RUNNING)


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What was asked, frozen. `arguments` are JSON values; `fingerprint` is the plan's state."""

    command: str
    line: str
    arguments: dict[str, Any]
    risk: str
    target: str
    effect: str
    lines: tuple[str, ...]
    fingerprint: str
    reason: str
    person_id: str
    person_name: str
    role: str
    surface: str
    channel: str
    thread_ts: str = ""
    ticket: str = ""  # of a value that one process holds in memory


@dataclass(frozen=True, slots=True)
class OperationRecord:
    """One row. `decision` is the reason of a rejection or the like; `result` what it ended with."""

    id: str
    state: State
    request: OperationRequest
    requested_at: datetime
    expires_at: datetime
    decided_at: datetime | None = None
    decider_id: str = ""
    decider_name: str = ""
    decision: str = ""
    glass: str = ""  # why no second person was needed
    owner: str = ""  # the process that runs it
    started_at: datetime | None = None
    canceller: str = ""
    ended_at: datetime | None = None
    result: dict[str, Any] | None = None  # text and blocks of the answer
    resumes: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Who let it run, or ended it before it ran, and with which words."""

    person_id: str = ""
    person_name: str = ""
    words: str = ""
    glass: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """`ours` where this call made it run; else `holder` has its target, if anybody has."""

    ours: bool
    holder: OperationRecord | None = None


COLUMNS = (
    "id, state, request, requested_at, expires_at, decided_at, decider_id, decider_name, "
    "decision, glass, owner, started_at, canceller, ended_at, result, resumes"
)


def from_row(row: Sequence[Any]) -> OperationRecord:
    asked = json.loads(row[2])
    return OperationRecord(
        id=row[0],
        state=State(row[1]),
        request=OperationRequest(**{**asked, "lines": tuple(asked["lines"])}),
        requested_at=at(row[3]),
        expires_at=at(row[4]),
        decided_at=moment(row[5]),
        decider_id=row[6],
        decider_name=row[7],
        decision=row[8],
        glass=row[9],
        owner=row[10],
        started_at=moment(row[11]),
        canceller=row[12],
        ended_at=moment(row[13]),
        result=json.loads(row[14]) if row[14] else None,
        resumes=row[15],
    )


def milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def at(since_1970: int) -> datetime:
    return datetime.fromtimestamp(since_1970 / 1000, UTC)


def moment(since_1970: int | None) -> datetime | None:
    return None if since_1970 is None else at(since_1970)
