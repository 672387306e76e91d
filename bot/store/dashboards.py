"""Dashboards that run, and why those that ended did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.command import Person
from bot.store.connection import Connection, Sql
from bot.store.operation_rows import at, milliseconds, moment

_COLUMNS = (
    "number, channel, environment, person_id, person_name, started_at, ends_at, revision, "
    "refreshed_at, ended_at, ending, ender, pinned"
)


class Ending(StrEnum):
    """Why a dashboard ended."""

    NONE = ""
    TIME = "its time was over"
    STOPPED = "it was stopped"
    REPLACED = "a newer one took its place"
    DELETED = "its message was deleted"
    ARCHIVED = "its channel was archived"
    REFUSED = "Slack refused it"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`ends_at` is None for one that stays for good; `pinned` once Slack has pinned it. UTC."""

    number: int
    channel: str
    environment: str
    person: Person
    started_at: datetime
    ends_at: datetime | None
    revision: int = 0
    refreshed_at: datetime | None = None
    ended_at: datetime | None = None
    ending: Ending = Ending.NONE
    ender: str = ""
    pinned: bool = False

    @property
    def key(self) -> str:
        """The key of its message."""
        return f"dashboard:{self.number}"

    def edit(self, revision: int) -> str:
        """The key of one edit of it."""
        return f"{self.key}:{revision}"


class Dashboards:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(
        self,
        channel: str,
        environment: str,
        person: Person,
        now: datetime,
        ends_at: datetime | None,
    ) -> tuple[Dashboard, Dashboard | None]:
        """The new one, and the one of that channel whose place it takes, if any."""
        began = milliseconds(now)
        with self._connection.write() as sqlite:
            before = next(iter(_all(sqlite, "channel = ? AND ended_at IS NULL", channel)), None)
            if before is not None:
                sqlite.execute(
                    "UPDATE dashboards SET ended_at = ?, ending = ?, ender = ? WHERE number = ?",
                    (began, Ending.REPLACED.name, person.name, before.number),
                )
            added = sqlite.execute(
                "INSERT INTO dashboards (channel, environment, person_id, person_name, "
                "started_at, ends_at, refreshed_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    channel, environment, person.id, person.name, began,
                    None if ends_at is None else milliseconds(ends_at), began,
                ),
            )  # fmt: skip
            number = int(added.lastrowid or 0)
            replaced = None if before is None else _one(sqlite, before.number)
            return _one(sqlite, number), replaced

    def running(self, channel: str = "") -> tuple[Dashboard, ...]:
        """Oldest first; of one channel, or of all."""
        with self._connection.read() as sqlite:
            if channel:
                return _all(sqlite, "channel = ? AND ended_at IS NULL", channel)
            return _all(sqlite, "ended_at IS NULL ORDER BY number")

    def find(self, number: int) -> Dashboard | None:
        with self._connection.read() as sqlite:
            return next(iter(_all(sqlite, "number = ?", number)), None)

    def last(self, channel: str) -> Dashboard | None:
        """The newest of a channel, an ended one too."""
        with self._connection.read() as sqlite:
            found = _all(sqlite, "channel = ? ORDER BY number DESC LIMIT 1", channel)
        return found[0] if found else None

    def refresh(self, number: int, now: datetime) -> int | None:
        """The revision that is to be shown now; None where it has ended."""
        with self._connection.write(durable=False) as sqlite:
            row = sqlite.execute(
                "UPDATE dashboards SET revision = revision + 1, refreshed_at = ? "
                "WHERE number = ? AND ended_at IS NULL RETURNING revision",
                (milliseconds(now), number),
            ).fetchone()
        return None if row is None else int(row[0])

    def keep(self, number: int) -> bool:
        """Let it stay for good; False where it has ended."""
        with self._connection.write() as sqlite:
            changed = sqlite.execute(
                "UPDATE dashboards SET ends_at = NULL WHERE number = ? AND ended_at IS NULL",
                (number,),
            )
            return changed.rowcount == 1

    def note_pinned(self, number: int) -> None:
        """It is among the channel's pins, or never will be: nobody tries again."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute("UPDATE dashboards SET pinned = 1 WHERE number = ?", (number,))

    def end(self, number: int, ending: Ending, ender: str, now: datetime) -> bool:
        """False where it had ended."""
        with self._connection.write() as sqlite:
            changed = sqlite.execute(
                "UPDATE dashboards SET ended_at = ?, ending = ?, ender = ?, "
                "revision = revision + 1 WHERE number = ? AND ended_at IS NULL",
                (milliseconds(now), ending.name, ender, number),
            )
            return changed.rowcount == 1


def _one(sqlite: Sql, number: int) -> Dashboard:
    return _all(sqlite, "number = ?", number)[0]


def _all(sqlite: Sql, where: str, *values: object) -> tuple[Dashboard, ...]:
    rows = sqlite.execute(
        f"SELECT {_COLUMNS} FROM dashboards WHERE {where}",  # noqa: S608 fixed words
        values,
    ).fetchall()
    return tuple(
        Dashboard(
            number=row[0],
            channel=row[1],
            environment=row[2],
            person=Person(row[3], row[4]),
            started_at=at(row[5]),
            ends_at=moment(row[6]),
            revision=row[7],
            refreshed_at=moment(row[8]),
            ended_at=moment(row[9]),
            ending=Ending[row[10]] if row[10] else Ending.NONE,
            ender=row[11],
            pinned=bool(row[12]),
        )
        for row in rows
    )
