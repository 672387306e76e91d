"""Maintenance mode: which version answers instead, since when, and what comes back afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from bot.command import Person
from bot.store.connection import Conflict, Connection
from bot.store.operation_rows import at
from bot.store.outbox_rows import milliseconds

_COLUMNS = (
    "id, environment, version, before, message, person_id, person_name, incident, silence, "
    "deployment, began_at, ends_at, ended_at, ended_by, reminded_at, reminders, overtaken"
)
Split = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class MaintenanceRecord:
    """`before` is the split (version, percent) that answered until then, and comes back.

    `deployment` is empty until Cloudflare has taken the maintenance version; `overtaken` is the
    id of somebody's deployment over it that the channel was told of.
    """

    id: int
    environment: str
    version: str
    before: Split
    message: str
    person: Person
    incident: str
    silence: int
    deployment: str
    began_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    ended_by: str
    reminded_at: datetime | None
    reminders: int
    overtaken: str

    @property
    def planned(self) -> bool:
        """No incident was open when it began."""
        return not self.incident


class Maintenances:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(
        self,
        environment: str,
        *,
        version: str,
        before: Split,
        message: str,
        person: Person,
        incident: str,
        began_at: datetime,
        ends_at: datetime,
    ) -> MaintenanceRecord | None:
        """Before anything is deployed; None where one is open already."""
        with self._connection.write() as sqlite:
            try:
                with self._connection.unless_taken(sqlite):
                    added = sqlite.execute(
                        "INSERT INTO maintenance (environment, version, before, message, "
                        "person_id, person_name, incident, began_at, ends_at) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (
                            environment, version, json.dumps(before), message, person.id,
                            person.name, incident, milliseconds(began_at), milliseconds(ends_at),
                        ),
                    )  # fmt: skip
            except Conflict:
                return None
            number = int(added.lastrowid or 0)
        return self.find(number)

    def find(self, number: int) -> MaintenanceRecord | None:
        found = self._read("WHERE id = ?", number)
        return found[0] if found else None

    def current(self, environment: str) -> MaintenanceRecord | None:
        """The open one, whether or not its time is over."""
        found = self._read("WHERE environment = ? AND ended_at IS NULL", environment)
        return found[0] if found else None

    def open(self) -> tuple[MaintenanceRecord, ...]:
        return self._read("WHERE ended_at IS NULL ORDER BY id")

    def past(self, most: int, environment: str) -> tuple[MaintenanceRecord, ...]:
        """Those that are over, newest first."""
        return self._read(
            "WHERE ended_at IS NOT NULL AND environment = ? ORDER BY id DESC LIMIT ?",
            environment, most,
        )  # fmt: skip

    def between(self, since: datetime, until: datetime) -> tuple[MaintenanceRecord, ...]:
        """Those that reach into [since, until), oldest first; for reports."""
        return self._read(
            "WHERE began_at < ? AND (ended_at IS NULL OR ended_at >= ?) ORDER BY began_at, id",
            milliseconds(until), milliseconds(since),
        )  # fmt: skip

    def deployed(self, number: int, deployment: str, silence: int) -> None:
        """Cloudflare has taken the maintenance version."""
        self._set(number, "deployment = ?, silence = ?, overtaken = ''", deployment, silence)

    def extend(self, number: int, ends_at: datetime, message: str, silence: int) -> None:
        self._set(
            number, "ends_at = ?, message = ?, silence = ?, reminded_at = NULL",
            milliseconds(ends_at), message, silence,
        )  # fmt: skip

    def end(self, number: int, by: str, now: datetime) -> bool:
        """False where somebody was quicker."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE maintenance SET ended_at = ?, ended_by = ? "
                    "WHERE id = ? AND ended_at IS NULL",
                    (milliseconds(now), by, number),
                ).rowcount
                == 1
            )

    def reminded(self, number: int, now: datetime, before: int) -> bool:
        """Claim one reminder; False where another process was quicker."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE maintenance SET reminded_at = ?, reminders = reminders + 1 "
                    "WHERE id = ? AND ended_at IS NULL AND reminders = ?",
                    (milliseconds(now), number, before),
                ).rowcount
                == 1
            )

    def note_overtaken(self, number: int, deployment: str) -> None:
        self._set(number, "overtaken = ?", deployment)

    def _set(self, number: int, columns: str, *values: object) -> None:
        with self._connection.write() as sqlite:
            sqlite.execute(
                f"UPDATE maintenance SET {columns} WHERE id = ?",  # noqa: S608 fixed words
                (*values, number),
            )

    def _read(self, condition: str, *values: object) -> tuple[MaintenanceRecord, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_COLUMNS} FROM maintenance {condition}",  # noqa: S608 fixed words
                values,
            ).fetchall()
        return tuple(_record(row) for row in rows)


def _record(row: tuple[object, ...]) -> MaintenanceRecord:
    split = tuple((str(version), float(share)) for version, share in json.loads(str(row[3])))
    return MaintenanceRecord(
        int(str(row[0])), str(row[1]), str(row[2]), split, str(row[4]),
        Person(str(row[5]), str(row[6])), str(row[7]), int(str(row[8])), str(row[9]),
        _moment(row[10]), _moment(row[11]), _maybe(row[12]), str(row[13]), _maybe(row[14]),
        int(str(row[15])), str(row[16]),
    )  # fmt: skip


def _moment(value: object) -> datetime:
    return at(int(str(value)))


def _maybe(value: object) -> datetime | None:
    return None if value is None else _moment(value)
