"""A store in PostgreSQL, for several processes on several machines. See docs/adr/.

Writes that must be alone take one advisory lock for the length of their transaction, which is
what BEGIN IMMEDIATE does for a file: what a repository has read stays true until it has written.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import OpsError
from bot.store.connection import OWN_TABLES, Conflict, Connection, Sql
from bot.store.postgresql.dialect import statement, values
from bot.store.postgresql.failures import explained
from bot.store.postgresql.leases import Lease, Leases
from bot.store.postgresql.migrating import migrate
from bot.store.postgresql.types import prepare

if TYPE_CHECKING:
    import psycopg
    from psycopg_pool import ConnectionPool

WRITE_LOCK = 7_317_462_905_118_231_041  # any number that nobody else takes
CONNECT_SECONDS = 5.0
_MOST_CONNECTIONS = 6


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


class _Sql:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> _Rows:
        return _Rows(self.connection.execute(statement(sql), values(parameters)))

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> _Rows:
        cursor = self.connection.cursor()
        cursor.executemany(statement(sql), [values(each) for each in parameters])
        return _Rows(cursor)


class Postgresql(Connection):
    """A pool of connections; usable from every thread.

    `patience` is how many seconds a write waits for another one. `path` is where this machine
    keeps what belongs to the store. Raises OpsError where it cannot be opened.
    """

    def __init__(self, url: str, path: Path, patience: float) -> None:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
        from psycopg_pool import ConnectionPool

        self.path = path
        try:
            known = conninfo_to_dict(url)
        except psycopg.Error as error:
            raise OpsError(
                "`[store] url` is no address of a PostgreSQL database.",
                "It looks like postgresql://user@host/database.",
                permanent=True,
            ) from error
        self.place = f"{known.get('host') or 'localhost'}/{known.get('dbname') or ''}"
        self._patience = patience
        self._inside = threading.local()
        # PgBouncer keeps no prepared statements; detached servers are noticed by keepalives.
        options: dict[str, Any] = {
            "autocommit": True,
            "prepare_threshold": None,
            "connect_timeout": int(CONNECT_SECONDS),
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 8_000,
            "application_name": "pitchey store",
        }
        self._pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            url,
            kwargs=options,
            min_size=1,
            max_size=_MOST_CONNECTIONS,
            timeout=CONNECT_SECONDS,
            configure=prepare,
            check=ConnectionPool.check_connection,
            open=False,
            name="store",
        )
        self.leases = Leases(self)
        try:
            with psycopg.connect(url, **options) as first:
                prepare(first)
                migrate(first, self.place)
            self._pool.open(wait=True, timeout=CONNECT_SECONDS)
        except psycopg.Error as error:
            self._pool.close()
            raise explained(error, self.place) from error

    @contextmanager
    def write(self, *, durable: bool = True, alone: bool = True) -> Iterator[Sql]:
        begin = f"BEGIN; SET LOCAL lock_timeout = {max(1, round(self._patience * 1000))};"
        if not durable:
            begin += " SET LOCAL synchronous_commit = off;"
        if alone:
            begin += f" SELECT pg_advisory_xact_lock({WRITE_LOCK});"
        with self._connected() as connection:
            connection.execute(begin.encode())
            self._inside.connection = connection
            try:
                yield _Sql(connection)
                connection.execute("COMMIT")
            except BaseException:
                self._undo(connection)
                raise
            finally:
                self._inside.connection = None

    @contextmanager
    def read(self) -> Iterator[Sql]:
        # Inside of a write, what was written so far is read.
        if (connection := getattr(self._inside, "connection", None)) is not None:
            yield _Sql(connection)
            return
        with self._connected() as fresh:
            yield _Sql(fresh)

    @contextmanager
    def unless_taken(self, sql: Sql) -> Iterator[None]:
        import psycopg

        assert isinstance(sql, _Sql)  # noqa: S101 - what `write` gave
        sql.connection.execute("SAVEPOINT unless_taken")
        try:
            yield
        except psycopg.errors.IntegrityError as error:
            sql.connection.execute("ROLLBACK TO SAVEPOINT unless_taken")
            raise Conflict(str(error)) from error

    def triggers(self, *tables: str) -> frozenset[str]:
        with self.read() as sql:
            found = sql.execute(
                "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
                "WHERE NOT tgisinternal AND tgenabled = 'O' "
                "AND relnamespace = current_schema()::regnamespace"
            ).fetchall()
        return frozenset(name for name, table in found if not tables or table in tables)

    def tables(self) -> tuple[str, ...]:
        with self.read() as sql:
            found = sql.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
            ).fetchall()
        return tuple(name for (name,) in found if not name.startswith(OWN_TABLES))

    def columns(self, table: str) -> tuple[str, ...]:
        with self.read() as sql:
            found = sql.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = ?::regclass AND attnum > 0 "
                "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
                (table,),
            ).fetchall()
        return tuple(name for (name,) in found)

    def unguard(self, sql: Sql) -> None:
        for table in self.tables():
            sql.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")

    def guard(self, sql: Sql) -> None:
        for table in self.tables():
            sql.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        counted = sql.execute(
            "SELECT attrelid::regclass::text, attname FROM pg_attribute "
            "JOIN pg_class ON pg_class.oid = attrelid WHERE attidentity = 'd' "
            "AND relnamespace = current_schema()::regnamespace"
        ).fetchall()
        for table, column in counted:
            next_one = f"SELECT coalesce(max({column}), 0) + 1 FROM {table}"  # noqa: S608
            sequence = sql.execute("SELECT pg_get_serial_sequence(?, ?)", (table, column))
            (following,) = sql.execute(next_one).fetchone()
            sql.execute("SELECT setval(?, ?, false)", (sequence.fetchone()[0], following))

    def copy_to(self, target: Path) -> None:
        from bot.store.copying import copy
        from bot.store.sqlite_file import SqliteFile

        file = SqliteFile(target, self._patience)
        try:
            copy(self, file)
        finally:
            file.close()

    def turn(self, name: str) -> Lease:
        return self.leases.turn(name)

    def problem(self) -> OpsError | None:
        try:
            with self.write(durable=False, alone=False) as sql:
                sql.execute("INSERT OR IGNORE INTO store_touch VALUES (1)")
                sql.execute("UPDATE store_touch SET id = 1")
        except OpsError as error:
            return error
        return None

    def close(self) -> None:
        self.leases.close()
        self._pool.close()

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        import psycopg
        from psycopg_pool import PoolTimeout

        try:
            with self._pool.connection() as connection:
                yield connection
        except PoolTimeout as error:
            raise explained(psycopg.OperationalError("no connection"), self.place) from error
        except psycopg.Error as error:
            raise explained(error, self.place) from error

    def _undo(self, connection: psycopg.Connection[Any]) -> None:
        import psycopg

        try:
            connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()  # the server undoes what it had, and the pool takes another one
