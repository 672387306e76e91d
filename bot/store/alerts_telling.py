"""Who was told of alerts, what is still to be told, and storms: many alerts told as one.

What is posted is posted first, under a key that says which revision it is, and noted here
afterwards: cut off in between, it is posted again under the same key, which changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.escalation import Climb
from bot.store.alerts_raising import note
from bot.store.alerts_rows import (
    COLUMNS,
    NOBODY,
    Alert,
    HistoryEntry,
    alert_from,
)
from bot.store.connection import Connection
from bot.store.outbox_rows import milliseconds


@dataclass(frozen=True, slots=True)
class Fresh:
    """An alert that has no message yet."""

    number: int
    channel: str
    rule: str
    environment: str
    test: bool


class AlertTelling:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fresh(self) -> tuple[Fresh, ...]:
        """Open ones without a message or a storm, oldest first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT id, channel, rule, environment, source = 'test' FROM alerts "
                "WHERE told != revision AND told = 0 AND storm IS NULL AND state != 'resolved' "
                "ORDER BY id"
            ).fetchall()
        return tuple(Fresh(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows)

    def changed(self) -> tuple[Alert, ...]:
        """Those whose message says something old."""
        return self._alerts(
            "WHERE told != revision AND told > 0 AND posted_at IS NOT NULL ORDER BY id"
        )

    def recent(self, channel: str, since: datetime) -> tuple[int, ...]:
        """Open ones with a message of their own since then, which a storm may take in."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT id FROM alerts WHERE channel = ? AND posted_at >= ? AND storm IS NULL "
                "AND state != 'resolved' AND source != 'test' ORDER BY id",
                (channel, milliseconds(since)),
            ).fetchall()
        return tuple(number for (number,) in rows)

    def told(self, alert: Alert, now: datetime) -> None:
        """Its message, as of that revision, is with the outbox."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE alerts SET told = max(told, ?), posted_at = coalesce(posted_at, ?) "
                "WHERE id = ?",
                (alert.revision, milliseconds(now), alert.number),
            )

    def settle(self) -> None:
        """What nobody needs to be told: what ended untold, and what a storm's message tells."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE alerts SET told = revision WHERE told != revision AND told = 0 "
                "AND storm IS NULL AND state = 'resolved'"
            )
            sqlite.execute(
                "UPDATE alert_storms SET revision = revision + 1 WHERE id IN (SELECT storm FROM "
                "alerts WHERE told != revision AND storm IS NOT NULL)"
            )
            sqlite.execute(
                "UPDATE alerts SET told = revision WHERE told != revision AND storm IS NOT NULL "
                "AND posted_at IS NULL"
            )

    def unarrived(self) -> tuple[Alert, ...]:
        """Those whose message was posted and is not known to have arrived."""
        return self._alerts("WHERE posted_at NOTNULL AND arrived_at ISNULL ORDER BY id")

    def arrived(self, number: int, moment: datetime, *, late: bool) -> None:
        """When the message came to stand in Slack; a late one is told to be late."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE alerts SET arrived_at = ?, revision = revision + ? WHERE id = ?",
                (milliseconds(moment), int(late), number),
            )

    def due_calls(self, now: datetime) -> tuple[Alert, ...]:
        """Those that climb on their own and are due: those of a storm only after a snooze."""
        return self._alerts(
            "WHERE next_call <= ? AND state = 'firing' ORDER BY next_call, id",
            (milliseconds(now),),
        )

    def called(self, alert: Alert, climb: Climb, now: datetime, text: str) -> bool:
        """Note a call; False where somebody else did, or it was acknowledged meanwhile."""
        if alert.climb.next_at is None:
            return False
        with self._connection.write() as sqlite:
            done = sqlite.execute(
                "UPDATE alerts SET called = ?, next_call = ?, revision = revision + 1 "
                "WHERE id = ? AND called = ? AND episode = ? AND next_call NOTNULL "
                "AND state = 'firing'",
                (
                    climb.called, in_ms(climb.next_at), alert.number, alert.climb.called,
                    alert.episode,
                ),
            ).rowcount  # fmt: skip
            if done:
                note(sqlite, alert.number, HistoryEntry(now, "called", NOBODY, text))
        return done == 1

    def woke(self, number: int, now: datetime) -> bool:
        """The snooze is over; False where it was noted before."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE alerts SET snoozed_until = NULL, revision = revision + 1 "
                    "WHERE id = ? AND snoozed_until <= ?",
                    (number, milliseconds(now)),
                ).rowcount
                == 1
            )

    def snoozes_over(self, now: datetime) -> tuple[Alert, ...]:
        return self._alerts(
            "WHERE state != 'resolved' AND snoozed_until <= ? ORDER BY snoozed_until, id",
            (milliseconds(now),),
        )

    def due_reminders(self, now: datetime) -> tuple[Alert, ...]:
        return self._alerts(
            "WHERE remind_at <= ? AND state = 'acknowledged' ORDER BY remind_at, id",
            (milliseconds(now),),
        )

    def reminded(self, alert: Alert, following: datetime, now: datetime, text: str) -> bool:
        with self._connection.write() as sqlite:
            done = sqlite.execute(
                "UPDATE alerts SET remind_at = ?, reminders = reminders + 1 WHERE id = ? "
                "AND reminders = ? AND state = 'acknowledged'",
                (milliseconds(following), alert.number, alert.reminders),
            ).rowcount
            if done:
                note(sqlite, alert.number, HistoryEntry(now, "reminded", NOBODY, text))
        return done == 1

    def _alerts(self, where: str, values: Sequence[Any] = ()) -> tuple[Alert, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {COLUMNS} FROM alerts {where}",  # noqa: S608 fixed words
                values,
            ).fetchall()
        return tuple(alert_from(row) for row in rows)


def in_ms(moment: datetime | None) -> int | None:
    return None if moment is None else milliseconds(moment)
