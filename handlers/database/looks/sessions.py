"""Connections by state, long queries and transactions. Pure."""

from __future__ import annotations

from handlers.database.asking import Answers, Question, Row
from handlers.database.result import Finding, Grid, Look, Severity, ordered
from handlers.database.thresholds import (
    CONNECTIONS,
    IDLE_IN_TRANSACTION,
    QUERY,
    TRANSACTION,
    above,
)
from handlers.database.wording import counted, lasting, percent, without_literals

COUNT = Question("connections", "Connections")
BY = Question("connections_by", "Connections by state")
ACTIVITY = Question("activity", "Longest queries")
QUESTIONS = (COUNT, BY, ACTIVITY)
_SHOWN = 80  # characters of a statement in a sentence


def shown(statement: str, most: int = _SHOWN) -> str:
    """A statement without literals, short."""
    text = without_literals(statement)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def in_a_word(statement: str) -> str:
    return f" It runs: {shown(statement)}" if statement.strip() else ""


def count_findings(row: Row) -> list[Finding]:
    available = max(1, row["max_connections"] - row["reserved"])
    share = 100 * row["used"] / available
    severity = above(share, CONNECTIONS)
    if severity is None:
        return []
    reason = f"{row['used']} of {available} are used ({percent(share)}); new ones are refused soon."
    return [
        Finding(
            severity, "Connections", reason, source="pg_stat_activity", command="db connections"
        )
    ]


def activity_findings(rows: list[Row]) -> list[Finding]:
    """Sessions that sit in a transaction, or work for very long."""
    found = []
    for row in rows:
        who = f"Session {row['pid']} of {row['role']}"
        if row["state"].startswith("idle in transaction"):
            if severity := above(row["state_seconds"], IDLE_IN_TRANSACTION):
                reason = (
                    f"It has been idle in a transaction for {lasting(row['state_seconds'])} and "
                    "keeps its locks and dead rows."
                )
                fix = f"SELECT pg_terminate_backend({row['pid']});"
                act = ending(row["pid"])
                found.append(_finding(severity, who, reason, fix, row["state_seconds"], act))
        elif row["state"] == "active" and (severity := above(row["query_seconds"], QUERY)):
            reason = (
                f"Its query runs for {lasting(row['query_seconds'])}.{in_a_word(row['statement'])}"
            )
            fix = f"SELECT pg_cancel_backend({row['pid']});"
            act = cancelling(row["pid"])
            found.append(_finding(severity, who, reason, fix, row["query_seconds"], act))
        elif severity := above(row["transaction_seconds"], TRANSACTION):
            reason = (
                f"Its transaction is open for {lasting(row['transaction_seconds'])}, so vacuum "
                "cannot remove what died since."
            )
            fix = f"SELECT pg_terminate_backend({row['pid']});"
            act = ending(row["pid"])
            found.append(_finding(severity, who, reason, fix, row["transaction_seconds"], act))
    return found


def activity_facts(rows: list[Row]) -> list[tuple[str, str]]:
    running = max((row["query_seconds"] for row in rows if row["state"] == "active"), default=None)
    opened = max((row["transaction_seconds"] for row in rows), default=None)
    return [
        ("Longest query", "none runs" if running is None else lasting(running)),
        ("Longest transaction", "none is open" if opened is None else lasting(opened)),
    ]


def count_facts(row: Row, by: list[Row]) -> list[tuple[str, str]]:
    available = max(1, row["max_connections"] - row["reserved"])
    states: dict[str, int] = {}
    for each in by:
        states[each["state"]] = states.get(each["state"], 0) + each["sessions"]
    told = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    share = percent(100 * row["used"] / available)
    return [
        ("Connections", f"{row['used']} of {available} ({share})" + (f": {told}" if told else ""))
    ]


def hidden_note(row: Row | None, role: str) -> tuple[str, ...]:
    if row is None or not row["hidden"]:
        return ()
    return (
        f"{counted(row['hidden'], 'session')} of others hide their state and query from the bot. "
        f"As the owner: `GRANT pg_monitor TO {role};`",
    )


def grid(by: list[Row]) -> Grid | None:
    if not by:
        return None
    return Grid(
        ("State", "Sessions", "Longest in it", "Role", "Application", "Database"),
        tuple(
            (
                each["state"],
                str(each["sessions"]),
                lasting(each["longest"]),
                each["role"],
                each["application"],
                each["database"],
            )
            for each in by
        ),
        frozenset({1, 2}),
        by[0]["total"],
    )


def look(answers: Answers, pooled: bool) -> Look:
    count, by, activity = (
        answers.one("connections"),
        answers.all("connections_by"),
        answers.all("activity"),
    )
    found = [*(count_findings(count) if count else []), *activity_findings(activity)]
    told = [*(count_facts(count, by) if count else []), *activity_facts(activity)]
    notes = [*hidden_note(count, answers.standing.role_quoted)]
    if pooled:
        notes.append(
            "The bot comes through the pooled host: these are the server's sessions, "
            "clients that wait at the pool are not among them."
        )
    summary = "Connections"
    if count:
        available = max(1, count["max_connections"] - count["reserved"])
        summary = f"{count['used']} of {available} connections are used"
    return Look(
        "connections", summary, tuple(told), grid(by), ordered(found), tuple(notes), answers.unread
    )


def _finding(
    severity: Severity, who: str, reason: str, fix: str, seconds: float, act: tuple[str, str]
) -> Finding:
    return Finding(severity, who, reason, fix, "pg_stat_activity", int(seconds), act=act)


def ending(pid: int) -> tuple[str, str]:
    """The button that ends a session."""
    return "End session", f"db kill {pid} --terminate"


def cancelling(pid: int) -> tuple[str, str]:
    """The button that ends what it does."""
    return "Cancel query", f"db kill {pid}"
