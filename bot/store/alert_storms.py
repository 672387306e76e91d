"""Storms: many alerts of one channel, told in one message and called for as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.escalation import Climb
from bot.store.alerts_rows import STORM_COLUMNS, Storm, storm_from
from bot.store.alerts_telling import in_ms
from bot.store.connection import Connection
from bot.store.operation_rows import at
from bot.store.outbox_rows import milliseconds


@dataclass(frozen=True, slots=True)
class StormPart:
    """How many alerts of a rule a storm holds in one state."""

    rule: str
    title: str
    severity: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class OpenStorm:
    """A storm with alerts that are open; `changed_at` is when the oldest of them began."""

    number: int
    firing: int
    acknowledged: int
    changed_at: datetime


class AlertStorms:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, number: int) -> Storm | None:
        found = self._storms("WHERE id = ?", (number,))
        return found[0] if found else None

    def growing(self, channel: str, since: datetime) -> Storm | None:
        """The storm of that channel that takes in more: it grew since then."""
        found = self._storms(
            "WHERE channel = ? AND grown_at >= ? ORDER BY id DESC LIMIT 1",
            (channel, milliseconds(since)),
        )
        return found[0] if found else None

    def gather(self, channel: str, numbers: Sequence[int], since: datetime, now: datetime) -> int:
        """Put alerts into the storm that grew since then, or a new one; its number.

        They climb no more on their own: the storm does.
        """
        moment = milliseconds(now)
        with self._connection.write() as sqlite:
            growing = sqlite.execute(
                "SELECT id FROM alert_storms WHERE channel = ? AND grown_at >= ? "
                "ORDER BY id DESC LIMIT 1",
                (channel, milliseconds(since)),
            ).fetchone()
            if growing is not None:
                number = int(growing[0])
            else:
                added = sqlite.execute(
                    "INSERT INTO alert_storms (channel, began_at, grown_at) VALUES (?, ?, ?)",
                    (channel, moment, moment),
                )
                number = int(added.lastrowid or 0)
            sqlite.executemany(
                "UPDATE alerts SET storm = ?, next_call = NULL, told = CASE WHEN posted_at IS "
                "NULL THEN revision ELSE told END, revision = revision + (posted_at NOTNULL) "
                "WHERE id = ? AND storm IS NULL",
                [(number, each) for each in numbers],
            )
            escalates = sqlite.execute(
                "SELECT EXISTS (SELECT 1 FROM alerts WHERE storm = ? AND escalates "
                "AND state = 'firing')",
                (number,),
            ).fetchone()[0]
            sqlite.execute(
                "UPDATE alert_storms SET grown_at = ?, revision = revision + 1, escalates = ?, "
                "next_call = CASE WHEN ? AND NOT escalates THEN ? ELSE next_call END WHERE id = ?",
                (moment, escalates, escalates, moment, number),
            )
        return number

    def open(self) -> tuple[OpenStorm, ...]:
        """Storms that are not over, newest first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT storm, sum(state = 'firing'), sum(state = 'acknowledged'), "
                "min(changed_at) FROM alerts WHERE state != 'resolved' AND storm NOTNULL "
                "GROUP BY storm ORDER BY storm DESC"
            ).fetchall()
        return tuple(OpenStorm(row[0], row[1], row[2], at(row[3])) for row in rows)

    def parts(self, number: int) -> tuple[StormPart, ...]:
        """What a storm holds, by rule and state, worst and most first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT rule, max(title), severity, state, count(*) FROM alerts WHERE storm = ? "
                "GROUP BY rule, severity, state ORDER BY state = 'resolved', CASE severity "
                "WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, count(*) DESC, rule",
                (number,),
            ).fetchall()
        return tuple(StormPart(*row) for row in rows)

    def untold(self, before: datetime) -> tuple[Storm, ...]:
        """Those to tell: never told, or changed and last told before that moment."""
        return self._storms(
            "WHERE told != revision AND (told_at IS NULL OR told_at <= ?)", (milliseconds(before),)
        )

    def told(self, storm: Storm, now: datetime) -> None:
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE alert_storms SET told = max(told, ?), told_at = ? WHERE id = ?",
                (storm.revision, milliseconds(now), storm.number),
            )

    def due_calls(self, now: datetime) -> tuple[Storm, ...]:
        return self._storms("WHERE next_call <= ?", (milliseconds(now),))

    def called(self, storm: Storm, climb: Climb) -> bool:
        if storm.climb.next_at is None:
            return False
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE alert_storms SET called = ?, next_call = ?, revision = revision + 1 "
                    "WHERE id = ? AND called = ? AND next_call NOTNULL",
                    (climb.called, in_ms(climb.next_at), storm.number, storm.climb.called),
                ).rowcount
                == 1
            )

    def firing_in(self, number: int) -> tuple[int, ...]:
        """The alerts of a storm that nobody has acknowledged."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT id FROM alerts WHERE storm = ? AND state = 'firing' ORDER BY id", (number,)
            ).fetchall()
        return tuple(each for (each,) in rows)

    def _storms(self, where: str, values: Sequence[Any] = ()) -> tuple[Storm, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {STORM_COLUMNS} FROM alert_storms {where}",  # noqa: S608 fixed words
                values,
            ).fetchall()
        return tuple(storm_from(row) for row in rows)
