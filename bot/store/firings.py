"""What is done at set times: each time is done once, and caught up after a downtime."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.connection import Connection
from bot.store.operation_rows import at
from bot.store.outbox_rows import milliseconds

LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A time that somebody claimed. `claimed_by` is that process; empty once it was given back."""

    job: str
    due: datetime
    claimed_by: str


class Firings:
    """One row for each time that a job was due."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(
        self,
        job: str,
        due: datetime,
        now: datetime | None = None,
        lease: timedelta = LEASE,
        by: str = "",
    ) -> bool:
        """True for the first to claim this time, and for one who takes over from a killed one.

        A claim that was not finished within the lease counts as cut off. `by` is the process.
        """
        when = now or due
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "INSERT INTO firings (job, due, claimed_at, claimed_by) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT (job, due) DO UPDATE SET claimed_at = excluded.claimed_at, "
                    "claimed_by = excluded.claimed_by "
                    "WHERE firings.finished_at IS NULL AND firings.claimed_at < ?",
                    (job, milliseconds(due), milliseconds(when), by, milliseconds(when - lease)),
                ).rowcount
                == 1
            )

    def give_back(self, job: str, due: datetime, by: str) -> None:
        """What that process had claimed and did not finish may be claimed by anybody, at once."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE firings SET claimed_at = 0, claimed_by = '' "
                "WHERE job = ? AND due = ? AND claimed_by = ? AND finished_at IS NULL",
                (job, milliseconds(due), by),
            )

    def unfinished(self) -> tuple[Unfinished, ...]:
        """What processes say they are doing now, or gave back, or died over."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT job, due, claimed_by FROM firings WHERE finished_at IS NULL "
                "AND (claimed_by != '' OR claimed_at = 0) ORDER BY job, due"
            ).fetchall()
        return tuple(Unfinished(job, at(due), by) for job, due, by in rows)

    def finish(self, job: str, due: datetime, now: datetime) -> None:
        """What was to be done at that time is done."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE firings SET finished_at = ? WHERE job = ? AND due = ?",
                (milliseconds(now), job, milliseconds(due)),
            )

    def finished(self, job: str, due: datetime) -> bool:
        with self._connection.read() as sqlite:
            found = sqlite.execute(
                "SELECT 1 FROM firings WHERE job = ? AND due = ? AND finished_at IS NOT NULL",
                (job, milliseconds(due)),
            ).fetchone()
        return found is not None

    def forget_before(self, instant: datetime) -> int:
        with self._connection.write() as sqlite:
            return sqlite.execute(
                "DELETE FROM firings WHERE due < ?", (milliseconds(instant),)
            ).rowcount
