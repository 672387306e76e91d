"""The slowest statements, by pg_stat_statements where it is there. Pure."""

from __future__ import annotations

from handlers.database.asking import Answers, Question, Row
from handlers.database.looks import sessions
from handlers.database.looks.sessions import shown
from handlers.database.result import Finding, Grid, Look, Severity, ordered
from handlers.database.thresholds import MEAN_TIME, SHARE_OF_TIME
from handlers.database.wording import counted, lasting, milliseconds, percent, planned

STATEMENTS = Question("statements", "Slow queries")
_LEAST_CALLS = 10
_NOT_LOADED = "55000"  # SQLSTATE: the extension is there, its library is not
_OLD_VERSION = "42703"  # SQLSTATE: the extension is older than its columns


def enabling(answers: Answers) -> tuple[str, str] | None:
    """Why there are no statistics of statements, and the statement that mends it."""
    failure = answers.failures.get("statements")
    if answers.standing.statements_schema is None:
        return (
            "pg_stat_statements is not installed, so only what runs now can be shown.",
            "CREATE EXTENSION pg_stat_statements;",
        )
    if failure is None:
        return None
    if failure.state == _NOT_LOADED:
        return (
            "pg_stat_statements is created, but its library is not loaded; restart afterwards.",
            "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements';",
        )
    if failure.state == _OLD_VERSION:
        return (
            "pg_stat_statements is older than the server.",
            "ALTER EXTENSION pg_stat_statements UPDATE;",
        )
    return None


def findings(rows: list[Row]) -> list[Finding]:
    found = []
    for row in rows:
        mean, share = row["mean_ms"], row["share"] or 0.0
        if row["calls"] < _LEAST_CALLS or mean < MEAN_TIME[0]:
            continue
        slow = mean >= MEAN_TIME[1] or share >= SHARE_OF_TIME
        found.append(
            Finding(
                Severity.WARNING if slow else Severity.NOTE,
                f"Query {row['query_id']}",
                f"It takes {milliseconds(mean)} on average, {row['calls']:,} times, "
                f"{percent(share)} of all time: {shown(row['statement'])}",
                "",
                "pg_stat_statements",
                int(row["total_ms"]),
                f"db explain {row['query_id']}",
            )
        )
    return found


def grid(rows: list[Row]) -> Grid:
    return Grid(
        ("Statement", "Mean", "Calls", "Share", "Longest", "Query id"),
        tuple(
            (
                shown(row["statement"], 120),
                milliseconds(row["mean_ms"]),
                f"{row['calls']:,}",
                percent(row["share"] or 0.0),
                milliseconds(row["max_ms"]),
                row["query_id"] or "-",
            )
            for row in rows
        ),
        frozenset({1, 2, 3, 4}),
        rows[0]["total"] if rows else 0,
    )


def live_grid(rows: list[Row]) -> Grid | None:
    running = sorted(
        (row for row in rows if row["state"] == "active"), key=lambda row: -row["query_seconds"]
    )
    if not running:
        return None
    return Grid(
        ("Session", "Runs for", "Waits for", "Role", "Statement"),
        tuple(
            (
                str(row["pid"]),
                lasting(row["query_seconds"]),
                row["wait_event"] or "-",
                row["role"],
                shown(row["statement"], 120),
            )
            for row in running
        ),
        frozenset({0, 1}),
    )


def look(answers: Answers) -> Look:
    rows, live = answers.all("statements"), answers.all("activity")
    found = [*findings(rows), *sessions.activity_findings(live)]
    why = enabling(answers)
    unread = tuple(each for each in answers.unread if why is None or each.part != STATEMENTS.title)
    if why is not None:
        found.append(Finding(Severity.NOTE, "Query statistics", why[0], why[1], "pg_extension"))
        running = live_grid(live)
        many = len(running.rows) if running else 0
        summary = f"{counted(many, 'query', 'queries')} running now; no history of slow ones"
        notes = ["On a server of your own, shared_preload_libraries must name it before."]
        pids = [row[0] for row in running.rows[:3]] if running else []
        return Look(
            "slow", summary, (), running, ordered(found), tuple(notes), unread,
            offers=tuple((f"Explain {pid}", f"db explain {pid}") for pid in pids),
        )  # fmt: skip
    notes = ["Texts and numbers in statements are shown as `?`."]
    if not answers.standing.sees_all:
        notes.append(
            "Statements of other users are hidden. As the owner: "
            f"`GRANT pg_read_all_stats TO {answers.standing.role_quoted};`"
        )
    return Look(
        "slow", _summary(rows), tuple(sessions.activity_facts(live)), grid(rows) if rows else None,
        ordered(found), tuple(notes), unread, offers=_explaining(rows, found),
    )  # fmt: skip


def _summary(rows: list[Row]) -> str:
    total = rows[0]["total"] if rows else 0
    limit = f"slower than {MEAN_TIME[0]:.0f}\u00a0ms"
    slow = [row for row in rows if row["mean_ms"] >= MEAN_TIME[0]]
    if slow and all(row["calls"] < _LEAST_CALLS for row in slow):
        many = f"{len(slow)} of {counted(total, 'known query', 'known queries')}"
        return f"{many} {limit}, but run fewer than {_LEAST_CALLS} times"
    return f"{counted(len(slow), 'query', 'queries')} {limit} of {total:,} known"


def _explaining(rows: list[Row], found: list[Finding]) -> tuple[tuple[str, str], ...]:
    """The dearest that have a plan; those of findings have their button by that."""
    told = {each.command for each in found}
    lines = (f"db explain {row['query_id']}" for row in rows
             if row["query_id"] and planned(row["statement"]))  # fmt: skip
    free = [line for line in dict.fromkeys(lines) if line not in told]
    return tuple((f"Explain {line.rpartition(' ')[2]}", line) for line in free[: 3 - len(told)])
