"""Everything a report says, as it was found; kept as JSON with each revision. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError


class Standing(StrEnum):
    """How a figure stands, worst first."""

    ALERT = "past the alert threshold"
    OFF_TARGET = "off target"
    ON_TARGET = "on target"
    FREE = "without a target"
    NO_DATA = "no data"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `count` of `expected` measurements made it; `working` is the sum with its
    numbers, `how` the rule, `source` who measured. None is not known, never zero."""

    name: str
    title: str
    unit: str
    value: float | None
    before: float | None
    target: float | None
    alert: float | None
    higher_is_better: bool
    count: int
    expected: int
    source: str
    how: str
    working: str

    @property
    def standing(self) -> Standing:
        """Judged as it is shown, so that 99.90 % is not off a target of 99.9 %."""
        if self.value is None:
            return Standing.NO_DATA
        if self.target is None or self.alert is None:
            return Standing.FREE
        sign = 1 if self.higher_is_better else -1
        shown = round(self.value, 2)
        if sign * shown < sign * self.alert:
            return Standing.ALERT
        return Standing.ON_TARGET if sign * shown >= sign * self.target else Standing.OFF_TARGET

    @property
    def covered(self) -> float:
        """Percent of the measurements that the period has room for; at most 100."""
        return min(100.0, 100.0 * self.count / self.expected) if self.expected else 0.0


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing was measured; `why` is known where the bot itself did not run."""

    since: datetime
    until: datetime

    @property
    def length(self) -> timedelta:
        return self.until - self.since


@dataclass(frozen=True, slots=True)
class Incident:
    """`open_for` is how long it was open within the period; `ended` None while it is open."""

    id: str
    title: str
    severity: str
    kind: str
    status: str
    channel: str
    began: datetime
    ended: datetime | None
    open_for: timedelta
    carried: bool


@dataclass(frozen=True, slots=True)
class Work:
    """An operation that ran: what it did in words, and how it ended."""

    id: str
    group: str
    command: str
    effect: str
    outcome: str
    person: str
    at: datetime
    took: timedelta | None


@dataclass(frozen=True, slots=True)
class Deployments:
    """Of the default environment. `failed` did not come live, `rolled_back` did not stay."""

    total: int
    failed: int
    rolled_back: int
    before: int
    known_since: datetime | None


@dataclass(frozen=True, slots=True)
class Planned:
    """Upcoming work; `kind` is note, schedule, action or task; `late` where it was due before."""

    kind: str
    text: str
    due: datetime | None
    owner: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation: what to do, the evidence, and the command that begins it."""

    rule: str
    text: str
    reason: str
    label: str
    line: str


@dataclass(frozen=True, slots=True)
class Objective:
    """The error budget of the period: `allowed` may be lost, `lost` was; None without checks."""

    target: float
    allowed: timedelta
    lost: timedelta | None
    left: float | None  # percent of the budget; below zero where more was lost than allowed


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where a figure goes on as it did over `days`. `limit` is what it must not pass; `reaches` is
    when it does, None where not within a year. `a_month` is its change in 30 days."""

    name: str
    title: str
    unit: str
    now: float
    a_month: float
    days: int
    limit: float | None
    reaches: datetime | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """A playbook or document whose review is past its date."""

    name: str
    reviewed: str
    late_days: int


@dataclass(frozen=True, slots=True)
class Security:
    """Public security incidents; `refused` counts commands refused for want of a right, `glass`
    operations without a second person; `audits` says how often the security audit ran. `chain` is
    empty where the audit log is intact."""

    incidents: tuple[Incident, ...]
    refused: int
    glass: tuple[Work, ...]
    audits: int
    entries: int
    chain: str


@dataclass(frozen=True, slots=True)
class Review:
    """What a monthly review says beyond a weekly report. `delivery` are the four DORA figures."""

    objective: Objective
    security: Security
    forecasts: tuple[Forecast, ...]
    playbooks: int
    overdue: tuple[Overdue, ...]
    done: tuple[Planned, ...]
    delivery: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a weekly report says. `made_for` is the moment it was gathered up to: the end of the
    period, or now where the period is not over."""

    kind: str
    period: str
    words: str
    zone: str
    environment: str
    before: datetime
    since: datetime
    until: datetime
    made_for: datetime
    over: bool
    began: datetime | None
    health: tuple[Figure, ...]
    capacity: tuple[Figure, ...]
    gaps: tuple[Gap, ...]
    maintenance: tuple[Gap, ...]
    maintenance_counts: bool
    checked: timedelta  # of the period: without gaps, and maintenance that does not count
    incidents: tuple[Incident, ...]
    incidents_before: int
    drills: int
    work: tuple[Work, ...]
    deployments: Deployments
    planned: tuple[Planned, ...]
    advice: tuple[Advice, ...]
    freed: int  # bytes that care of the database gave back
    summary: str = ""
    review: Review | None = None

    @property
    def kind_noun(self) -> str:
        return "month" if self.kind == "monthly" else "week"

    @property
    def every(self) -> tuple[Figure, ...]:
        """All figures, those of a review too."""
        delivery = self.review.delivery if self.review else ()
        return (*self.health, *self.capacity, *delivery)

    def figure(self, name: str) -> Figure | None:
        return next((each for each in self.every if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Made:
    """A report as it is told: its facts, which revision, what changed since the one before, who
    prepared it, and `note`, how it came to be sent."""

    facts: Facts
    revision: int
    changes: tuple[str, ...] = ()
    prepared_by: str = ""
    note: str = ""


FACTS = TypeAdapter(Facts)


def facts_of(text: str) -> Facts | None:
    """Facts as they were kept; None where an older version of the bot kept them otherwise."""
    try:
        return FACTS.validate_json(text)
    except ValidationError:
        return None
