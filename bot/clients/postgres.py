"""PostgreSQL: short read-only connections, so that a sleeping Neon compute stays asleep.

Settings travel inside the transaction and nothing is prepared, so pooled hosts (PgBouncer in
transaction mode, Neon's `-pooler`) work like direct ones.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble, meaning
from bot.clients.postgres_working import Working
from bot.errors import NotConfigured

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.AsyncConnection[dict[str, Any]]

LOCK_SECONDS = 0.5  # a look waits no longer for a lock, so that it does not queue before others
CONNECT_WITHIN = 15.0  # seconds; a sleeping compute needs some of them
GRACE = 1.0  # seconds for the server to say itself that it ended a statement
_WAKING_PAUSE = 0.25  # seconds between attempts while the compute starts
_POOL_USE = """
select
  count(*) filter (where backend_type = 'client backend') as used,
  count(*) filter (where state like 'idle in transaction%') as idle_in_transaction,
  coalesce(extract(epoch from max(now() - state_change)
    filter (where state like 'idle in transaction%')), 0)::float8 as oldest_idle_seconds,
  count(*) filter (where backend_type = 'client backend' and state is null
    and pid <> pg_backend_pid()) as hidden,
  current_setting('max_connections')::int as max_connections,
  current_setting('superuser_reserved_connections')::int
    + coalesce(current_setting('reserved_connections', true), '0')::int as reserved,
  current_setting('server_version') as server_version
