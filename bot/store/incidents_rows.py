"""What the store keeps of an incident, its people, tasks, links and changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """In the order in which an incident goes through them; it may come back from the last two."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATING = "mitigating"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def over(self) -> bool:
        return self in (Status.RESOLVED, Status.CLOSED)


class Kind(StrEnum):
    OUTAGE = "outage"
    SECURITY = "security"
    DATA_BREACH = "data breach"
    DEGRADATION = "degradation"
    DRILL = "drill"

    @property
    def secret(self) -> bool:
        """Whether only the people invited may know of it."""
        return self in (Kind.SECURITY, Kind.DATA_BREACH)


class RoomState(StrEnum):
    """`shared`: it lives in a channel or thread that is not its own; `none`: nowhere in Slack."""

    WANTED = "wanted"
    MADE = "made"
    SHARED = "shared"
    ARCHIVED = "archived"


class IncidentRole(StrEnum):
    COMMANDER = "commander"
    COMMUNICATIONS = "communications"
    SCRIBE = "scribe"
    RESPONDER = "responder"


SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV4")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: an id of Slack (or `terminal:<login>`, or `bot`) and the name at the time."""

    id: str
    name: str


BOT = Actor("bot", "Pitchey Ops")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is asked for. `began_at` is when the trouble began, `escalation_next` when the first
    level is called; `joins` are links (kind, reference, label): an open incident that has one of
    them is joined."""

    title: str
    severity: str
    kind: Kind
    affected: str
    private: bool
    began_at: datetime
    origin: str = ""  # the channel where it was declared; empty in a terminal
    origin_thread: str = ""
    joins: tuple[tuple[str, str, str], ...] = ()
    escalation_next: datetime | None = None
    update_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentRecord:
    """`channel` (and `thread_ts`, where it has no channel of its own) is where it lives.

    `escalation_next` is when the next level is called, `update_due` when the next update is
    wanted. `revision` grows with every change; `shown` is the one that `card`, the key of its
    summary in the outbox, shows. Times are UTC.
    """

    number: int
    title: str
    severity: str
    kind: Kind
    affected: str
    private: bool
    status: Status
    declared_at: datetime
    declared_by_id: str
    declared_by_name: str
    began_at: datetime
    origin: str
    origin_thread: str
    channel: str
    channel_name: str
    thread_ts: str
    room: RoomState
    room_problem: str
    acknowledged_at: datetime | None
    acknowledged_by_id: str
    acknowledged_by_name: str
    escalation_called: int
    escalation_next: datetime | None
    update_due: datetime | None
    updated_text: str
    updated_at: datetime | None
    card: str
    shown: int
    revision: int

    @property
    def id(self) -> str:
        return f"INC-{self.number}"

    @property
    def drill(self) -> bool:
        return self.kind is Kind.DRILL

    @property
    def over(self) -> bool:
        return self.status.over


INCIDENT_COLUMNS = (
    "number, title, severity, kind, affected, private, status, declared_at, declared_by_id, "
    "declared_by_name, began_at, origin, origin_thread, channel, channel_name, thread_ts, room, "
    "room_problem, acknowledged_at, acknowledged_by_id, acknowledged_by_name, "
    "escalation_called, escalation_next, update_due, updated_text, updated_at, card, shown, "
    "revision"
)
_TIMES = (
    "declared_at",
    "began_at",
    "acknowledged_at",
    "escalation_next",
    "update_due",
    "updated_at",
)


def incident_of(row: tuple[Any, ...]) -> IncidentRecord:
    """The incident of a row that holds INCIDENT_COLUMNS."""
    fields = dict(zip(INCIDENT_COLUMNS.split(", "), row, strict=True))
    for name in _TIMES:
        fields[name] = moment(fields[name])
    fields["kind"], fields["status"] = Kind(fields["kind"]), Status(fields["status"])
    fields["room"], fields["private"] = RoomState(fields["room"]), bool(fields["private"])
    return IncidentRecord(**fields)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a role in an incident."""

    role: IncidentRole
    person_id: str
    person_name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an incident got another value; `at` is when it was so."""

    field: str
    before: str
    after: str
    at: datetime
    actor_id: str
    actor_name: str


@dataclass(frozen=True, slots=True)
class Linked:
    """Something an incident is about: an alert, a deployment, an address, another message."""

    kind: str
    reference: str
    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """`number` counts within its incident; `done_at` is None while it is open. UTC."""

    incident: int
    number: int
    text: str
    owner_id: str
    owner_name: str
    due_at: datetime | None
    created_at: datetime
    created_by_id: str
    created_by_name: str
    done_at: datetime | None
    done_by_id: str
    done_by_name: str

    @property
    def done(self) -> bool:
        return self.done_at is not None


TASK_COLUMNS = (
    "incident, number, text, owner_id, owner_name, due_at, created_at, created_by_id, "
    "created_by_name, done_at, done_by_id, done_by_name"
)


def task_of(row: tuple[Any, ...]) -> Task:
    fields = dict(zip(TASK_COLUMNS.split(", "), row, strict=True))
    for name in ("due_at", "created_at", "done_at"):
        fields[name] = moment(fields[name])
    return Task(**fields)


def moment(since_1970: int | None) -> datetime | None:
    return None if since_1970 is None else datetime.fromtimestamp(since_1970 / 1000, UTC)


def instant(since_1970: int) -> datetime:
    return datetime.fromtimestamp(since_1970 / 1000, UTC)
