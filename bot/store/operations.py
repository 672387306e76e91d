"""The journal of guarded operations: every change of state is one compare-and-swap, power-cut safe.

requested → running → succeeded | failed | cancelled | interrupted, or before it runs
requested → rejected | cancelled | expired | changed. An approval is part of the step to running.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.store.connection import Conflict, Connection, Sql
from bot.store.operation_rows import (
    COLUMNS,
    Begun,
    Decision,
    OperationRecord,
    OperationRequest,
    State,
    Step,
    at,
    from_row,
    milliseconds,
    moment,
)


class Operations:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        operation: str,
        request: OperationRequest,
        now: datetime,
        expires_at: datetime,
        resumes: str = "",
    ) -> bool:
        """False where the id is taken: make another one."""
        values = (
            operation, State.REQUESTED, request.target, request.command,
            json.dumps(asdict(request), separators=(",", ":"), ensure_ascii=False),
            milliseconds(now), milliseconds(expires_at), resumes,
        )  # fmt: skip
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "INSERT OR IGNORE INTO operations (id, state, target, command, request, "
                    "requested_at, expires_at, resumes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    values,
                ).rowcount
                == 1
            )

    def begin(self, operation: str, decision: Decision, owner: str, now: datetime) -> Begun:
        """requested → running, which takes the lock of its target, and records who approved."""
        when = milliseconds(now)
        with self._connection.write() as sqlite:
            try:
                with self._connection.unless_taken(sqlite):
                    changed = sqlite.execute(
                        "UPDATE operations SET state = ?, decided_at = ?, decider_id = ?, "
                        "decider_name = ?, decision = ?, glass = ?, owner = ?, started_at = ? "
                        "WHERE id = ? AND state = ? AND expires_at > ?",
                        (
                            State.RUNNING, when, decision.person_id, decision.person_name,
                            decision.words, decision.glass, owner, when,
                            operation, State.REQUESTED, when,
                        ),
                    ).rowcount  # fmt: skip
            except Conflict:
                return Begun(False, _holder(sqlite, operation))
            return Begun(changed == 1)

    def decide(
        self, operation: str, state: State, now: datetime, decision: Decision | None = None
    ) -> bool:
        """requested → a final state without running; False where it was decided before."""
        made = decision or Decision()
        when = milliseconds(now)
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE operations SET state = ?, decided_at = ?, ended_at = ?, "
                    "decider_id = ?, decider_name = ?, decision = ? WHERE id = ? AND state = ?",
                    (
                        state, when, when, made.person_id, made.person_name, made.words,
                        operation, State.REQUESTED,
                    ),
                ).rowcount
                == 1
            )  # fmt: skip

    def end(
        self, operation: str, state: State, now: datetime, owner: str, result: dict[str, Any]
    ) -> bool:
        """running → a final state, by the process that owns it; frees the target."""
        when = milliseconds(now)
        text = json.dumps(result, separators=(",", ":"), ensure_ascii=False)
        with self._connection.write() as sqlite:
            changed = sqlite.execute(
                "UPDATE operations SET state = ?, ended_at = ?, result = ? "
                "WHERE id = ? AND state = ? AND owner = ?",
                (state, when, text, operation, State.RUNNING, owner),
            ).rowcount
            if changed and state is State.SUCCEEDED:
                _finish_step(sqlite, operation, when)
            return changed == 1

    def ask_cancel(self, operation: str, person_name: str) -> bool:
        """False where it does not run, or was asked before."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE operations SET canceller = ? "
                    "WHERE id = ? AND state = ? AND canceller = ''",
                    (person_name, operation, State.RUNNING),
                ).rowcount
                == 1
            )

    def begin_step(self, operation: str, name: str, owner: str, now: datetime) -> bool:
        """Note the step before as finished and this one as begun.

        False where that process does not run it any more: it was cut off for so long that
        another one has recorded it as interrupted.
        """
        when = milliseconds(now)
        with self._connection.write() as sqlite:
            ours = sqlite.execute(
                "SELECT 1 FROM operations WHERE id = ? AND state = ? AND owner = ?",
                (operation, State.RUNNING, owner),
            ).fetchone()
            if ours is None:
                return False
            _finish_step(sqlite, operation, when)
            sqlite.execute(
                "INSERT INTO operation_steps SELECT ?, coalesce(max(number), 0) + 1, ?, ?, NULL "
                "FROM operation_steps WHERE operation = ?",
                (operation, name, when, operation),
            )
            return True

    def end_step(self, operation: str, owner: str, now: datetime) -> None:
        """Note the step that runs as finished, with none after it yet; by its owner alone."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE operation_steps SET finished_at = ? WHERE operation = ? "
                "AND finished_at IS NULL AND EXISTS (SELECT 1 FROM operations "
                "WHERE operations.id = ? AND state = ? AND owner = ?)",
                (milliseconds(now), operation, operation, State.RUNNING, owner),
            )

    def entrust(self, operation: str, owner: str, to: str) -> bool:
        """Let another process run it; False where it was begun, or is not that owner's."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE operations SET owner = ? WHERE id = ? AND state = ? AND owner = ? "
                    "AND NOT EXISTS (SELECT 1 FROM operation_steps WHERE operation = ?)",
                    (to, operation, State.RUNNING, owner, operation),
                ).rowcount
                == 1
            )

    def announced(self, operation: str, state: State) -> None:
        """Note that people were told of this state."""
        with self._connection.write() as sqlite:
            sqlite.execute("UPDATE operations SET announced = ? WHERE id = ?", (state, operation))

    def get(self, operation: str) -> OperationRecord | None:
        found = self._read("WHERE id = ?", (operation,))
        return found[0] if found else None

    def resumed_by(self, operation: str) -> OperationRecord | None:
        """The newest operation that resumes that one, and waits, runs or ran."""
        found = self._read(
            "WHERE resumes = ? AND (state = 'requested' OR started_at IS NOT NULL) "
            "ORDER BY requested_at DESC, id LIMIT 1",
            (operation,),
        )
        return found[0] if found else None

    def newest(
        self, limit: int, states: Sequence[State] = (), target: str = ""
    ) -> tuple[OperationRecord, ...]:
        """Newest first; only those states and that target, where given."""
        marks = ", ".join("?" * len(states))
        where = f"state IN ({marks})" if states else "1 = 1"
        values: list[Any] = list(states)
        if target:
            where, values = f"{where} AND target = ?", [*values, target]
        return self._read(f"WHERE {where} ORDER BY requested_at DESC, id LIMIT ?", [*values, limit])

    def recent(self, limit: int, states: Sequence[State]) -> tuple[OperationRecord, ...]:
        """Those whose last change is newest, first."""
        marks = ", ".join("?" * len(states))
        return self._read(
            f"WHERE state IN ({marks}) "
            "ORDER BY coalesce(ended_at, started_at, requested_at) DESC, id LIMIT ?",
            [*states, limit],
        )

    def begun_between(self, since: datetime, until: datetime) -> tuple[OperationRecord, ...]:
        """Those that began to run in [since, until), oldest first."""
        return self._read(
            "WHERE started_at >= ? AND started_at < ? ORDER BY started_at, id",
            (milliseconds(since), milliseconds(until)),
        )

    def counts(self) -> dict[State, int]:
        """How many there are in each state."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute("SELECT state, count(*) FROM operations GROUP BY state")
            return {State(state): int(count) for state, count in rows}

    def running(self) -> tuple[OperationRecord, ...]:
        return self._read("WHERE state = 'running' ORDER BY started_at, id", ())

    def overdue(self, now: datetime) -> tuple[OperationRecord, ...]:
        """Requests whose time is over."""
        return self._read(
            "WHERE state = 'requested' AND expires_at <= ? ORDER BY expires_at, id",
            (milliseconds(now),),
        )

    def waiting_with_ticket(self) -> tuple[OperationRecord, ...]:
        """Requests for which somebody handed a value over."""
        return self._read(
            "WHERE state = 'requested' AND json_extract(request, '$.ticket') != '' "
            "ORDER BY requested_at, id",
            (),
        )

    def untold(self) -> tuple[OperationRecord, ...]:
        """Those whose present state people were not told yet."""
        return self._read("WHERE announced != state ORDER BY requested_at, id", ())

    def steps(self, operation: str) -> tuple[Step, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT name, started_at, finished_at FROM operation_steps "
                "WHERE operation = ? ORDER BY number",
                (operation,),
            ).fetchall()
        return tuple(Step(name, at(began), moment(ended)) for name, began, ended in rows)

    def _read(self, where: str, values: Sequence[Any]) -> tuple[OperationRecord, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {COLUMNS} FROM operations {where}",  # noqa: S608 fixed words
                values,
            ).fetchall()
        return tuple(from_row(row) for row in rows)


def _holder(sqlite: Sql, operation: str) -> OperationRecord | None:
    row = sqlite.execute(
        f"SELECT {COLUMNS} FROM operations WHERE state = 'running' AND target = "  # noqa: S608
        "(SELECT target FROM operations WHERE id = ?)",
        (operation,),
    ).fetchone()
    return from_row(row) if row else None


def _finish_step(sqlite: Sql, operation: str, moment: int) -> None:
    sqlite.execute(
        "UPDATE operation_steps SET finished_at = ? WHERE operation = ? AND finished_at IS NULL",
        (moment, operation),
    )
