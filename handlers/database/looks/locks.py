"""Who waits for whom, and which session is at the root of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.database.asking import Answers, Question, Row
from handlers.database.looks.sessions import cancelling, ending, in_a_word, shown
from handlers.database.result import Finding, Grid, Look, Severity, ordered
from handlers.database.thresholds import BLOCKED, above
from handlers.database.wording import counted, lasting

BLOCKED_SESSIONS = Question("blocked", "Locks")
PREPARED = Question("prepared_transactions", "Prepared transactions")
QUESTIONS = (BLOCKED_SESSIONS, PREPARED)
PREPARED_PID = 0  # what the server calls the holder that is a prepared transaction


def roots(blockers: Mapping[int, list[int]]) -> dict[int, set[int]]:
    """Each session that waits for nobody, or waits in a circle, and all who wait because of it."""
    found: dict[int, set[int]] = {}
    for waiting in blockers:
        seen, ahead, ends = {waiting}, list(blockers[waiting]), set()
        while ahead:
            pid = ahead.pop()
            if pid in seen:
                continue
            seen.add(pid)
            if not blockers.get(pid):
                ends.add(pid)
            ahead += blockers.get(pid, [])
        if blockers[waiting]:
            for end in ends or {min(seen)}:
                found.setdefault(end, set()).add(waiting)
    return found


def waiters(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["blockers"]]


def findings(rows: list[Row], prepared: list[Row]) -> list[Finding]:
    """One finding a root blocker: ending it lets all of its waiters go on."""
    by_pid = {row["pid"]: row for row in rows}
    found = []
    chains = roots({row["pid"]: list(row["blockers"]) for row in rows})
    for root, waiting in chains.items():
        longest = max(by_pid[pid]["state_seconds"] for pid in waiting)
        severity = above(longest, BLOCKED) or Severity.NOTE
        waits = (
            f"keeps {counted(len(waiting), 'session')} waiting, the longest for {lasting(longest)}"
        )
        if root == PREPARED_PID:
            names = ", ".join(row["gid"] for row in prepared[:5]) or "not visible"
            gid = prepared[0]["gid"].replace("'", "''") if prepared else ""
            fix = f"ROLLBACK PREPARED '{gid}';" if gid else ""
            found.append(
                Finding(
                    severity,
                    "A prepared transaction",
                    f"It {waits} ({names}).",
                    fix,
                    "pg_prepared_xacts",
                    int(longest),
                    "db locks",
                )
            )
            continue
        row = by_pid.get(root)
        if row is None:
            found.append(
                Finding(
                    severity,
                    f"Session {root}",
                    f"It {waits}.",
                    _end(root),
                    "pg_blocking_pids",
                    act=ending(root),
                )
            )
            continue
        idle = row["state"].startswith("idle")
        doing = (
            f" It is {row['state']} since {lasting(row['state_seconds'])}; it ran last: "
            f"{shown(row['statement'])}"
            if idle
            else in_a_word(row["statement"])
        )
        found.append(
            Finding(
                severity,
                f"Session {root} of {row['role']}",
                f"It {waits}.{doing}",
                _end(root) if idle else f"SELECT pg_cancel_backend({root});",
                "pg_blocking_pids",
                int(longest),
                "db locks",
                ending(root) if idle else cancelling(root),
            )
        )
    return found


def facts(rows: list[Row]) -> list[tuple[str, str]]:
    waiting = waiters(rows)
    if not waiting:
        return [("Blocked sessions", "none")]
    pairs = "; ".join(
        f"{row['pid']} waits for {', '.join(map(str, row['blockers']))}" for row in waiting[:3]
    )
    more = f" and {len(waiting) - 3} more" if len(waiting) > 3 else ""
    return [("Blocked sessions", f"{len(waiting)}: {pairs}{more}")]


def grid(rows: list[Row]) -> Grid | None:
    waiting = sorted(waiters(rows), key=lambda row: -row["state_seconds"])
    if not waiting:
        return None
    return Grid(
        ("Session", "Waits for", "Since", "Wants", "Role", "Statement"),
        tuple(
            (
                str(row["pid"]),
                ", ".join(map(str, row["blockers"])),
                lasting(row["state_seconds"]),
                row["wants"] or "-",
                row["role"],
                shown(row["statement"]) or "-",
            )
            for row in waiting
        ),
        frozenset({0, 2}),
    )


def look(answers: Answers) -> Look:
    rows = answers.all("blocked")
    found = findings(rows, answers.all("prepared_transactions"))
    waiting = waiters(rows)
    summary = "Nobody waits for a lock"
    if waiting:
        summary = f"{counted(len(waiting), 'session')} waiting for {counted(len(found), 'blocker')}"
    notes = []
    if not answers.standing.sees_all:
        notes.append(
            "Statements of other users are hidden from the bot. As the owner: "
            f"`GRANT pg_monitor TO {answers.standing.role_quoted};`"
        )
    if found:
        notes.append("pg_cancel_backend ends a query; pg_terminate_backend ends the whole session.")
    return Look("locks", summary, (), grid(rows), ordered(found), tuple(notes), answers.unread)


def _end(pid: int) -> str:
    return f"SELECT pg_terminate_backend({pid});"
