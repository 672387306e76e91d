"""`/pitchey db`: all of it in one answer. Pure but for what it is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from handlers.database.asking import Answers, Question
from handlers.database.looks import (
    condition,
    locks,
    replication,
    sessions,
    size,
    statements,
    tables,
)
from handlers.database.result import Finding, Look, ordered
from handlers.database.thresholds import GB, MEAN_TIME
from handlers.database.wording import lasting

QUESTIONS: tuple[Question, ...] = (
    locks.BLOCKED_SESSIONS,
    sessions.COUNT,
    sessions.BY,
    sessions.ACTIVITY,
    size.SIZE,
    locks.PREPARED,
    *condition.QUESTIONS,
    tables.UPKEEP,
    tables.DEAD,
    *replication.BRIEF,
)


def look(answers: Answers, history: Mapping[date, float], limit_gb: float) -> Look:
    standing = answers.standing
    told: list[tuple[str, str]] = []
    found: list[Finding] = []
    if (row := answers.one("size")) is not None:
        when = size.coming(history, limit_gb * GB)
        told += size.facts(row["bytes"], when, limit_gb * GB)
        found += size.findings(row["bytes"], when, limit_gb * GB)
    count = answers.one("connections")
    if count is not None:
        told += sessions.count_facts(count, answers.all("connections_by"))
        found += sessions.count_findings(count)
    if (row := answers.one("traffic")) is not None:
        told += condition.traffic_facts(row, standing.statistics_seconds)
        found += condition.traffic_findings(row, standing.statistics_seconds)
    if "activity" in answers.rows:
        told += sessions.activity_facts(answers.all("activity"))
        found += sessions.activity_findings(answers.all("activity"))
    if "blocked" in answers.rows:
        told += locks.facts(answers.all("blocked"))
        found += locks.findings(answers.all("blocked"), answers.all("prepared_transactions"))
    if (row := answers.one("wraparound")) is not None:
        told += condition.wraparound_facts(row)
        found += condition.wraparound_findings(row, answers.all("wraparound_tables"))
    if (row := answers.one("upkeep")) is not None:
        told += tables.upkeep_facts(row)
    found += tables.dead_findings(answers.all("dead_rows"))
    told += replication.facts(answers) if "walsenders" in answers.rows else []
    found += replication.findings(answers)
    told.append(("Slowest queries", slowest(answers)))
    found += statements.findings(answers.all("statements"))
    return Look(
        "overview",
        f"Database {standing.database}",
        tuple(told),
        None,
        ordered(found),
        sessions.hidden_note(count, standing.role_quoted),
        tuple(each for each in answers.unread if each.part != statements.STATEMENTS.title),
    )


def slowest(answers: Answers) -> str:
    if (why := statements.enabling(answers)) is not None:
        return why[0]
    if "statements" in answers.failures:
        return "did not answer"
    rows = [row for row in answers.all("statements") if row["mean_ms"] >= MEAN_TIME[0]]
    if not rows:
        return f"none is slower than {MEAN_TIME[0]:.0f}\u00a0ms on average"
    worst = sorted(rows, key=lambda row: -row["mean_ms"])[:3]
    return "; ".join(
        f"{lasting(row['mean_ms'] / 1000)}: {sessions.shown(row['statement'], 50)}" for row in worst
    )
