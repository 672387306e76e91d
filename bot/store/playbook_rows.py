"""Rows of playbook runs → the values of `bot.playbooks.records`, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bot.errors import BadInput
from bot.playbooks.records import Alarm, Entry, RunRecord, RunState, StepRecord, StepState
from bot.store.connection import Sql
from bot.store.operation_rows import at, milliseconds, moment

RUN_COLUMNS = (
    "number, playbook, title, version, content, incident, channel, drill, state, started_at, "
    "discovered_at, person_id, person_name, ended_at, choices, revision, offered, climb_called, "
    "climb_at, told"
)
STEP_COLUMNS = (
    "step, state, actor_id, actor_name, at, note, assignee_id, assignee_name, assigned_at, "
    "result, duration_ms, attempt, operation, process, started_at, poll_at, poll_until, poll_green"
)
ALARM_COLUMNS = "key, due_at, kind, subject, share"
_PREFIX = "RUN-"


def run_number(run: str) -> int:
    """7 of `RUN-7`, in small letters or without `RUN-` too; raises BadInput."""
    digits = run.strip().upper().removeprefix(_PREFIX)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
        raise BadInput("That is no run of a playbook.", "Ids look like `RUN-7`.")
    return int(digits)


def run_id(number: int) -> str:
    return f"{_PREFIX}{number}"


def run_from(row: Sequence[Any]) -> RunRecord:
    fields = dict(zip(RUN_COLUMNS.split(", "), row, strict=True))
    fields["id"] = run_id(fields.pop("number"))
    fields["drill"] = bool(fields["drill"])
    fields["state"] = RunState(fields["state"])
    fields["choices"] = json.loads(fields["choices"])
    for name in ("started_at", "discovered_at"):
        fields[name] = at(fields[name])
    for name in ("ended_at", "climb_at"):
        fields[name] = moment(fields[name])
    return RunRecord(**fields)


def step_from(row: Sequence[Any]) -> StepRecord:
    fields = dict(zip(STEP_COLUMNS.split(", "), row, strict=True))
    fields["state"] = StepState(fields["state"])
    for name in ("at", "assigned_at", "started_at", "poll_at", "poll_until"):
        fields[name] = moment(fields[name])
    return StepRecord(**fields)


def entry_from(row: Sequence[Any]) -> Entry:
    sequence, when, kind, step, person_id, person_name, text = row
    return Entry(at(when), kind, person_id, person_name, text, step, sequence)


def alarm_from(row: Sequence[Any]) -> Alarm:
    key, due_at, kind, subject, share = row
    return Alarm(key, at(due_at), kind, subject, share)


def stored(value: Any) -> Any:
    """A field of a record as its column holds it."""
    return milliseconds(value) if hasattr(value, "timestamp") else value


def append_entry(sqlite: Sql, number: int, entry: Entry) -> None:
    """Write a line of history, inside somebody's transaction."""
    sqlite.execute(
        "INSERT INTO playbook_history "
        "SELECT ?, coalesce(max(sequence), 0) + 1, ?, ?, ?, ?, ?, ? "
        "FROM playbook_history WHERE run = ?",
        (
            number, milliseconds(entry.at), entry.kind, entry.step, entry.person_id,
            entry.person_name, entry.text, number,
        ),
    )  # fmt: skip
    sqlite.execute("UPDATE playbook_runs SET revision = revision + 1 WHERE number = ?", (number,))
