"""Runs of playbooks: every change is one compare-and-swap with its line of history, power-cut safe.

What a person pressed is on the disk before they are told so; who comes second changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.errors import BadInput
from bot.playbooks.records import Entry, RunRecord, RunState, StepRecord, StepState
from bot.store.connection import Conflict, Connection
from bot.store.operation_rows import milliseconds
from bot.store.playbook_rows import (
    RUN_COLUMNS,
    STEP_COLUMNS,
    append_entry,
    entry_from,
    run_from,
    run_id,
    run_number,
    step_from,
    stored,
)

_STEP_FIELDS = frozenset(STEP_COLUMNS.split(", ")[1:])


class PlaybookRuns:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def start(self, run: RunRecord, entry: Entry) -> tuple[RunRecord, bool]:
        """Begin a run (its id is given here); False with the run that is active there already."""
        values = (
            run.playbook, run.title, run.version, run.content, run.incident, run.channel,
            int(run.drill), run.state, milliseconds(run.started_at),
            milliseconds(run.discovered_at), run.person_id, run.person_name,
            json.dumps(dict(run.choices), sort_keys=True),
        )  # fmt: skip
        with self._connection.write() as sqlite:
            row = sqlite.execute(
                f"SELECT {RUN_COLUMNS} FROM playbook_runs WHERE playbook = ? "  # noqa: S608 fixed
                "AND incident = ? AND channel = ? AND drill = ? AND state = 'active'",
                (run.playbook, run.incident, run.channel, int(run.drill)),
            ).fetchone()
            if row is not None:
                return run_from(row), False
            number = sqlite.execute(
                "INSERT INTO playbook_runs (playbook, title, version, content, incident, channel, "
                "drill, state, started_at, discovered_at, person_id, person_name, choices) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            ).lastrowid
            append_entry(sqlite, int(number or 0), entry)
        return self.get(run_id(int(number or 0))), True

    def get(self, run: str) -> RunRecord:
        """Raises BadInput where there is no such run."""
        found = self.runs("number = ?", (run_number(run),))
        if not found:
            raise BadInput(
                f"There is no run {run_id(run_number(run))}.", "`/pitchey playbook status` lists."
            )
        return found[0]

    def active(self) -> tuple[RunRecord, ...]:
        return self.runs("state = 'active' ORDER BY number")

    def newest(self, limit: int, *, drill: bool | None = None) -> tuple[RunRecord, ...]:
        where = "1 = 1" if drill is None else f"drill = {int(drill)}"
        return self.runs(f"{where} ORDER BY number DESC LIMIT ?", (limit,))

    def of_channel(self, channel: str) -> tuple[RunRecord, ...]:
        """The active runs whose cards are in that channel."""
        return self.runs("state = 'active' AND channel = ? ORDER BY number", (channel,))

    def of_incident(self, incident: str) -> tuple[RunRecord, ...]:
        return self.runs("incident = ? ORDER BY number", (incident,))

    def runs(self, where: str, values: Sequence[Any] = ()) -> tuple[RunRecord, ...]:
        """Rows by a condition of this module's own words."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {RUN_COLUMNS} FROM playbook_runs WHERE {where}",  # noqa: S608 own words
                values,
            ).fetchall()
        return tuple(run_from(row) for row in rows)

    def steps(self, run: str) -> dict[str, StepRecord]:
        """By step id; a step that nobody touched has no record."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {STEP_COLUMNS} FROM playbook_steps WHERE run = ?",  # noqa: S608 fixed
                (run_number(run),),
            ).fetchall()
        return {row[0]: step_from(row) for row in rows}

    def running(self) -> tuple[tuple[str, StepRecord], ...]:
        """Every step whose command runs, waits or polls, with the id of its run."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT run, {STEP_COLUMNS} FROM playbook_steps "  # noqa: S608 fixed words
                "WHERE state = 'running' ORDER BY run, step"
            ).fetchall()
        return tuple((run_id(row[0]), step_from(row[1:])) for row in rows)

    def move(
        self,
        run: str,
        step: str,
        allowed: Sequence[StepState],
        changes: Mapping[str, Any],
        entry: Entry | None,
        *,
        attempt: int | None = None,
    ) -> bool:
        """Change a step where it is in one of those states; False where somebody was quicker.

        `attempt`, where given, must be the step's present one: a late result of an earlier run
        then changes nothing. An `entry` of None writes no history (a poll that goes on).
        """
        number = run_number(run)
        if unknown := set(changes) - _STEP_FIELDS:
            raise ValueError(f"a step has no {', '.join(sorted(unknown))}")
        sets = ", ".join(f"{name} = ?" for name in changes)
        marks = ", ".join("?" * len(allowed))
        where, values = f"run = ? AND step = ? AND state IN ({marks})", [number, step, *allowed]
        if attempt is not None:
            where, values = f"{where} AND attempt = ?", [*values, attempt]
        with self._connection.write() as sqlite:
            sqlite.execute(
                "INSERT OR IGNORE INTO playbook_steps (run, step) VALUES (?, ?)", (number, step)
            )
            moved = sqlite.execute(
                f"UPDATE playbook_steps SET {sets} WHERE {where}",  # noqa: S608 checked names
                [*(stored(value) for value in changes.values()), *values],
            ).rowcount
            if moved and entry is not None:
                append_entry(sqlite, number, entry)
            return moved == 1

    def note(self, run: str, entry: Entry) -> None:
        """A line of history that changes nothing else."""
        with self._connection.write() as sqlite:
            append_entry(sqlite, run_number(run), entry)

    def choose(self, run: str, name: str, value: str, entry: Entry) -> bool:
        """False where that was chosen already."""
        number = run_number(run)
        with self._connection.write() as sqlite:
            (text,) = sqlite.execute(
                "SELECT choices FROM playbook_runs WHERE number = ?", (number,)
            ).fetchone()
            chosen = json.loads(text)
            if chosen.get(name) == value:
                return False
            sqlite.execute(
                "UPDATE playbook_runs SET choices = ? WHERE number = ?",
                (json.dumps({**chosen, name: value}, sort_keys=True), number),
            )
            append_entry(sqlite, number, entry)
            return True

    def end(self, run: str, state: RunState, now: datetime, entry: Entry) -> bool:
        """active → finished or stopped, with no alarms left; False where it has an end already."""
        number = run_number(run)
        with self._connection.write() as sqlite:
            ended = sqlite.execute(
                "UPDATE playbook_runs SET state = ?, ended_at = ? "
                "WHERE number = ? AND state = 'active'",
                (state, milliseconds(now), number),
            ).rowcount
            if ended:
                sqlite.execute(
                    "DELETE FROM playbook_alarms WHERE run = ? AND fired_at IS NULL", (number,)
                )
                append_entry(sqlite, number, entry)
            return ended == 1

    def reopen(self, run: str) -> bool:
        """finished → active; False where it is not, or another such run took its place."""
        with self._connection.write() as sqlite:
            try:
                with self._connection.unless_taken(sqlite):
                    return (
                        sqlite.execute(
                            "UPDATE playbook_runs SET state = 'active', ended_at = NULL "
                            "WHERE number = ? AND state = 'finished'",
                            (run_number(run),),
                        ).rowcount
                        == 1
                    )
            except Conflict:
                return False

    def switch(self, run: str, version: str, to: tuple[str, str, str], entry: Entry) -> bool:
        """Go on with another text: `to` is its title, version and content; False where the run
        has not that `version` any more."""
        number = run_number(run)
        with self._connection.write() as sqlite:
            switched = sqlite.execute(
                "UPDATE playbook_runs SET title = ?, version = ?, content = ?, offered = '' "
                "WHERE number = ? AND version = ? AND state = 'active'",
                (*to, number, version),
            ).rowcount
            if switched:
                append_entry(sqlite, number, entry)
            return switched == 1

    def history(self, run: str, after: int = 0, limit: int = 1_000) -> tuple[Entry, ...]:
        """In the order in which it was written."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT sequence, at, kind, step, person_id, person_name, text "
                "FROM playbook_history WHERE run = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                (run_number(run), after, limit),
            ).fetchall()
        return tuple(entry_from(row) for row in rows)