from pg_stat_activity
"""


@dataclass(frozen=True, slots=True)
class PoolUse:
    """Connections of the server. `hidden` sessions do not show the bot their state."""

    used: int
    max_connections: int
    reserved: int
    idle_in_transaction: int
    oldest_idle_seconds: float
    hidden: int
    server_version: str

    @property
    def available(self) -> int:
        """How many connections ordinary users may hold at most."""
        return max(1, self.max_connections - self.reserved)

    @property
    def percent(self) -> float:
        return 100.0 * self.used / self.available


@dataclass(frozen=True, slots=True)
class DatabaseProbe:
    """One look at the database: times in milliseconds, `waited_for_waking` if it slept."""

    connect_ms: float
    latency_ms: float  # SELECT 1 on the open connection
    pool: PoolUse
    waited_for_waking: bool
    pooled: bool


@dataclass
class _Attempt:
    waking: bool = False
    connected: bool = False


@dataclass(frozen=True, slots=True)
class Looking:
    """One connection; each question is a read-only transaction that leaves no state behind."""

    connection: Connection
    told: Callable[[float], AbstractAsyncContextManager[None]]

    async def rows(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        deadline: float,
        lock_seconds: float = LOCK_SECONDS,
        foreign: bool = False,
    ) -> list[dict[str, Any]]:
        """Rows of the one statement that has any; the server ends it after `deadline` seconds,
        and sooner where it waits `lock_seconds` for a lock. A `foreign` text is one statement.

        Raises DatabaseFailure. After a time-out of the network the connection is closed.
        """
        try:
            async with self.told(deadline + GRACE), self.connection.transaction():
                await self.connection.execute("set transaction read only")
                await self.connection.execute(
                    "select set_config('statement_timeout', %s, true), "
                    "set_config('lock_timeout', %s, true)",
                    (str(int(deadline * 1000)), str(int(lock_seconds * 1000))),
                )
                # Binary results need the protocol that refuses several statements in one.
                cursor = await self.connection.execute(sql.encode(), parameters, binary=foreign)
                while cursor.description is None and cursor.nextset():
                    continue
                return await cursor.fetchall()
        except DatabaseFailure as failure:
            if isinstance(failure.__cause__, TimeoutError):
                await self.connection.close()
            raise


@dataclass
class Database:
    """The platform's database. Each call opens one connection and closes it again."""

    dsn: str | None = field(repr=False)
    application_name: str = "pitchey-ops-bot"
    redact: Callable[[str], str] = field(default=str, repr=False)
    seen: PoolUse | None = None  # the pool at the last probe that got a connection

    @property
    def configured(self) -> bool:
        return bool(self.dsn)

    async def probe(self, *, deadline: float) -> DatabaseProbe:
        """Connect, SELECT 1, read the pool's use. Raises DatabaseFailure or NotConfigured."""
        started = time.perf_counter()
        attempt = _Attempt()
        async with self._told(deadline, attempt), await self._awake(attempt) as connection:
            connected = time.perf_counter()
            await connection.execute("select 1")
            answered = time.perf_counter()
            cursor = await connection.execute(_POOL_USE)
            rows = await cursor.fetchall()
        self.seen = PoolUse(**rows[0])
        return DatabaseProbe(
            connect_ms=(connected - started) * 1000,
            latency_ms=(answered - connected) * 1000,
            pool=self.seen,
            waited_for_waking=attempt.waking,
            pooled="-pooler" in (self.dsn or ""),
        )

    @asynccontextmanager
    async def looking(self, *, deadline: float) -> AsyncIterator[Looking]:
        """A read-only connection for many questions, each with limits of its own.

        Raises DatabaseFailure or NotConfigured where there is no connection in `deadline`.
        """
        attempt = _Attempt()
        async with self._told(deadline, attempt):
            connection = await self._awake(attempt)
        try:
            yield Looking(connection, self._told)
        finally:
            await connection.close()

    async def query(
        self,
        sql: str,
        parameters: Sequence[Any] | Mapping[str, Any] | None = None,
        *,
        deadline: float,
    ) -> list[dict[str, Any]]:
        """Rows of one read-only statement. Raises DatabaseFailure or NotConfigured."""
        async with self.session(deadline=deadline) as connection:
            cursor = await connection.execute(sql.encode(), parameters)
            return await cursor.fetchall()

    @asynccontextmanager
    async def session(
        self, *, deadline: float, read_only: bool = True
    ) -> AsyncIterator[Connection]:
        """A connection for `deadline` seconds; rows are dicts.

        Read-only: one transaction with a statement time-out. Otherwise autocommit, without
        one, as VACUUM and CREATE INDEX CONCURRENTLY need. Raises DatabaseFailure (also for
        errors of the statements inside) or NotConfigured.
        """
        attempt = _Attempt()
        async with self._told(deadline, attempt), await self._awake(attempt) as connection:
            if read_only:
                await connection.set_autocommit(False)
                await connection.set_read_only(True)
                # Inside the transaction: a pooled host refuses settings made at connecting.
                await connection.execute(
                    "select set_config('statement_timeout', %s, true)",
                    (str(int(deadline * 1000)),),
                )
            yield connection

    def direct(self) -> Database:
        """Past the pool: Neon's pooled hosts are called like the direct ones, with `-pooler`."""
        return replace(self, dsn=self.dsn.replace("-pooler.", ".") if self.dsn else None)

    @asynccontextmanager
    async def working(
        self, name: str, *, deadline: float, lock_seconds: float
    ) -> AsyncIterator[Working]:
        """A session for long statements; the server's list of sessions shows it as that `name`.

        A statement waits `lock_seconds` for a lock at most. Raises DatabaseFailure where there is
        no connection, or NotConfigured.
        """
        attempt = _Attempt()
        own = replace(self.direct(), application_name=f"{self.application_name} {name}".strip())
        async with own._told(CONNECT_WITHIN, attempt):
            connection = await own._awake(attempt)
        try:
            async with own._told(CONNECT_WITHIN):
                await connection.execute(
                    "select set_config('statement_timeout', '0', false), "
                    "set_config('lock_timeout', %s, false), "
                    # A server that crashes would take back what was told as done.
                    "set_config('synchronous_commit', case current_setting('synchronous_commit') "
                    "when 'off' then 'on' else current_setting('synchronous_commit') end, false), "
                    "set_config('datestyle', 'ISO, YMD', false), "
                    "set_config('intervalstyle', 'postgres', false), "
                    "set_config('timezone', 'UTC', false), "
                    "set_config('bytea_output', 'hex', false), "
                    "set_config('extra_float_digits', '1', false)",
                    (str(int(lock_seconds * 1000)),),
                )
            yield Working(connection, own._told, deadline)
        finally:
            await connection.close()

    @asynccontextmanager
    async def _told(self, deadline: float, attempt: _Attempt | None = None) -> AsyncIterator[None]:
        """Ends the work at its deadline and tells every database error by name."""
        if not self.dsn:
            raise NotConfigured(
                "The database is not configured.", "Set DATABASE_URL in the bot's environment."
            )
        import psycopg

        started = time.perf_counter()
        try:
            async with asyncio.timeout(deadline):
                yield
        except (psycopg.Error, OSError) as error:  # TimeoutError is an OSError
            elapsed = time.perf_counter() - started
            state = error.sqlstate if isinstance(error, psycopg.Error) else None
            said = " ".join(str(error).split())
            if isinstance(error, TimeoutError):
                asleep = attempt is not None and attempt.waking and not attempt.connected
                trouble = DatabaseTrouble.WAKING if asleep else DatabaseTrouble.TIMED_OUT
            else:
                trouble = meaning(said, state)
            raise DatabaseFailure(
                trouble, self.redact(said), seconds=elapsed, state=state
            ) from error

    async def _awake(self, attempt: _Attempt) -> Connection:
        """A connection, after waiting for a compute that is starting."""
        import psycopg
        from psycopg.rows import dict_row

        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(
                    self.dsn or "",
                    autocommit=True,
                    prepare_threshold=None,
                    row_factory=dict_row,
                    application_name=self.application_name,
                )
            except psycopg.OperationalError as error:
                if meaning(str(error), error.sqlstate) is not DatabaseTrouble.WAKING:
                    raise
                attempt.waking = True
            else:
                attempt.connected = True
                return connection
            await asyncio.sleep(_WAKING_PAUSE)
