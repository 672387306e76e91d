"""Moves everything from one store into another, empty one, and proves that it arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.errors import OpsError
from bot.store.connection import Connection, Sql

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Copied:
    """How many rows of each table were copied, by name."""

    tables: dict[str, int]

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def copy(
    source: Connection, target: Connection, say: Callable[[str], None] = lambda _: None
) -> Copied:
    """All rows, in one transaction of the target; raises OpsError where it is not empty, where
    a count differs afterwards, or where a chain ends in another hash.

    Nobody may write to the source meanwhile: stop the bot first.
    """
    names = source.tables()
    if lacking := set(names) - set(target.tables()):
        raise OpsError(f"The other store has no table {', '.join(sorted(lacking))}.")
    found: dict[str, int] = {}
    with source.read() as old, target.write() as new:
        target.unguard(new)
        for name in names:
            held = _count(new, name)
            columns = source.columns(name)
            if held and not _beginning(name, held):
                raise OpsError(
                    f"The other store is not empty: {name} has {held:,} rows.",
                    "Give an empty database, or a file that does not exist yet.",
                    permanent=True,
                )
            new.execute(f"DELETE FROM {name}")  # noqa: S608 names of ours
            marks = ", ".join("?" for _ in columns)
            listed = ", ".join(columns)
            for rows in _rows(old, name, columns):
                new.executemany(
                    f"INSERT INTO {name} ({listed}) VALUES ({marks})",  # noqa: S608 names of ours
                    rows,
                )
            found[name] = _count(new, name)
            if found[name] != (wanted := _count(old, name)):
                raise OpsError(f"{name} has {wanted:,} rows, and {found[name]:,} arrived.")
            if found[name]:
                say(f"{name}: {found[name]:,} rows")
        target.guard(new)
        _same_heads(old, new)
    return Copied(found)


def _rows(sql: Sql, name: str, columns: tuple[str, ...]) -> Iterator[list[tuple[object, ...]]]:
    listed = ", ".join(columns)
    cursor = sql.execute(f"SELECT {listed} FROM {name}")  # noqa: S608 names of ours
    batch: list[tuple[object, ...]] = []
    for row in cursor:
        batch.append(tuple(row))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _count(sql: Sql, name: str) -> int:
    return int(sql.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608


def _beginning(name: str, rows: int) -> bool:
    """What a store has from its first moment."""
    return name == "audit_head" and rows == 1


def _same_heads(old: Sql, new: Sql) -> None:
    for sql in (
        "SELECT entries, hash FROM audit_head",
        "SELECT incident, entries, hash FROM timeline_heads ORDER BY incident",
    ):
        if [tuple(row) for row in old.execute(sql)] != [tuple(row) for row in new.execute(sql)]:
            raise OpsError("A chain ends in another hash after the copy: nothing was kept.")
