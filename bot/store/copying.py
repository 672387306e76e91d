"""Moves everything from one store into another, empty one, and proves that it arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.errors import OpsError
from bot.store.audit import Audit
from bot.store.connection import Connection, Sql
from bot.store.timeline import Timeline

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Copied:
    """How many rows of each table were copied, by name."""

    tables: dict[str, int]

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def copy(
    source: Connection,
    target: Connection,
    before_it_counts: Callable[[], None] = lambda: None,
    emptying: str = "Give an empty database, or a file that does not exist yet.",
) -> Copied:
    """All rows of one moment, in one transaction of the target: whatever ends it leaves the target
    as it was. Raises OpsError where that is not empty, where a count differs afterwards, where
    a chain ends in another hash, and what `before_it_counts` raises at the end. `emptying` is what
    to do where the target is not empty.
    """
    names = source.tables()
    if lacking := set(names) - set(target.tables()):
        raise OpsError(f"The other store has no table {', '.join(sorted(lacking))}.")
    found: dict[str, int] = {}
    with source.frozen() as old, target.write() as new:
        target.unguard(new)
        for name in names:
            held = _count(new, name)
            columns = source.columns(name)
            if held and not _beginning(name, held):
                raise OpsError(
                    f"The other store is not empty: {name} has {held:,} "
                    f"{'row' if held == 1 else 'rows'}. Nothing was copied.",
                    emptying,
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
        target.guard(new)
        _same_heads(old, new)
        before_it_counts()
    return Copied(found)


def broken_chains(connection: Connection) -> dict[str, str]:
    """What is wrong with the audit log and each timeline, by name; empty where all is intact."""
    found = {"audit log": Audit(connection).verify()}
    timelines = Timeline(connection)
    with connection.read() as sql:
        numbers = [row[0] for row in sql.execute("SELECT incident FROM timeline_heads ORDER BY 1")]
    checked = {f"timeline of INC-{number}": timelines.verify(f"INC-{number}") for number in numbers}
    return {
        name: f"at entry {each.first_broken}: {each.reason}" if each.first_broken else each.reason
        for name, each in (found | checked).items()
        if not each.intact
    }


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
