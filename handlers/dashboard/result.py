"""The state of the platform as the dashboard tells it: from readings, each with its age. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.settings import Metric, MetricName
from bot.slo import Budget
from bot.store import Alert
from bot.store.incidents_rows import IncidentRecord

TITLES: dict[MetricName, str] = {
    "uptime": "Uptime, 24 h",
    "response_time": "Response time",
    "error_rate": "Error rate",
    "cpu": "CPU",
    "memory": "Memory",
    "database_connections": "DB connections",
}
GRAVE = frozenset({"SEV1", "SEV2"})


class State(StrEnum):
    """How a part or a metric stands, worst first."""

    BAD = "bad"
    POOR = "poor"
    UNKNOWN = "unknown"
    GOOD = "good"

    @property
    def rank(self) -> int:
        return list(State).index(self)


class Verdict(StrEnum):
    DOWN = "down"
    DEGRADED = "degraded"
    UNCERTAIN = "not certain"
    HEALTHY = "healthy"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the platform. `at` is when it was read last; None where it never was.

    `vital`: without it nobody can use the platform. `trouble` says why it could not be read.
    """

    title: str
    state: State
    words: str
    at: datetime | None = None
    vital: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One key metric; `points` are averages, oldest first, None where nothing was measured."""

    name: MetricName
    limits: Metric
    value: float | None
    at: datetime | None
    points: tuple[float | None, ...]
    state: State


@dataclass(frozen=True, slots=True)
class Deployed:
    """The newest deployment as Cloudflare told at `read_at`; or why it is not known."""

    version: str = ""
    at: datetime | None = None
    author: str = ""
    message: str = ""
    percent: float = 100.0
    read_at: datetime | None = None
    trouble: str = ""
    timed: bool = True  # else `at` is the earliest that it can have been


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment. `burn` is that of the last hour; drills are not in `incidents`."""

    environment: str
    now: datetime
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    budget: Budget | None
    burn: float | None
    alerts: tuple[Alert, ...]
    incidents: tuple[IncidentRecord, ...]
    deployed: Deployed
    drills: int = 0
    private: int = 0
    maintenance_until: datetime | None = None  # while people see the maintenance page

    @property
    def verdict(self) -> Verdict:
        return judge(self.parts, self.lines, self.alerts, self.incidents)

    @property
    def firing(self) -> tuple[Alert, ...]:
        return tuple(alert for alert in self.alerts if alert.state == "firing")

    @property
    def exit_code(self) -> int:
        """0 healthy, 1 degraded or not certain, 2 down."""
        return {Verdict.HEALTHY: 0, Verdict.DOWN: 2}.get(self.verdict, 1)


def stand(value: float, limits: Metric) -> State:
    """Where a value lies between target and alert threshold, judged as shown: two decimals."""
    value = round(value, 2)
    worse = value < limits.alert if limits.higher_is_better else value > limits.alert
    if worse:
        return State.BAD
    met = value >= limits.target if limits.higher_is_better else value <= limits.target
    return State.GOOD if met else State.POOR


def judge(
    parts: Sequence[Part],
    lines: Sequence[Line],
    alerts: Sequence[Alert],
    incidents: Sequence[IncidentRecord],
) -> Verdict:
    """Down without a vital part; degraded with any fault, alert or grave incident; certain only
    where every vital part is known, and most of all parts."""
    if any(part.vital and part.state is State.BAD for part in parts):
        return Verdict.DOWN
    faulty = any(part.state in (State.BAD, State.POOR) for part in parts)
    past = any(line.state is State.BAD for line in lines)
    grave = any(each.severity in GRAVE for each in incidents)
    if faulty or past or grave or any(not alert.is_test for alert in alerts):
        return Verdict.DEGRADED
    unknown = [part for part in parts if part.state is State.UNKNOWN]
    if not parts or any(part.vital for part in unknown) or 2 * len(unknown) > len(parts):
        return Verdict.UNCERTAIN
    return Verdict.HEALTHY


def stale_after(every: timedelta) -> timedelta:
    """A reading older than this says nothing of now: three of its intervals, at least 5 min."""
    return max(3 * every, timedelta(minutes=5))
