"""How large the database is, how it grows, and when the plan is full. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.database.asking import Answers, Question
from handlers.database.looks import tables
from handlers.database.result import Finding, Look, ordered
from handlers.database.thresholds import GB, PLAN, PLAN_DAYS, above, below
from handlers.database.wording import counted, percent, size

SIZE = Question("size", "Size")
QUESTIONS = (SIZE, *tables.SIZES)
_LEAST_DAYS = 1.0  # of history, before it says anything about growth


@dataclass(frozen=True, slots=True)
class Growth:
    """Bytes a day over so many days of history."""

    a_day: float
    days: float


def growth(points: Sequence[tuple[float, float]]) -> Growth | None:
    """From (days, bytes), oldest first: the straight line through them; None where too few."""
    if len(points) < 2 or points[-1][0] - points[0][0] < _LEAST_DAYS:
        return None
    line = statistics.linear_regression([day for day, _ in points], [held for _, held in points])
    return Growth(line.slope, points[-1][0] - points[0][0])


def days_left(held: float, grows: Growth | None, limit: float) -> float | None:
    """Until the limit is reached; None where it does not grow or nothing limits it."""
    if not limit or grows is None or grows.a_day <= 0:
        return None
    return max(0.0, (limit - held) / grows.a_day)


def findings(held: float, grows: Growth | None, limit: float) -> list[Finding]:
    if not limit:
        return []
    share, left = 100 * held / limit, days_left(held, grows, limit)
    bad = [above(share, PLAN), below(left, PLAN_DAYS) if left is not None else None]
    worst = min((each for each in bad if each), key=lambda each: each.weight, default=None)
    if worst is None:
        return []
    when = f"; at this growth it is full in {counted(round(left), 'day')}" if left else ""
    return [
        Finding(
            worst,
            "Size against the plan",
            f"{size(held)} of {size(limit)} are used ({percent(share)}){when}.",
            source="pg_database_size and the sampled history",
            command="db tables",
            act=("Archive old rows", "db archive"),
        )
    ]


def facts(held: float, grows: Growth | None, limit: float) -> list[tuple[str, str]]:
    of = f" of {size(limit)} ({percent(100 * held / limit)})" if limit else ""
    told = [("Size", f"{size(held)}{of}")]
    if grows is None:
        return [*told, ("Growth", "not known yet: needs a day of samples")]
    sign = "+" if grows.a_day >= 0 else "\N{MINUS SIGN}"
    pace = f"{sign}{size(abs(grows.a_day))} a day over {grows.days:.0f} d"
    left = days_left(held, grows, limit)
    if left is not None:
        pace += f", plan full in {counted(round(left), 'day')}"
    return [*told, ("Growth", pace)]


def look(answers: Answers, points: Sequence[tuple[float, float]], limit_gb: float) -> Look:
    row, limit = answers.one("size"), limit_gb * GB
    grows = growth(points)
    found: list[Finding] = []
    told: list[tuple[str, str]] = []
    if row is not None:
        told, found = facts(row["bytes"], grows, limit), findings(row["bytes"], grows, limit)
    summary = f"Database {answers.standing.database}"
    if row is not None:
        summary += f": {size(row['bytes'])}"
    rows = tables.sized(answers)
    if rows:
        summary += f" in {counted(rows[0]['total'], 'table')}"
    return Look(
        "size", summary, tuple(told), tables.size_grid(rows), ordered(found),
        notes=tables.estimated_note(rows), unread=answers.unread,
    )  # fmt: skip
