"""What a rehearsal changes: one row an operation, which counts how often it was carried out."""

from __future__ import annotations

from datetime import datetime

from bot.store.connection import Connection


class Rehearsals:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def carry_out(self, operation: str, now: datetime) -> None:
        """Count once more; nothing here hides a second time."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                "INSERT INTO rehearsals VALUES (?, 1, ?) "
                "ON CONFLICT (operation) DO UPDATE SET times = rehearsals.times + 1",
                (operation, int(now.timestamp() * 1000)),
            )

    def times(self, operation: str) -> int:
        """How often it was carried out; anything but 0 or 1 is a fault."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT times FROM rehearsals WHERE operation = ?", (operation,)
            ).fetchone()
        return int(row[0]) if row else 0

    def count(self) -> tuple[int, int]:
        """How many operations were carried out, and the highest count of one."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT count(*), coalesce(max(times), 0) FROM rehearsals"
            ).fetchone()
        return int(row[0]), int(row[1])
