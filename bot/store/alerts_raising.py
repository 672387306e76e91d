"""How an alert comes to be: new, open again, or a repeat of one that is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.store.alerts_rows import (
    COLUMNS,
    NOBODY,
    Alert,
    HistoryEntry,
    Problem,
    Raised,
    State,
    alert_from,
)
from bot.store.connection import Sql
from bot.store.outbox_rows import milliseconds


def note(sqlite: Sql, number: int, entry: HistoryEntry) -> None:
    """Add to what happened to an alert, inside a transaction."""
    sqlite.execute(
        "INSERT INTO alert_history SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, ? "
        "FROM alert_history WHERE alert = ?",
        (
            number, milliseconds(entry.at), entry.kind, entry.person.id, entry.person.name,
            entry.text, number,
        ),
    )  # fmt: skip


def raise_one(
    sqlite: Sql,
    problem: Problem,
    now: datetime,
    fired_at: datetime,
    again_within: timedelta,
) -> tuple[int, Raised]:
    """Raise one alert inside a transaction; its number, and what that did."""
    last = sqlite.execute(
        f"SELECT {COLUMNS} FROM alerts WHERE source = ? AND key = ? "  # noqa: S608 fixed words
        "ORDER BY id DESC LIMIT 1",
        (problem.source, problem.key),
    ).fetchone()
    known = None if last is None else alert_from(last)
    if known is not None and known.state is not State.RESOLVED:
        sqlite.execute("UPDATE alerts SET repeats = repeats + 1 WHERE id = ?", (known.number,))
        return known.number, Raised.REPEATED
    entry = HistoryEntry(fired_at, "fired", NOBODY, problem.summary)
    if known is not None and known.resolved_at and now - known.resolved_at <= again_within:
        _reopen(sqlite, known, problem, now)
        note(sqlite, known.number, replace(entry, at=now, kind="fired again"))
        return known.number, Raised.REOPENED
    added = sqlite.execute(
        "INSERT INTO alerts (source, key, rule, environment, metric, title, severity, summary, "
        "channel, owner, playbook, escalates, flapping, state, fired_at, changed_at, next_call) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'firing', ?, ?, ?)",
        (
            problem.source, problem.key, problem.rule, problem.environment, problem.metric,
            problem.title, problem.severity, problem.summary, problem.channel, problem.owner,
            problem.playbook, problem.escalates, problem.flapping, milliseconds(fired_at),
            milliseconds(now), milliseconds(now) if problem.escalates else None,
        ),
    )  # fmt: skip
    number = int(added.lastrowid or 0)
    note(sqlite, number, entry)
    return number, Raised.FIRED


def _reopen(sqlite: Sql, known: Alert, problem: Problem, now: datetime) -> None:
    moment = milliseconds(now)
    sqlite.execute(
        "UPDATE alerts SET state = 'firing', changed_at = ?, summary = ?, severity = ?, "
        "flapping = ?, episode = episode + 1, acknowledged_at = NULL, acknowledger_id = '', "
        "acknowledger_name = '', note = '', resolved_at = NULL, resolver = '', called = 0, "
        "next_call = ?, remind_at = NULL, reminders = 0, revision = revision + 1, storm = NULL, "
        # Out of a storm that is over it needs a message of its own, where it has none.
        "told = CASE WHEN posted_at IS NULL THEN 0 ELSE told END WHERE id = ?",
        (
            moment, problem.summary, problem.severity, problem.flapping,
            moment if problem.escalates else None, known.number,
        ),
    )  # fmt: skip
