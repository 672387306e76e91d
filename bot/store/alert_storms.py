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

_GROWING = "channel = ? AND grown_at BETWEEN ? AND ? ORDER BY id DESC LIMIT 1"
# Whether somebody is called for a storm; a snoozed alert of it climbs on its own.
_WAITS = (
    "SELECT EXISTS (SELECT 1 FROM alerts WHERE storm = ? AND escalates != 0 AND state = 'firing' "
    "AND snoozed_until IS NULL)"
)


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

    def growing(self, channel: str, since: datetime, now: datetime) -> Storm | None:
        """The storm of that channel that takes in more: it grew since then, by the clock of now."""
        found = self._storms(f"WHERE {_GROWING}", (channel, milliseconds(since), milliseconds(now)))
        return found[0] if found else None

    def gather(self, channel: str, numbers: Sequence[int], since: datetime, now: datetime) -> int:
        """Put alerts into the storm that grew since then, or a new one; its number.

        They climb no more on their own: the storm does, from the first level on where nobody was
        being called for it.
        """
        moment = milliseconds(now)
        with self._connection.write() as sqlite:
            growing = sqlite.execute(
                f"SELECT id FROM alert_storms WHERE {_GROWING}",  # noqa: S608 fixed words
                (channel, milliseconds(since), moment),
            ).fetchone()
            if growing is not None:
                number = int(growing[0])
            else:
                added = sqlite.execute(
                    "INSERT INTO alert_storms (channel, began_at, grown_at) VALUES (?, ?, ?)",
                    (channel, moment, moment),
                )
                number = int(added.lastrowid or 0)
            (waited,) = sqlite.execute(_WAITS, (number,)).fetchone()
            sqlite.executemany(
                "UPDATE alerts SET storm = ?, next_call = NULL, told = CASE WHEN posted_at IS "
                "NULL THEN revision ELSE told END, revision = revision + "
                "CASE WHEN posted_at IS NULL THEN 0 ELSE 1 END "
                "WHERE id = ? AND storm IS NULL",
                [(number, each) for each in numbers],
            )
            (waits,) = sqlite.execute(_WAITS, (number,)).fetchone()
            begins = bool(waits and not waited)
            sqlite.execute(
                "UPDATE alert_storms SET grown_at = ?, revision = revision + 1, escalates = ?, "
                "called = CASE WHEN ? = 1 THEN 0 ELSE called END, "
                "next_call = CASE WHEN ? = 1 THEN ? ELSE next_call END WHERE id = ?",
                (moment, waits, begins, begins, moment, number),
            )
        return number

    def open(self) -> tuple[OpenStorm, ...]:
        """Storms that are not over, newest first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT storm, count(*) FILTER (WHERE state = 'firing'), "
                "count(*) FILTER (WHERE state = 'acknowledged'), "
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
                "WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, count(*) DESC, rule, "
                "state DESC",
                (number,),
            ).fetchall()
        return tuple(StormPart(*row) for row in rows)

    def untold(self, before: datetime, now: datetime) -> tuple[Storm, ...]:
        """Those to tell: never told, or changed and last told before that moment, or after now:
        the clock was set back then."""
        return self._storms(
            "WHERE told != revision AND (told_at IS NULL OR told_at <= ? OR told_at > ?) "
            "ORDER BY id",
            (milliseconds(before), milliseconds(now)),
        )

    def told(self, storm: Storm, now: datetime) -> None:
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE alert_storms SET told = max(told, ?), told_at = ? WHERE id = ?",
                (storm.revision, milliseconds(now), storm.number),
            )

    def due_calls(self, now: datetime) -> tuple[Storm, ...]:
        return self._storms("WHERE next_call <= ? ORDER BY next_call, id", (milliseconds(now),))

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

    def waiting_in(self, number: int) -> tuple[tuple[str, str], ...]:
        """Rule and environment of what somebody is called for: neither acknowledged nor snoozed."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT DISTINCT rule, environment FROM alerts WHERE storm = ? "
                "AND state = 'firing' AND escalates != 0 AND snoozed_until IS NULL "
                "ORDER BY rule, environment",
                (number,),
            ).fetchall()
        return tuple((rule, environment) for rule, environment in rows)

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
