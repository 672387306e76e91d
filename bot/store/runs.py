"""When the bot ran: started, last sign of life, ended. A run without an end was cut off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store.connection import Connection
from bot.store.outbox_rows import milliseconds, moment

_COLUMNS = "id, version, transport, started_at, heartbeat_at, contact_at, ended_at"


@dataclass(frozen=True, slots=True)
class Run:
    """One process that served Slack. `contact_at` is the last that was heard from Slack; UTC."""

    id: int
    version: str
    transport: str
    started_at: datetime
    heartbeat_at: datetime
    contact_at: datetime | None
    ended_at: datetime | None


class Runs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, version: str, transport: str, now: datetime) -> int:
        at = milliseconds(now)
        with self._connection.write() as sqlite:
            cursor = sqlite.execute(
                "INSERT INTO runs (version, transport, started_at, heartbeat_at) "
                "VALUES (?, ?, ?, ?)",
                (version, transport, at, at),
            )
            return int(cursor.lastrowid or 0)

    def beat(self, run: int, now: datetime, contact: datetime | None) -> None:
        """A sign of life. A power cut may lose the last one: the gap is then told a bit longer."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE runs SET heartbeat_at = ?, contact_at = coalesce(?, contact_at) "
                "WHERE id = ?",
                (milliseconds(now), milliseconds(contact) if contact else None, run),
            )

    def end(self, run: int, now: datetime) -> None:
        at = milliseconds(now)
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE runs SET heartbeat_at = ?, ended_at = ? WHERE id = ?", (at, at, run)
            )

    def latest(self, before: int | None = None) -> Run | None:
        """The newest run, or the newest one before that run."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                f"SELECT {_COLUMNS} FROM runs WHERE id < ? ORDER BY id DESC LIMIT 1",  # noqa: S608
                (before if before is not None else 1 << 62,),
            ).fetchone()
        return None if row is None else _run(row)

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
    identifier, version, transport, *times = row
    return Run(identifier, version, transport, *(moment(each) for each in times))  # type: ignore[arg-type]  # started_at and heartbeat_at are NOT NULL
