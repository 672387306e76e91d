"""Each schedule: when it last ran, how that ended, and whether somebody paused it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.connection import Connection
from bot.store.outbox_rows import milliseconds, moment

_COLUMNS = (
    "job, since, due, started_at, finished_at, outcome, detail, paused_at, paused_by, paused_until"
)


@dataclass(frozen=True, slots=True)
class ScheduleRecord:
    """`due` is the time that was run last; `outcome` is succeeded, failed or empty. UTC."""

    job: str
    since: datetime
    due: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    outcome: str
    detail: str
    paused_at: datetime | None
    paused_by: str
    paused_until: datetime | None

    def paused(self, now: datetime) -> bool:
        """Whether it is left out now; a pause with an end ends by itself."""
        if self.paused_at is None:
            return False
        return self.paused_until is None or now < self.paused_until


class Schedules:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def know(self, job: str, now: datetime) -> ScheduleRecord:
        """The schedule of that name, from now on known."""
        if (known := self.find(job)) is not None:
            return known
        with self._connection.write() as sqlite:
            sqlite.execute(
                "INSERT OR IGNORE INTO schedules (job, since) VALUES (?, ?)",
                (job, milliseconds(now)),
            )
        found = self.find(job)
        return found or ScheduleRecord(job, now, None, None, None, "", "", None, "", None)

    def find(self, job: str) -> ScheduleRecord | None:
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                f"SELECT {_COLUMNS} FROM schedules WHERE job = ?",  # noqa: S608 fixed words
                (job,),
            ).fetchone()
        return None if row is None else _from_row(row)

    def started(self, job: str, due: datetime, now: datetime) -> None:
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE schedules SET due = ?, started_at = ?, finished_at = NULL WHERE job = ?",
                (milliseconds(due), milliseconds(now), job),
            )

    def finished(self, job: str, outcome: str, detail: str, now: datetime) -> str:
        """Note how it ended; answers how it had ended the time before."""
        with self._connection.write(durable=False) as sqlite:
            before = sqlite.execute(
                "SELECT outcome FROM schedules WHERE job = ?", (job,)
            ).fetchone()
            sqlite.execute(
                "UPDATE schedules SET finished_at = ?, outcome = ?, detail = ? WHERE job = ?",
                (milliseconds(now), outcome, detail, job),
            )
        return str(before[0]) if before else ""

    def pause(self, job: str, by: str, now: datetime, until: datetime | None = None) -> bool:
        """False where it was paused already."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE schedules SET paused_at = ?, paused_by = ?, paused_until = ? "
                    "WHERE job = ? AND (paused_at IS NULL OR paused_until <= ?)",
                    (
                        milliseconds(now),
                        by,
                        None if until is None else milliseconds(until),
                        job,
                        milliseconds(now),
                    ),
                ).rowcount
                == 1
            )

    def resume(self, job: str) -> bool:
        """False where it was not paused."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE schedules SET paused_at = NULL, paused_by = '', paused_until = NULL "
                    "WHERE job = ? AND paused_at IS NOT NULL",
                    (job,),
                ).rowcount
                == 1
            )


def _from_row(row: tuple[object, ...]) -> ScheduleRecord:
    fields = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for name in ("since", "due", "started_at", "finished_at", "paused_at", "paused_until"):
        since_1970 = fields[name]
        fields[name] = moment(since_1970 if isinstance(since_1970, int) else None)
    return ScheduleRecord(**fields)  # type: ignore[arg-type]
