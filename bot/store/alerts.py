"""Alerts: one open for each problem; every change of state is one compare-and-swap.

firing → acknowledged → resolved, and firing again (the same alert, a new episode) where the
problem comes back soon. Nothing makes a resolved alert open but the problem itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.command import Person
from bot.moments import written
from bot.store.alerts_raising import note, raise_one
from bot.store.alerts_rows import (
    COLUMNS,
    NOBODY,
    Alert,
    HistoryEntry,
    Problem,
    Raised,
    State,
    alert_from,
    number_of,
)
from bot.store.connection import Connection
from bot.store.operation_rows import at
from bot.store.outbox_rows import milliseconds

_OPEN = "state != 'resolved'"
_WORST = "CASE severity WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END"


class Alerts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def raise_all(
        self,
        problems: Sequence[Problem],
        now: datetime,
        *,
        fired_at: datetime | None = None,
        again_within: timedelta = timedelta(minutes=30),
    ) -> list[tuple[str, Raised]]:
        """Raise alerts in one transaction; each one's id, and what that did.

        A problem that was resolved within `again_within` is the same alert once more. Where it
        is open, the repeat is counted, and nobody is told.
        """
        done = []
        with self._connection.write() as sqlite:
            for problem in problems:
                done.append(raise_one(sqlite, problem, now, fired_at or now, again_within))
        return [(f"AL-{number}", raised) for number, raised in done]

    def raise_external(
        self,
        source: str,
        key: str,
        title: str,
        severity: str,
        summary: str,
        at: datetime,
        *,
        environment: str = "",
        now: datetime | None = None,
    ) -> str:
        """An alert of another service; its id. `key` names the problem within the source.

        Afterwards publish AlertChanged. `severity` is critical, warning or info; info calls nobody.
        """
        known = severity if severity in ("critical", "warning", "info") else "warning"
        problem = Problem(
            source, key, title, known, summary,
            rule=source.upper(), environment=environment, escalates=known != "info",
        )  # fmt: skip
        return self.raise_all([problem], now or at, fired_at=at)[0][0]

    def resolve_external(self, source: str, key: str, now: datetime) -> str:
        """The service says that it is over; the alert's id, empty where none is open."""
        found = self.opened(source, key)
        if found is None or not self.resolve(found.number, now, source):
            return ""
        return found.id

    def acknowledge(
        self, number: int, person: Person, note: str, now: datetime, remind_at: datetime | None
    ) -> bool:
        """firing → acknowledged, which stops its escalation; False where it does not fire."""
        return self._change(
            number,
            "state = 'acknowledged', acknowledged_at = ?, acknowledger_id = ?, "
            "acknowledger_name = ?, note = ?, snoozed_until = NULL, next_call = NULL, "
            "remind_at = ?, reminders = 0",
            (
                milliseconds(now), person.id, person.name, note,
                None if remind_at is None else milliseconds(remind_at),
            ),
            "state = 'firing'",
            (),
            HistoryEntry(now, "acknowledged", person, note),
        )  # fmt: skip

    def acknowledge_storm(
        self, storm: int, person: Person, note_text: str, now: datetime, remind_at: datetime
    ) -> int:
        """Acknowledge everything of a storm that fires; how many. One of them is reminded of."""
        moment, fires = milliseconds(now), "storm = ? AND state = 'firing'"
        with self._connection.write() as sqlite:
            sqlite.execute(
                "INSERT INTO alert_history SELECT id, (SELECT coalesce(max(number), 0) + 1 "  # noqa: S608
                "FROM alert_history WHERE alert = id), ?, 'acknowledged', ?, ?, ? FROM alerts "
                f"WHERE {fires}",
                (moment, person.id, person.name, note_text, storm),
            )
            done = sqlite.execute(
                "UPDATE alerts SET state = 'acknowledged', acknowledged_at = ?, "  # noqa: S608
                "acknowledger_id = ?, acknowledger_name = ?, note = ?, snoozed_until = NULL, "
                "next_call = NULL, reminders = 0, revision = revision + 1, remind_at = CASE WHEN "
                f"id = (SELECT min(id) FROM alerts WHERE {fires}) THEN ? END WHERE {fires}",
                (
                    moment, person.id, person.name, note_text, storm, milliseconds(remind_at),
                    storm,
                ),
            ).rowcount  # fmt: skip
            sqlite.execute(
                "UPDATE alert_storms SET next_call = NULL, escalates = 0 WHERE id = ?", (storm,)
            )
        return int(done)

    def touch(self, numbers: Sequence[int]) -> None:
        """Their messages are to be written anew: something around them changed."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.executemany(
                f"UPDATE alerts SET revision = revision + 1 WHERE id = ? AND {_OPEN} "  # noqa: S608
                "AND (posted_at NOTNULL OR storm NOTNULL)",
                [(number,) for number in numbers],
            )

    def snooze(self, number: int, person: Person, until: datetime, now: datetime) -> bool:
        """Call nobody until then, and begin the escalation anew if it is open then still."""
        moment = milliseconds(until)
        return self._change(
            number,
            "state = 'firing', snoozed_until = ?, called = 0, next_call = CASE WHEN escalates != 0 "
            "THEN ? END, remind_at = NULL, acknowledged_at = NULL, acknowledger_id = ?, "
            "acknowledger_name = ?",
            (moment, moment, person.id, person.name),
            _OPEN,
            (),
            HistoryEntry(now, "snoozed", person, f"until {written(until)}"),
        )

    def resolve(self, number: int, now: datetime, resolver: str, person: Person = NOBODY) -> bool:
        """firing or acknowledged → resolved; False where it was resolved before."""
        return self._change(
            number,
            "state = 'resolved', resolved_at = ?, resolver = ?, next_call = NULL, "
            "remind_at = NULL, snoozed_until = NULL, flapping = 0",
            (milliseconds(now), resolver),
            _OPEN,
            (),
            HistoryEntry(now, "resolved", person, resolver),
        )

    def measured(self, number: int, summary: str, *, flapping: bool, now: datetime) -> bool:
        """What is measured now; False where that is what it was."""
        entry = HistoryEntry(now, "flapping", NOBODY, summary) if flapping else None
        changed = self._change(
            number,
            "summary = ?, flapping = ?",
            (summary, flapping),
            f"{_OPEN} AND flapping != ?",
            (flapping,),
            entry,
        )
        return changed or self._change(
            number, "summary = ?", (summary,), f"{_OPEN} AND summary != ?", (summary,), None
        )

    def find(self, text: str | int) -> Alert | None:
        """By `AL-12`, `12` or its number."""
        number = text if isinstance(text, int) else number_of(text)
        found = () if number is None else self._read("WHERE id = ?", (number,))
        return found[0] if found else None

    def opened(self, source: str, key: str) -> Alert | None:
        found = self._read(f"WHERE source = ? AND key = ? AND {_OPEN}", (source, key))
        return found[0] if found else None

    def opened_by(self, source: str) -> dict[str, Alert]:
        """What is open of that source, by key."""
        found = self._read(f"WHERE source = ? AND {_OPEN} ORDER BY id", (source,))
        return {alert.problem.key: alert for alert in found}

    def open(self, limit: int = 100, *, storm: int | None = None) -> tuple[Alert, ...]:
        """Firing and acknowledged ones, worst first; only those of a storm, where given: 0 is
        those of none."""
        where, values = _OPEN, []
        if storm is not None:
            where, values = f"{_OPEN} AND coalesce(storm, 0) = ?", [storm]
        order = f"ORDER BY state = 'acknowledged', {_WORST}, fired_at, id LIMIT ?"
        return self._read(f"WHERE {where} {order}", (*values, limit))

    def newest(self, limit: int) -> tuple[Alert, ...]:
        return self._read("ORDER BY id DESC LIMIT ?", (limit,))

    def between(self, since: datetime, until: datetime) -> tuple[Alert, ...]:
        """Those that fired then, oldest first."""
        window = (milliseconds(since), milliseconds(until))
        return self._read("WHERE fired_at >= ? AND fired_at < ? ORDER BY fired_at, id", window)

    def counts(self) -> dict[State, int]:
        """How many are open, by state, without tests."""
        found: dict[State, int] = {}
        for (state, _), count in self.counted().items():
            found[state] = found.get(state, 0) + count
        return found

    def counted(self) -> dict[tuple[State, str], int]:
        """How many are open, by state and severity, without tests."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT state, severity, count(*) FROM alerts WHERE {_OPEN} "  # noqa: S608 fixed
                "AND source != 'test' GROUP BY state, severity"
            ).fetchall()
        return {(State(state), severity): count for state, severity, count in rows}

    def forget_before(self, moment: datetime) -> int:
        """Forget what was resolved before then, with its history and emptied storms; how many."""
        old = f"state = 'resolved' AND resolved_at < {milliseconds(moment)}"
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                f"DELETE FROM alert_history WHERE alert IN (SELECT id FROM alerts WHERE {old})"  # noqa: S608
            )
            gone = sqlite.execute(f"DELETE FROM alerts WHERE {old}").rowcount  # noqa: S608
            sqlite.execute(
                "DELETE FROM alert_storms WHERE grown_at < ? AND told = revision AND NOT EXISTS "
                "(SELECT 1 FROM alerts WHERE storm = alert_storms.id)",
                (milliseconds(moment),),
            )
        return int(gone)

    def history(self, number: int) -> tuple[HistoryEntry, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT at, kind, person_id, person_name, text FROM alert_history "
                "WHERE alert = ? ORDER BY number",
                (number,),
            ).fetchall()
        return tuple(
            HistoryEntry(at(row[0]), row[1], Person(row[2], row[3]), row[4]) for row in rows
        )

    def _change(
        self,
        number: int,
        assignments: str,
        values: Sequence[Any],
        condition: str,
        condition_values: Sequence[Any],
        entry: HistoryEntry | None,
    ) -> bool:
        with self._connection.write() as sqlite:
            changed = sqlite.execute(
                f"UPDATE alerts SET {assignments}, revision = revision + 1 "  # noqa: S608 fixed
                f"WHERE id = ? AND {condition}",
                (*values, number, *condition_values),
            ).rowcount
            if changed and entry is not None:
                note(sqlite, number, entry)
        return changed == 1

    def _read(self, where: str, values: Sequence[Any]) -> tuple[Alert, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {COLUMNS} FROM alerts {where}",  # noqa: S608 fixed words
                values,
            ).fetchall()
        return tuple(alert_from(row) for row in rows)
