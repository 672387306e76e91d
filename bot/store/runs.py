"""When the bot ran: started, last sign of life, ended. A run without an end was cut off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store.connection import Connection
from bot.store.operation_rows import at
from bot.store.outbox_rows import milliseconds, moment

_COLUMNS = (
    "id, version, transport, started_at, heartbeat_at, contact_at, ended_at, "
    "process, place, leaving_at"
)


@dataclass(frozen=True, slots=True)
class Run:
    """One process that served Slack. `contact_at` is the last that was heard from Slack; UTC.

    `process` is its name of `bot.store.presence`, `place` the machine and the process's number
    there; since `leaving_at` it takes nothing new.
    """

    id: int
    version: str
    transport: str
    started_at: datetime
    heartbeat_at: datetime
    contact_at: datetime | None
    ended_at: datetime | None
    process: str = ""
    place: str = ""
    leaving_at: datetime | None = None


class Runs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(
        self, version: str, transport: str, now: datetime, process: str = "", place: str = ""
    ) -> int:
        began = milliseconds(now)
        with self._connection.write() as sqlite:
            cursor = sqlite.execute(
                "INSERT INTO runs (version, transport, started_at, heartbeat_at, process, place) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (version, transport, began, began, process, place),
            )
            return int(cursor.lastrowid or 0)

    def beat(self, run: int, now: datetime, contact: datetime | None, process: str = "") -> None:
        """A sign of life. A power cut may lose the last one: the gap is then told a bit longer.

        `process` is its present name: one that was cut off for long goes on under a new one.
        """
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE runs SET heartbeat_at = ?, contact_at = coalesce(?, contact_at), "
                "process = ? WHERE id = ?",
                (milliseconds(now), milliseconds(contact) if contact else None, process, run),
            )

    def leave(self, run: int, now: datetime) -> None:
        """From now on it takes nothing new, and ends soon."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute("UPDATE runs SET leaving_at = ? WHERE id = ?", (milliseconds(now), run))

    def end(self, run: int, now: datetime) -> None:
        when = milliseconds(now)
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE runs SET heartbeat_at = ?, ended_at = ? WHERE id = ?", (when, when, run)
            )

    def latest(self, before: int | None = None) -> Run | None:
        """The newest run, or the newest one before that run."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                f"SELECT {_COLUMNS} FROM runs WHERE id < ? ORDER BY id DESC LIMIT 1",  # noqa: S608
                (before if before is not None else 1 << 62,),
            ).fetchone()
        return None if row is None else _run(row)

    def open(self, since: datetime) -> tuple[Run, ...]:
        """Those without an end that gave a sign of life since then, newest first.

        Some of them may have been killed: `presence.alive(run.process)` tells.
        """
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_COLUMNS} FROM runs WHERE ended_at IS NULL "  # noqa: S608 fixed words
                "AND heartbeat_at >= ? ORDER BY id DESC",
                (milliseconds(since),),
            ).fetchall()
        return tuple(_run(row) for row in rows)

    def since(self, instant: datetime, before: int) -> tuple[Run, ...]:
        """The runs started since then and before that run, oldest first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_COLUMNS} FROM runs WHERE started_at >= ? AND id < ? ORDER BY id",  # noqa: S608
                (milliseconds(instant), before),
            ).fetchall()
        return tuple(_run(row) for row in rows)

    def forget_before(self, instant: datetime) -> int:
        with self._connection.write() as sqlite:
            return sqlite.execute(
                "DELETE FROM runs WHERE started_at < ? AND id < (SELECT max(id) FROM runs)",
                (milliseconds(instant),),
            ).rowcount


def _run(row: tuple[Any, ...]) -> Run:
    return Run(
        id=row[0],
        version=row[1],
        transport=row[2],
        started_at=at(row[3]),
        heartbeat_at=at(row[4]),
        contact_at=moment(row[5]),
        ended_at=moment(row[6]),
        process=row[7],
        place=row[8],
        leaving_at=moment(row[9]),
    )
