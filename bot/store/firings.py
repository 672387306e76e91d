"""What is done at set times: each time is done once, and caught up after a downtime."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store.connection import Connection
from bot.store.outbox_rows import milliseconds

LEASE = timedelta(minutes=10)


class Firings:
    """One row for each time that a job was due."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(
        self, job: str, due: datetime, now: datetime | None = None, lease: timedelta = LEASE
    ) -> bool:
        """True for the first to claim this time, and for one who takes over from a killed one.

        A claim that was not finished within the lease counts as cut off.
        """
        at = now or due
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "INSERT INTO firings (job, due, claimed_at) VALUES (?, ?, ?) "
                    "ON CONFLICT (job, due) DO UPDATE SET claimed_at = excluded.claimed_at "
                    "WHERE firings.finished_at IS NULL AND firings.claimed_at < ?",
                    (job, milliseconds(due), milliseconds(at), milliseconds(at - lease)),
                ).rowcount
                == 1
            )

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
