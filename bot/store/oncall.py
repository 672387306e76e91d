"""Overrides of who is on call; the newest one that holds wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.command import Person
from bot.store.connection import Connection
from bot.store.operation_rows import at
from bot.store.outbox_rows import milliseconds

_COLUMNS = "id, level, person_id, person_name, starts_at, ends_at, by_id, by_name"


@dataclass(frozen=True, slots=True)
class Override:
    """`person` answers on `level` from `starts_at` until `ends_at` (UTC), in place of the rest."""

    id: int
    level: str
    person: Person
    starts_at: datetime
    ends_at: datetime
    by: Person

    def holds(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at


class OncallOverrides:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, level: str, person: Person, starts_at: datetime, ends_at: datetime, by: Person
    ) -> Override:
        with self._connection.write() as sqlite:
            added = sqlite.execute(
                "INSERT INTO oncall_overrides (level, person_id, person_name, starts_at, ends_at, "
                "by_id, by_name) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    level, person.id, person.name, milliseconds(starts_at),
                    milliseconds(ends_at), by.id, by.name,
                ),
            )  # fmt: skip
            return Override(int(added.lastrowid or 0), level, person, starts_at, ends_at, by)

    def end(self, level: str, now: datetime) -> int:
        """End what holds on that level and drop what was to come; how many there were."""
        moment = milliseconds(now)
        with self._connection.write() as sqlite:
            coming = sqlite.execute(
                "DELETE FROM oncall_overrides WHERE level = ? AND starts_at > ?", (level, moment)
            ).rowcount
            ended = sqlite.execute(
                "UPDATE oncall_overrides SET ends_at = ? WHERE level = ? AND ends_at > ?",
                (moment, level, moment),
            ).rowcount
            return int(coming + ended)

    def current(self, now: datetime) -> tuple[Override, ...]:
        """What holds now or will, newest first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_COLUMNS} FROM oncall_overrides "  # noqa: S608 fixed words
                "WHERE ends_at > ? ORDER BY id DESC",
                (milliseconds(now),),
            ).fetchall()
        return tuple(
            Override(
                row[0], row[1], Person(row[2], row[3]), at(row[4]), at(row[5]),
                Person(row[6], row[7]),
            )
            for row in rows
        )  # fmt: skip
