"""Live logs that run, and the tail sessions at Cloudflare that must not outlive them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.command import Person
from bot.store.connection import Connection
from bot.store.operation_rows import at
from bot.store.outbox_rows import milliseconds

_COLUMNS = (
    "number, owner, script, channel, person_id, person_name, started_at, ends_at, stopper, ended_at"
)


@dataclass(frozen=True, slots=True)
class KeptTail:
    """A tail session that somebody has to delete."""

    id: str
    script: str
    owner: str


@dataclass(frozen=True, slots=True)
class LiveLog:
    """One live log in a channel; `stopper` is who asked it to end before its time. UTC."""

    number: int
    owner: str
    script: str
    channel: str
    person: Person
    started_at: datetime
    ends_at: datetime
    stopper: str
    ended_at: datetime | None

    @property
    def key(self) -> str:
        """The key of its message."""
        return f"live-logs:{self.number}"


class LiveLogs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep_tail(self, tail: str, script: str, owner: str, now: datetime) -> None:
        """A session was opened: remembered over a crash, so that it is deleted."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                "INSERT INTO tail_sessions VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "script = excluded.script, owner = excluded.owner, opened_at = excluded.opened_at",
                (tail, script, owner, milliseconds(now)),
            )

    def forget_tail(self, tail: str) -> None:
        """It is deleted, or has expired long ago."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute("DELETE FROM tail_sessions WHERE id = ?", (tail,))

    def tails(self) -> tuple[KeptTail, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT id, script, owner FROM tail_sessions ORDER BY id"
            ).fetchall()
        return tuple(KeptTail(*row) for row in rows)

    def begin(
        self,
        owner: str,
        script: str,
        channel: str,
        person: Person,
        now: datetime,
        ends_at: datetime,
    ) -> LiveLog | None:
        """One a channel runs at a time: None where one does."""
        with self._connection.write(durable=False) as sqlite:
            busy = sqlite.execute(
                "SELECT 1 FROM live_logs WHERE channel = ? AND ended_at IS NULL", (channel,)
            ).fetchone()
            if busy:
                return None
            added = sqlite.execute(
                "INSERT INTO live_logs (owner, script, channel, person_id, person_name, "
                "started_at, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    owner, script, channel, person.id, person.name, milliseconds(now),
                    milliseconds(ends_at),
                ),
            )  # fmt: skip
            number = int(added.lastrowid or 0)
        return LiveLog(number, owner, script, channel, person, now, ends_at, "", None)

    def running(self, channel: str = "") -> tuple[LiveLog, ...]:
        """Newest first; of one channel, or of all."""
        return self._all(
            "ended_at IS NULL AND (? = '' OR channel = ?) ORDER BY number DESC", (channel, channel)
        )

    def find(self, number: int) -> LiveLog | None:
        return next(iter(self._all("number = ?", (number,))), None)

    def stop(self, number: int, stopper: str) -> bool:
        """Ask it to end; False where it has ended. Whoever asked first is the stopper."""
        with self._connection.write(durable=False) as sqlite:
            changed = sqlite.execute(
                "UPDATE live_logs SET stopper = CASE stopper WHEN '' THEN ? ELSE stopper END "
                "WHERE number = ? AND ended_at IS NULL",
                (stopper, number),
            )
            return changed.rowcount == 1

    def end(self, number: int, now: datetime) -> bool:
        """False where it had ended."""
        with self._connection.write(durable=False) as sqlite:
            changed = sqlite.execute(
                "UPDATE live_logs SET ended_at = ? WHERE number = ? AND ended_at IS NULL",
                (milliseconds(now), number),
            )
            return changed.rowcount == 1

    def _all(self, where: str, parameters: tuple[object, ...]) -> tuple[LiveLog, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_COLUMNS} FROM live_logs WHERE {where}",  # noqa: S608 fixed words
                parameters,
            ).fetchall()
        return tuple(
            LiveLog(
                row[0], row[1], row[2], row[3], Person(row[4], row[5]), at(row[6]), at(row[7]),
                row[8], None if row[9] is None else at(row[9]),
            )
            for row in rows
        )  # fmt: skip
