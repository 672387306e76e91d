"""What is kept of a deployment that the bot carries out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.errors import BadInput
from bot.store.operation_rows import at, moment

_ID = re.compile(r"(?:DEP-)?(\d{1,9})", re.IGNORECASE)


class DeployOutcome(StrEnum):
    """How a deployment ended; it is unfinished without one."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"  # nothing of production was changed, or it could not be changed back
    ROLLED_BACK = "rolled back"
    STOPPED = "stopped"  # somebody else deployed meanwhile, or a person stopped it


class StepState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    NOT_CONFIGURED = "not configured"
    NOT_RUN = "not run"  # done elsewhere, such as by CI: whether it passed is not known here
    SKIPPED = "skipped"  # by a person, with a reason
    NOT_NEEDED = "not needed"

    @property
    def over(self) -> bool:
        return self not in (StepState.WAITING, StepState.RUNNING)


@dataclass(frozen=True, slots=True)
class DeployRecord:
    """One deployment. `version` and `previous` are ids of the script's versions, empty until known.

    `wanted` is what was asked for (steps of the canary, waits, reasons), `canary` where it stands.
    """

    operation: str
    environment: str
    script: str
    source: str  # "version" or "checkout"
    asked: str  # the words: a version, `latest` or a branch
    wanted: Mapping[str, Any]
    person_id: str
    person_name: str
    channel: str
    started_at: datetime
    thread_ts: str = ""
    version: str = ""
    tag: str = ""
    previous: str = ""
    previous_tag: str = ""
    canary: Mapping[str, Any] = field(default_factory=dict)
    outcome: DeployOutcome | None = None
    detail: str = ""
    ended_at: datetime | None = None
    number: int = 0
    told: str = ""  # the operation whose interruption was told

    @property
    def id(self) -> str:
        return f"DEP-{self.number}"

    @property
    def called(self) -> str:
        """The version as people say it: its tag, else the beginning of its id."""
        return self.tag or self.version[:8] or self.asked

    @property
    def previous_called(self) -> str:
        return self.previous_tag or self.previous[:8]


@dataclass(frozen=True, slots=True)
class DeployStep:
    """`note` is one line about it, `output` the last of what it printed."""

    step: str
    state: StepState
    note: str = ""
    output: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeployWish:
    """What somebody pressed: promote, hold or roll back, in which turn."""

    turn: int
    wish: str
    person_id: str
    person_name: str
    at: datetime


RUN_COLUMNS = (
    "number, operation, environment, script, source, asked, version, tag, previous, previous_tag, "
    "wanted, canary, outcome, detail, person_id, person_name, channel, thread_ts, started_at, "
    "ended_at, told"
)
STEP_COLUMNS = "step, state, note, output, started_at, ended_at"


def run_number(run: str) -> int:
    """7 of DEP-7; raises BadInput."""
    found = _ID.fullmatch(run.strip())
    if found is None:
        raise BadInput("A deployment is called DEP-7 or the like.", "`/pitchey deploy status`")
    return int(found[1])


def run_from(row: Sequence[Any]) -> DeployRecord:
    return DeployRecord(
        number=row[0],
        operation=row[1],
        environment=row[2],
        script=row[3],
        source=row[4],
        asked=row[5],
        version=row[6],
        tag=row[7],
        previous=row[8],
        previous_tag=row[9],
        wanted=json.loads(row[10]),
        canary=json.loads(row[11]),
        outcome=DeployOutcome(row[12]) if row[12] else None,
        detail=row[13],
        person_id=row[14],
        person_name=row[15],
        channel=row[16],
        thread_ts=row[17],
        started_at=at(row[18]),
        ended_at=moment(row[19]),
        told=row[20],
    )


def step_from(row: Sequence[Any]) -> DeployStep:
    return DeployStep(row[0], StepState(row[1]), row[2], row[3], moment(row[4]), moment(row[5]))


def wish_from(row: Sequence[Any]) -> DeployWish:
    return DeployWish(row[0], row[1], row[2], row[3], at(row[4]))
