"""How large the database is, how it grows, and when the plan is full. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

from bot.forecasting import FEWEST_DAYS, Forecast, forecast, in_days
from handlers.database.asking import Answers, Question
from handlers.database.looks import tables
from handlers.database.result import Finding, Look, ordered
from handlers.database.thresholds import GB, PLAN, PLAN_DAYS, above, below
from handlers.database.wording import counted, percent, size

SIZE = Question("size", "Size")
QUESTIONS = (SIZE, *tables.SIZES)


def coming(history: Mapping[date, float], limit: float) -> Forecast:
    """When the plan is full, by the size of each day in bytes; 0 limits nothing."""
    return forecast(history, limit or math.inf)


def days_left(held: float, when: Forecast, limit: float) -> float | None:
    """Until the limit is reached; None where it does not grow, or nothing limits it."""
    if not limit:
        return None
    return 0.0 if held >= limit else when.middle


def findings(held: float, when: Forecast, limit: float) -> list[Finding]:
    if not limit:
        return []
    share, left = 100 * held / limit, days_left(held, when, limit)
    bad = [above(share, PLAN), below(left, PLAN_DAYS) if left is not None else None]
    worst = min((each for each in bad if each), key=lambda each: each.weight, default=None)
    if worst is None:
        return []
    full = f"; at this growth it is full in {in_days(left)}" if left else ""
    return [
        Finding(
            worst,
            "Size against the plan",
            f"{size(held)} of {size(limit)} are used ({percent(share)}){full}.",
            source="pg_database_size and the sampled history",
            command="db tables",
            act=("Archive old rows", "db archive"),
        )
    ]


def facts(held: float, when: Forecast, limit: float) -> list[tuple[str, str]]:
    of = f" of {size(limit)} ({percent(100 * held / limit)})" if limit else ""
    told = [("Size", f"{size(held)}{of}")]
    if not when.enough:
        known = counted(when.days, "day")
        return [*told, ("Growth", f"not known yet: {known} of samples, {FEWEST_DAYS} are needed")]
    sign = "+" if when.slope >= 0 else "\N{MINUS SIGN}"
    pace = f"{sign}{size(abs(when.slope))} a day over {when.days} d"
    left = days_left(held, when, limit)
    if left is not None:
        pace += f", plan full in {in_days(left)}"
    return [*told, ("Growth", pace)]


def look(answers: Answers, history: Mapping[date, float], limit_gb: float) -> Look:
    row, limit = answers.one("size"), limit_gb * GB
    when = coming(history, limit)
    found: list[Finding] = []
    told: list[tuple[str, str]] = []
    if row is not None:
        told, found = facts(row["bytes"], when, limit), findings(row["bytes"], when, limit)
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
