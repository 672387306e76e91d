"""The slowest statements, by pg_stat_statements where it is there. Pure."""

from __future__ import annotations

from handlers.database.asking import Answers, Question, Row
from handlers.database.looks import sessions
from handlers.database.looks.sessions import shown
from handlers.database.result import Finding, Grid, Look, Severity, ordered
from handlers.database.thresholds import MEAN_TIME, SHARE_OF_TIME
from handlers.database.wording import counted, lasting, percent

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
                f"It takes {_ms(mean)} on average, {row['calls']:,} times, {percent(share)} of all "
                f"time: {shown(row['statement'])}",
                "",
                "pg_stat_statements",
                int(row["total_ms"]),
                f"db explain {row['query_id']}",
            )
        )
    return found


def grid(rows: list[Row]) -> Grid:
    return Grid(
        ("Query id", "Share", "Mean", "Longest", "Calls", "Statement"),
        tuple(
            (
                row["query_id"] or "-",
                percent(row["share"] or 0.0),
                _ms(row["mean_ms"]),
                _ms(row["max_ms"]),
                f"{row['calls']:,}",
                shown(row["statement"], 120),
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
        return Look("slow", summary, (), running, ordered(found), tuple(notes), unread)
    total = rows[0]["total"] if rows else 0
    slow = sum(row["mean_ms"] >= MEAN_TIME[0] for row in rows)
    slower = counted(slow, "query", "queries")
    summary = f"{slower} slower than {MEAN_TIME[0]:.0f}\u00a0ms of {total:,} known"
    notes = ["Texts and numbers in statements are shown as `?`."]
    if not answers.standing.sees_all:
        notes.append(
            "Statements of other users are hidden. As the owner: "
            f"`GRANT pg_read_all_stats TO {answers.standing.role_quoted};`"
        )
    return Look(
        "slow", summary, tuple(sessions.activity_facts(live)), grid(rows) if rows else None,
        ordered(found), tuple(notes), unread,
    )  # fmt: skip


def _ms(milliseconds: float) -> str:
    return lasting(milliseconds / 1000)
