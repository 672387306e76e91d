"""What care of the platform's database did and gained, for reports and for later estimates."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import datetime

from bot.store.connection import Connection
from bot.store.operation_rows import at
from bot.store.outbox_rows import milliseconds

_COLUMNS = (
    "at, operation, kind, target, seconds, bytes_before, bytes_after, dead_before, dead_after, "
    "rows, problem, ddl, person_name"
)
_LEAST_SECONDS = 0.05  # what takes less says nothing about speed
_LOOKED_AT = 20  # newest treatments


@dataclass(frozen=True, slots=True)
class MaintenanceRecord:
    """One table or index that was treated. `kind` is the command's second word, as in `vacuum`.

    `problem` says why it failed; `ddl` makes a dropped index again.
    """

    at: datetime
    operation: str
    kind: str
    target: str
    seconds: float
    bytes_before: int = 0
    bytes_after: int = 0
    dead_before: int = 0
    dead_after: int = 0
    rows: int = 0
    problem: str = ""
    ddl: str = ""
    person_name: str = ""

    @property
    def gained(self) -> int:
        """Bytes that are free now; negative where it grew."""
        return self.bytes_before - self.bytes_after


class MaintenanceRecords:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: MaintenanceRecord) -> None:
        marks = ", ".join("?" * len(_COLUMNS.split(", ")))
        with self._connection.write() as sqlite:
            sqlite.execute(
                f"INSERT INTO maintenance_records ({_COLUMNS}) VALUES ({marks})",  # noqa: S608
                (
                    milliseconds(record.at), record.operation, record.kind, record.target,
                    record.seconds, record.bytes_before, record.bytes_after, record.dead_before,
                    record.dead_after, record.rows, record.problem, record.ddl,
                    record.person_name,
                ),
            )  # fmt: skip

    def between(self, since: datetime, until: datetime) -> tuple[MaintenanceRecord, ...]:
        """Oldest first; `until` itself is not in it."""
        return self._read(
            "at >= ? AND at < ? ORDER BY number", milliseconds(since), milliseconds(until)
        )

    def of(self, operation: str) -> tuple[MaintenanceRecord, ...]:
        """Oldest first."""
        return self._read("operation = ? ORDER BY number", operation)

    def dropped(self, target: str = "") -> tuple[MaintenanceRecord, ...]:
        """Indexes that were dropped here, newest first; with the DDL that makes them again."""
        where = "kind = 'drop-index' AND ddl <> '' AND problem = ''"
        if not target:
            return self._read(f"{where} ORDER BY number DESC LIMIT 50")
        return self._read(f"{where} AND target = ? ORDER BY number DESC LIMIT 1", target)

    def speed(self, kind: str) -> float | None:
        """Bytes a second, the median of the newest treatments; None before the first."""
        found = self._read(
            "kind = ? AND problem = '' AND seconds >= ? AND bytes_before > 0 "
            f"ORDER BY number DESC LIMIT {_LOOKED_AT}",
            kind,
            _LEAST_SECONDS,
        )
        return statistics.median(one.bytes_before / one.seconds for one in found) if found else None

    def _read(self, where: str, *values: object) -> tuple[MaintenanceRecord, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_COLUMNS} FROM maintenance_records WHERE {where}",  # noqa: S608 our words
                values,
            ).fetchall()
        return tuple(MaintenanceRecord(at(row[0]), *row[1:]) for row in rows)
