"""Cloudflare's GraphQL analytics: the Worker's invocations by time step.

Figures arrive minutes late, and an answer may be partial: both are told, never hidden. `errors`
are exceptions and exceeded limits only; a handler that answers 500 is none (see
`cloudflare_observability`). Source: developers.cloudflare.com/analytics/graphql-api.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clients.cloudflare import Cloudflare

ACCOUNT_PERMISSION = "Account Analytics Read"
LONGEST = timedelta(days=31)  # in one query; three months are kept
MOST_ROWS = 10_000  # of one answer
_STEPS = (
    (timedelta(minutes=1), "datetimeMinute"),
    (timedelta(minutes=5), "datetimeFiveMinutes"),
    (timedelta(minutes=15), "datetimeFifteenMinutes"),
    (timedelta(hours=1), "datetimeHour"),
)
_WORKER = """
query Worker($account: string!, $script: string!, $from: Time!, $to: Time!, $most: Int!) {
  viewer { accounts(filter: {accountTag: $account}) {
    workersInvocationsAdaptive(limit: $most, filter: {
      scriptName: $script, datetime_geq: $from, datetime_leq: $to
    }) {
      sum { requests errors subrequests }
      quantiles { cpuTimeP50 cpuTimeP99 wallTimeP50 wallTimeP99 }
      dimensions { %s status }
    }
  } }
}
"""


@dataclass(frozen=True, slots=True)
class Invocations:
    """One time step of a Worker. Times in milliseconds; `outcomes` counts requests by outcome.

    The quantiles are the highest of the step's outcomes: they cannot be merged exactly.
    """

    at: datetime
    requests: int
    errors: int
    subrequests: int
    cpu_p50_ms: float
    cpu_p99_ms: float
    wall_p50_ms: float
    wall_p99_ms: float
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """Oldest first; steps without requests are absent. `newest` shows how late the figures are."""

    steps: tuple[Invocations, ...]
    problems: tuple[str, ...] = ()  # what Cloudflare could not tell
    cut: bool = False  # there was more than one answer holds

    @property
    def newest(self) -> datetime | None:
        return self.steps[-1].at if self.steps else None

    @property
    def requests(self) -> int:
        return sum(step.requests for step in self.steps)

    @property
    def errors(self) -> int:
        return sum(step.errors for step in self.steps)


async def worker_figures(
    cloudflare: Cloudflare,
    script: str,
    since: datetime,
    until: datetime,
    *,
    step: timedelta = timedelta(minutes=5),
    deadline: float = 15.0,
) -> WorkerFigures:
    """A Worker's invocations between two aware times, at most a month apart."""
    if not cloudflare.account_id:
        _ = cloudflare.account  # raises, and says what to set
    dimension = dimension_of(step)
    figures = await cloudflare.figures(
        _WORKER % dimension,
        {
            "account": cloudflare.account_id,
            "script": script,
            "from": stamp(max(since, until - LONGEST)),
            "to": stamp(until),
            "most": MOST_ROWS,
        },
        permission=ACCOUNT_PERMISSION,
        deadline=deadline,
    )
    rows = rows_of(figures.data, "accounts", "workersInvocationsAdaptive")
    return WorkerFigures(read_worker(rows, dimension), figures.problems, len(rows) >= MOST_ROWS)


def dimension_of(step: timedelta) -> str:
    """The finest time step of Cloudflare's that is not finer than asked. Pure."""
    return next((name for length, name in _STEPS if length >= step), _STEPS[-1][1])


def rows_of(data: Mapping[str, Any], kind: str, node: str) -> list[Mapping[str, Any]]:
    """The rows of one node; empty for every shape that is none. Pure."""
    viewer = data.get("viewer")
    owners = viewer.get(kind) if isinstance(viewer, Mapping) else None
    owner = owners[0] if isinstance(owners, list) and owners else None
    rows = owner.get(node) if isinstance(owner, Mapping) else None
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def read_worker(rows: Iterable[Mapping[str, Any]], dimension: str) -> tuple[Invocations, ...]:
    """Rows by step and outcome as steps; CPU and wall times come in microseconds. Pure."""
    steps: dict[datetime, list[Mapping[str, Any]]] = {}
    for row in rows:
        at = moment(inside(row, "dimensions").get(dimension))
        if at is not None:
            steps.setdefault(at, []).append(row)
    return tuple(_step(at, steps[at]) for at in sorted(steps))


def _step(at: datetime, rows: list[Mapping[str, Any]]) -> Invocations:
    outcomes: dict[str, int] = {}
    for row in rows:
        outcome = str(inside(row, "dimensions").get("status", "unknown"))
        requests = int(number(inside(row, "sum").get("requests")))
        outcomes[outcome] = outcomes.get(outcome, 0) + requests

    def total(name: str) -> int:
        return int(sum(number(inside(row, "sum").get(name)) for row in rows))

    def highest(name: str) -> float:
        return max(number(inside(row, "quantiles").get(name)) for row in rows) / 1000

    return Invocations(
        at,
        total("requests"),
        total("errors"),
        total("subrequests"),
        highest("cpuTimeP50"),
        highest("cpuTimeP99"),
        highest("wallTimeP50"),
        highest("wallTimeP99"),
        outcomes,
    )


def inside(row: Any, name: str) -> Mapping[str, Any]:
    """What stands under a name; empty where it is no table."""
    held = row.get(name) if isinstance(row, Mapping) else None
    return held if isinstance(held, Mapping) else {}


def number(value: Any) -> float:
    """A count that is none, is negative or not finite, counts as nothing."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0.0
    return float(value) if math.isfinite(value) and value > 0 else 0.0


def moment(value: Any) -> datetime | None:
    """An ISO time; None for what is none."""
    try:
        found = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def stamp(at: datetime) -> str:
    """An aware time as the filters want it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
