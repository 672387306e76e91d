"""A store in PostgreSQL, for several processes on several machines. See docs/adr/.

Writes that must be alone take one advisory lock for the length of their transaction, which is
what BEGIN IMMEDIATE does for a file: what a repository has read stays true until it has written.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import OpsError
from bot.store.connection import OWN_TABLES, Conflict, Connection, Sql
from bot.store.postgresql.address import CONNECT_SECONDS, understood
from bot.store.postgresql.failures import explained
from bot.store.postgresql.leases import Lease, Leases
from bot.store.postgresql.migrating import migrate
from bot.store.postgresql.statements import PostgresqlSql
from bot.store.postgresql.types import prepare
from bot.store.waiting import Waiting

if TYPE_CHECKING:
    import psycopg
    from psycopg_pool import ConnectionPool

    from bot.store.postgresql.patient import Patient

WRITE_LOCK = 7_317_462_905_118_231_041  # any number that nobody else takes
# A server may acknowledge what a crash of its own then loses: what was begun at Cloudflare would
# be known to nobody. Stricter settings of a server with standbys stay as they are.
_DURABLE = (
    " SELECT set_config('synchronous_commit', 'on', true)"
    " WHERE current_setting('synchronous_commit') = 'off';"
)
RECONNECT_SECONDS = 0.3
_MOST_CONNECTIONS = 6


class Postgresql(Connection):
    """A pool of connections; usable from every thread.

    `patience` is how many seconds a write waits for another one. `path` is where this machine
    keeps what belongs to the store. `password` is used where `url` holds none.
    Raises OpsError where it cannot be opened.
    """

    def __init__(self, url: str, path: Path, patience: float, password: str = "") -> None:
        import psycopg
        from psycopg_pool import ConnectionPool

        from bot.store.postgresql.patient import Patient

        self.path = path
        address = understood(url, password)
        self.place = address.place
        self._for_server, self._for_writers = Waiting(patience), Waiting(patience)
        self._inside = threading.local()
        self._pool: ConnectionPool[Patient] = ConnectionPool(
            address.url,
            connection_class=Patient,
            kwargs=address.options,
            min_size=1,
            max_size=_MOST_CONNECTIONS,
            configure=prepare,
            check=self._checked,
            # The pool's own second try comes a second late: soon each call is one instead.
            reconnect_timeout=RECONNECT_SECONDS,
            open=False,
            name="store",
        )
        self.leases = Leases(self)
        try:
            with psycopg.connect(address.url, **address.options) as first:
                prepare(first)
                migrate(first, self.place)
            self._pool.open(wait=True, timeout=CONNECT_SECONDS)
        except psycopg.Error as error:
            self._pool.close()
            raise explained(error, self.place) from error

    @contextmanager
    def write(self, *, durable: bool = True, alone: bool = True) -> Iterator[Sql]:
        import psycopg

        patience = self._for_writers.seconds if alone else self._for_server.seconds
        begin = f"BEGIN; SET LOCAL lock_timeout = {max(1, round(patience * 1000))};"
        begin += _DURABLE if durable else " SET LOCAL synchronous_commit = off;"
        if alone:
            begin += f" SELECT pg_advisory_xact_lock({WRITE_LOCK});"
        with self._connected() as connection:
            try:
                connection.execute(begin.encode())
            except psycopg.errors.LockNotAvailable:
                self._for_writers.in_vain()
                self._undo(connection)
                raise
            if alone:
                self._for_writers.answered()
            self._inside.connection = connection
            try:
                yield PostgresqlSql(connection)
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
            yield PostgresqlSql(connection)
            return
        with self._connected() as fresh:
            yield PostgresqlSql(fresh)

    @contextmanager
    def frozen(self) -> Iterator[Sql]:
        with self._connected() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            longest, connection.longest = connection.longest, math.inf  # whole tables
            try:
                yield PostgresqlSql(connection)
            finally:
                connection.longest = longest
                self._undo(connection)

    @contextmanager
    def unless_taken(self, sql: Sql) -> Iterator[None]:
        import psycopg

        assert isinstance(sql, PostgresqlSql)  # noqa: S101 - what `write` gave
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

        file = SqliteFile(target, CONNECT_SECONDS)
        try:
            copy(self, file)
        finally:
            file.close()

    def size(self) -> int:
        with self.read() as sql:
            return int(sql.execute("SELECT pg_database_size(current_database())").fetchone()[0])

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
    def _connected(self) -> Iterator[Patient]:
        import psycopg
        from psycopg_pool import PoolTimeout

        from bot.store.postgresql.patient import NoAnswer

        try:
            with self._pool.connection(self._for_server.seconds) as connection:
                yield connection
        except psycopg.Error as error:
            if isinstance(error, (PoolTimeout, NoAnswer)):
                self._for_server.in_vain()
            raise explained(error, self.place) from error
        self._for_server.answered()

    def _checked(self, connection: Patient) -> None:
        """Does it still work? Raises psycopg's error."""
        longest, connection.longest = connection.longest, self._for_server.seconds
        connection.execute("")
        connection.longest = longest

    def _undo(self, connection: psycopg.Connection[Any]) -> None:
        import psycopg

        try:
            connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()  # the server undoes what it had, and the pool takes another one
