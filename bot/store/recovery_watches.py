"""Watches over a platform that recovers: they go on after a restart, and end by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.command import Person
from bot.store.connection import Connection
from bot.store.operation_rows import at, moment
from bot.store.outbox_rows import milliseconds

_COLUMNS = (
    "id, environment, cause, incident, channel, thread_ts, person_id, person_name, began_at, "
    "until, looked_at, looks, green, said, ended_at, outcome"
)


@dataclass(frozen=True, slots=True)
class RecoveryWatch:
    """`green` good looks in a row, of `looks` in all; `outcome` is well, stopped or given up."""

    id: int
    environment: str
    cause: str
    incident: str
    channel: str
    thread_ts: str
    person: Person
    began_at: datetime
    until: datetime
    looked_at: datetime | None
    looks: int
    green: int
    said: str
    ended_at: datetime | None
    outcome: str


class RecoveryWatches:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(
        self,
        environment: str,
        *,
        cause: str,
        incident: str,
        channel: str,
        thread_ts: str,
        person: Person,
        began_at: datetime,
        until: datetime,
    ) -> RecoveryWatch:
        """One for each environment: an open one is answered as it is."""
        with self._connection.write() as sqlite:
            row = sqlite.execute(
                "SELECT id FROM recovery_watches WHERE environment = ? AND ended_at IS NULL",
                (environment,),
            ).fetchone()
            if row is None:
                added = sqlite.execute(
                    "INSERT INTO recovery_watches (environment, cause, incident, channel, "
                    "thread_ts, person_id, person_name, began_at, until) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        environment, cause, incident, channel, thread_ts, person.id, person.name,
                        milliseconds(began_at), milliseconds(until),
                    ),
                )  # fmt: skip
                row = (int(added.lastrowid or 0),)
        found = self._read("WHERE id = ?", row[0])
        return found[0]

    def current(self, environment: str) -> RecoveryWatch | None:
        found = self._read("WHERE environment = ? AND ended_at IS NULL", environment)
        return found[0] if found else None

    def open(self) -> tuple[RecoveryWatch, ...]:
        return self._read("WHERE ended_at IS NULL ORDER BY id")

    def looked(self, watch: RecoveryWatch, green: int, said: str, now: datetime) -> bool:
        """Note a look; False where another process was quicker, or it has ended."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE recovery_watches SET looked_at = ?, looks = looks + 1, green = ?, "
                    "said = ? WHERE id = ? AND looks = ? AND ended_at IS NULL",
                    (milliseconds(now), green, said, watch.id, watch.looks),
                ).rowcount
                == 1
            )

    def end(self, number: int, outcome: str, now: datetime) -> bool:
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE recovery_watches SET ended_at = ?, outcome = ? "
                    "WHERE id = ? AND ended_at IS NULL",
                    (milliseconds(now), outcome, number),
                ).rowcount
                == 1
            )

    def _read(self, condition: str, *values: object) -> tuple[RecoveryWatch, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_COLUMNS} FROM recovery_watches {condition}",  # noqa: S608 fixed words
                values,
            ).fetchall()
        return tuple(
            RecoveryWatch(
                row[0], row[1], row[2], row[3], row[4], row[5], Person(row[6], row[7]),
                at(row[8]), at(row[9]), moment(row[10]), row[11], row[12], row[13],
                moment(row[14]), row[15],
            )
            for row in rows
        )  # fmt: skip
