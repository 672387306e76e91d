"""What is kept of an alert, of a storm, and of what happened to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.command import Person
from bot.escalation import Climb
from bot.store.operation_rows import at, moment

RULE, TEST = "rule", "test"  # sources of ours; any other word names a service
NOBODY = Person("", "")
_ID = re.compile(r"(?:AL-?)?(\d{1,12})", re.IGNORECASE)


class State(StrEnum):
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Raised(StrEnum):
    """What raising did: a new alert, an old one open again, or one that was open already."""

    FIRED = "fired"
    REOPENED = "reopened"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Problem:
    """What an alert is raised for. `source` and `key` name it: one of them is open once.

    `channel` is empty for the alerts channel of the settings; `owner` a person or user group.
    """

    source: str
    key: str
    title: str
    severity: str
    summary: str
    rule: str = ""
    environment: str = ""
    metric: str = ""
    channel: str = ""
    owner: str = ""
    playbook: str = ""
    escalates: bool = True
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; times are UTC. `episode` counts how often it began, from 1; `repeats` how often
    it was raised while open. `storm` is the storm it is told in, None for its own message."""

    number: int
    problem: Problem
    state: State
    fired_at: datetime
    changed_at: datetime
    acknowledged_at: datetime | None
    acknowledger: Person
    note: str
    snoozed_until: datetime | None
    resolved_at: datetime | None
    resolver: str
    episode: int
    repeats: int
    climb: Climb
    remind_at: datetime | None
    reminders: int
    storm: int | None
    revision: int
    told: int
    posted_at: datetime | None
    arrived_at: datetime | None

    @property
    def id(self) -> str:
        return f"AL-{self.number}"

    @property
    def is_test(self) -> bool:
        return self.problem.source == TEST

    @property
    def measured(self) -> bool:
        """Whether a rule of ours resolves it."""
        return self.problem.source == RULE

    def snoozed(self, now: datetime) -> bool:
        return self.snoozed_until is not None and now < self.snoozed_until


@dataclass(frozen=True, slots=True)
class Storm:
    """Many alerts told in one message; it takes in more until none came for a while."""

    number: int
    channel: str
    began_at: datetime
    grown_at: datetime
    escalates: bool
    climb: Climb
    revision: int
    told: int
    told_at: datetime | None

    @property
    def id(self) -> str:
        return f"ST-{self.number}"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    at: datetime
    kind: str
    person: Person
    text: str


COLUMNS = (
    "id, source, key, rule, environment, metric, title, severity, summary, channel, owner, "
    "playbook, escalates, state, fired_at, changed_at, acknowledged_at, acknowledger_id, "
    "acknowledger_name, note, snoozed_until, resolved_at, resolver, episode, repeats, flapping, "
    "called, next_call, remind_at, reminders, storm, revision, told, posted_at, arrived_at"
)
STORM_COLUMNS = (
    "id, channel, began_at, grown_at, escalates, called, next_call, revision, told, told_at"
)


def number_of(text: str) -> int | None:
    """The number in `AL-12`, `al12` or `12`; None for other text."""
    found = _ID.fullmatch(text.strip())
    return int(found[1]) if found else None


def alert_from(row: tuple[Any, ...]) -> Alert:
    field = dict(zip(COLUMNS.split(", "), row, strict=True))
    problem = Problem(
        source=field["source"],
        key=field["key"],
        title=field["title"],
        severity=field["severity"],
        summary=field["summary"],
        rule=field["rule"],
        environment=field["environment"],
        metric=field["metric"],
        channel=field["channel"],
        owner=field["owner"],
        playbook=field["playbook"],
        escalates=bool(field["escalates"]),
        flapping=bool(field["flapping"]),
    )
    return Alert(
        number=field["id"],
        problem=problem,
        state=State(field["state"]),
        fired_at=at(field["fired_at"]),
        changed_at=at(field["changed_at"]),
        acknowledged_at=moment(field["acknowledged_at"]),
        acknowledger=Person(field["acknowledger_id"], field["acknowledger_name"]),
        note=field["note"],
        snoozed_until=moment(field["snoozed_until"]),
        resolved_at=moment(field["resolved_at"]),
        resolver=field["resolver"],
        episode=field["episode"],
        repeats=field["repeats"],
        climb=Climb(field["called"], moment(field["next_call"])),
        remind_at=moment(field["remind_at"]),
        reminders=field["reminders"],
        storm=field["storm"],
        revision=field["revision"],
        told=field["told"],
        posted_at=moment(field["posted_at"]),
        arrived_at=moment(field["arrived_at"]),
    )


def storm_from(row: tuple[Any, ...]) -> Storm:
    number, channel, began, grown, escalates, called, next_call, revision, told, told_at = row
    climb = Climb(called, moment(next_call))
    return Storm(
        number, channel, at(began), at(grown), bool(escalates), climb, revision, told,
        moment(told_at),
    )  # fmt: skip
