"""Statements of the repositories on one connection of psycopg."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bot.store.postgresql.dialect import statement, values

if TYPE_CHECKING:
    import psycopg


class _Rows:
    """A finished statement."""

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self._cursor = cursor

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        found = self._cursor.connection.execute("SELECT lastval()").fetchone()
        return int(found[0]) if found else None

    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._cursor)


class PostgresqlSql:
    """As `bot.store.connection.Sql` says, inside of one connection."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> _Rows:
        return _Rows(self.connection.execute(statement(sql), values(parameters)))

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> _Rows:
        cursor = self.connection.cursor()
        cursor.executemany(statement(sql), [values(each) for each in parameters])
        return _Rows(cursor)
