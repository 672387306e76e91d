"""Archives of old rows: what was copied to the bucket, what was deleted, how far it came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.store.connection import Connection
from bot.store.operation_rows import at, moment
from bot.store.outbox_rows import milliseconds

_COLUMNS = (
    "id, operation, table_name, column_name, cutoff, state, began_at, ended_at, bucket, prefix, "
    "rows, bytes, deleted, stayed, restored_at, person_name, detail"
)
_PART = "number, key, rows, bytes, sha256, last, least, most, deleted, stayed"
_FRESH = ", ".join(f"{name} = excluded.{name}" for name in _PART.split(", ")[1:])


class ArchiveState(StrEnum):
    COPYING = "copying"  # rows are copied; none is deleted before the manifest was verified
    DELETING = "deleting"
    FINISHED = "finished"
    ABANDONED = "abandoned"  # nothing was deleted


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """One object. `last` is its last primary key, `least` and `most` the column's range (text).

    `deleted` is None until its rows were deleted; `stayed` are those that were left in the table.
    """

    number: int
    key: str
    rows: int
    bytes: int
    sha256: str
    last: str
    least: str
    most: str
    deleted: int | None = None
    stayed: int | None = None


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """`table_name` as SQL writes it; `cutoff` is the ISO time that rows are older than."""

    id: str
    operation: str
    table_name: str
    column_name: str
    cutoff: str
    state: ArchiveState
    began_at: datetime
    ended_at: datetime | None
    bucket: str
    prefix: str
    rows: int
    bytes: int
    deleted: int
    stayed: int
    restored_at: datetime | None
    person_name: str
    detail: str


class DatabaseArchives:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, record: ArchiveRecord) -> bool:
        """False where the id is taken."""
        with self._connection.write() as sqlite:
            added = sqlite.execute(
                "INSERT INTO database_archives (id, operation, table_name, column_name, cutoff, "
                "state, began_at, bucket, prefix, person_name) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    record.id, record.operation, record.table_name, record.column_name,
                    record.cutoff, record.state, milliseconds(record.began_at), record.bucket,
                    record.prefix, record.person_name,
                ),
            )  # fmt: skip
            return bool(added.rowcount)

    def keep_part(self, archive: str, part: ArchivePart) -> None:
        """It lies in the bucket and was read back."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                f"INSERT INTO database_archive_parts (archive, {_PART}) "  # noqa: S608 fixed words
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL) "
                f"ON CONFLICT (archive, number) DO UPDATE SET {_FRESH}",
                (
                    archive, part.number, part.key, part.rows, part.bytes, part.sha256, part.last,
                    part.least, part.most,
                ),
            )  # fmt: skip
            self._add_up(sqlite, archive)

    def deleted(self, archive: str, number: int, deleted: int, stayed: int) -> None:
        """The rows of a part are gone from the table, but for those that stayed."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE database_archive_parts SET deleted = ?, stayed = ? "
                "WHERE archive = ? AND number = ?",
                (deleted, stayed, archive, number),
            )
            self._add_up(sqlite, archive)

    def move(self, archive: str, state: ArchiveState, now: datetime, detail: str = "") -> None:
        final = state in (ArchiveState.FINISHED, ArchiveState.ABANDONED)
        ended = milliseconds(now) if final else None
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE database_archives SET state = ?, ended_at = ?, detail = ? WHERE id = ?",
                (state, ended, detail, archive),
            )

    def restored(self, archive: str, now: datetime) -> None:
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE database_archives SET restored_at = ? WHERE id = ?",
                (milliseconds(now), archive),
            )

    def get(self, archive: str) -> ArchiveRecord | None:
        found = self._read("id = ?", archive)
        return found[0] if found else None

    def unfinished(self, table: str = "") -> tuple[ArchiveRecord, ...]:
        """Those that a crash or a failure left half done, oldest first."""
        where = "state IN ('copying', 'deleting')"
        if table:
            return self._read(f"{where} AND table_name = ? ORDER BY began_at, id", table)
        return self._read(f"{where} ORDER BY began_at, id")

    def newest(self, most: int) -> tuple[ArchiveRecord, ...]:
        return self._read("id <> '' ORDER BY began_at DESC, id LIMIT ?", most)

    def parts(self, archive: str) -> tuple[ArchivePart, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_PART} FROM database_archive_parts "  # noqa: S608 fixed words
                "WHERE archive = ? ORDER BY number",
                (archive,),
            ).fetchall()
        return tuple(ArchivePart(*row) for row in rows)

    def _add_up(self, sqlite: Any, archive: str) -> None:
        sqlite.execute(
            "UPDATE database_archives SET (rows, bytes, deleted, stayed) = (SELECT "
            "coalesce(sum(rows), 0), coalesce(sum(bytes), 0), coalesce(sum(deleted), 0), "
            "coalesce(sum(stayed), 0) FROM database_archive_parts WHERE archive = ?) WHERE id = ?",
            (archive, archive),
        )

    def _read(self, where: str, *values: object) -> tuple[ArchiveRecord, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_COLUMNS} FROM database_archives WHERE {where}",  # noqa: S608 our words
                values,
            ).fetchall()
        return tuple(_record(row) for row in rows)


def _record(row: tuple[Any, ...]) -> ArchiveRecord:
    fields = dict(zip(_COLUMNS.split(", "), row, strict=True))
    fields["state"] = ArchiveState(fields["state"])
    fields["began_at"] = at(fields["began_at"])
    for name in ("ended_at", "restored_at"):
        fields[name] = moment(fields[name])
    return ArchiveRecord(**fields)
