"""One moment of the database, held open: pg_dump and the counts of rows see the same."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.clients.postgres_grants import read_everything
from bot.clients.postgres_programs import direct
from bot.errors import OpsError, Refused

if TYPE_CHECKING:
    from bot.clients.postgres import Connection, Database

_FEW = 2_000  # tables that are locked by ourselves too; each lock takes room on the server
_AT_ONCE = 50
LOCK_SECONDS = 20
_LOOK = 2.0  # seconds between two looks whether the other backup has ended
# The server's own lock, of this database: it counts for every process, and goes with its session.
_TURN = "pg_try_advisory_xact_lock(1346982979, 1)"  # "PITC"
_OTHERS = """
select to_char(min(a.xact_start) at time zone 'UTC', 'HH24:MI') as since
from pg_locks l join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.classid = 1346982979 and l.objid = 1 and l.granted
  and l.database = (select oid from pg_database where datname = current_database())
"""
# Tables with rows of their own that pg_dump writes: not those of extensions, nor temporary ones.
TABLES = b"""
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name,
  quote_ident(n.nspname) as schema,
  has_schema_privilege(n.oid, 'usage') as may_enter,
  has_table_privilege(c.oid, 'select') as may_read,
  row_security_active(c.oid) as rows_hidden
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and c.relpersistence <> 't'
  and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass
    and d.objid = c.oid and d.deptype = 'e')
order by 1
"""
_SEQUENCES = """
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name,
  quote_ident(n.nspname) as schema
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'S' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
  and not has_table_privilege(c.oid, 'select')
"""
_SERVER = """
select current_setting('server_version') as version,
  current_setting('server_version_num')::int / 10000 as major,
  pg_database_size(current_database()) as bytes, current_database() as name,
  current_user as role, pg_export_snapshot() as snapshot
"""


class BeingMade(OpsError):
    """Another backup of the same database has its turn."""

    def __init__(self, since: str) -> None:
        begun = f" since {since} UTC" if since else ""
        super().__init__(
            f"Another backup of this database has been running{begun}, and two never run at once.",
            "See how it stands: `/pitchey operations`. Try again once it has ended.",
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`id` is for `pg_dump --snapshot`, valid while the connection's transaction is open."""

    id: str
    database: str
    database_bytes: int
    server_version: str
    server_major: int
    tables: tuple[str, ...]  # quoted as in SQL
    connection: Connection

    async def counts(self) -> dict[str, int]:
        """Rows of every table, at the moment of the snapshot. Raises psycopg.Error."""
        found: dict[str, int] = {}
        for at in range(0, len(self.tables), _AT_ONCE):
            some = self.tables[at : at + _AT_ONCE]
            # Locks of indexes are given back with the savepoint; a server has room for few.
            async with self.connection.transaction(force_rollback=True):
                selects = " union all ".join(
                    f"select {number} as number, count(*) as rows from only {name}"  # noqa: S608
                    for number, name in enumerate(some)
                )
                cursor = await self.connection.execute(selects.encode())
                found |= {some[row["number"]]: row["rows"] for row in await cursor.fetchall()}
        return dict(sorted(found.items()))


@asynccontextmanager
async def alone(
    database: Database, *, deadline: float, wait: float, say: Callable[[str], Awaitable[None]]
) -> AsyncIterator[Snapshot]:
    """`held`, once no other backup of the database is being made; BeingMade after `wait` seconds.

    What waits shows in `say`, which may raise to give up.
    """
    until = time.monotonic() + wait
    async with AsyncExitStack() as stack:
        while True:
            try:
                snapshot = await stack.enter_async_context(held(database, deadline=deadline))
                break
            except BeingMade as other:
                if time.monotonic() >= until:
                    raise
                await say(f"Waiting. {other.message}")
            await asyncio.sleep(_LOOK)
        yield snapshot


@asynccontextmanager
async def held(database: Database, *, deadline: float) -> AsyncIterator[Snapshot]:
    """A snapshot of the database's direct host, with its tables held against being dropped.

    Raises BeingMade, DatabaseFailure, NotConfigured, and Refused where the role may not read
    everything.
    """
    own = type(database)(direct(database.dsn or ""), redact=database.redact) \
        if database.dsn else database  # fmt: skip
    own.application_name = "pitchey-ops-bot backup"
    async with (
        own.session(deadline=deadline, read_only=False) as connection,
        connection.transaction(),
    ):
        await connection.execute("set transaction isolation level repeatable read, read only")
        await connection.execute(
            f"set local lock_timeout = '{LOCK_SECONDS}s'; set local statement_timeout = 0; "
            "set local idle_in_transaction_session_timeout = 0; "
            # A bot whose machine is gone must not hold its turn until somebody ends its session.
            "set local tcp_keepalives_idle = 60; set local tcp_keepalives_interval = 10; "
            "set local tcp_keepalives_count = 6".encode()
        )
        if not (await _one(connection, f"select {_TURN} as ours"))["ours"]:
            raise BeingMade((await _one(connection, _OTHERS))["since"] or "")
        yield await _taken(connection)


async def _taken(connection: Connection) -> Snapshot:
    server: dict[str, Any] = await _one(connection, _SERVER)
    tables = await (await connection.execute(TABLES)).fetchall()
    sequences = await (await connection.execute(_SEQUENCES.encode())).fetchall()
    _may_read(server["role"], server["major"], tables, sequences)
    names = tuple(each["name"] for each in tables)
    if len(names) <= _FEW:
        for at in range(0, len(names), _AT_ONCE):
            some = ", ".join(f"only {name}" for name in names[at : at + _AT_ONCE])
            await connection.execute(f"lock table {some} in access share mode".encode())
    return Snapshot(
        server["snapshot"], server["name"], server["bytes"], server["version"], server["major"],
        names, connection,
    )  # fmt: skip


async def _one(connection: Connection, sql: str) -> dict[str, Any]:
    row = await (await connection.execute(sql.encode())).fetchone()
    if row is None:
        raise OpsError("The database told nothing about itself.")
    return row


def _may_read(
    role: str, major: int, tables: list[dict[str, Any]], sequences: list[dict[str, Any]]
) -> None:
    """Raises Refused, which names the grant that is missing."""
    without = [each for each in tables if not (each["may_enter"] and each["may_read"])]
    without += sequences
    if without:
        closed = [each["name"] for each in without]
        grant = read_everything(f'"{role}"', major, (each["schema"] for each in without))
        more = f" and {len(closed) - 3} more" if len(closed) > 3 else ""
        raise Refused(
            f"The database user {role} may not read {', '.join(closed[:3])}{more}, so a backup "
            "would lack them.",
            f"Let the database's owner run: `{grant}`",
        )
    hidden = [each["name"] for each in tables if each["rows_hidden"]]
    if hidden:
        raise Refused(
            f"Row security hides rows of {', '.join(hidden[:3])} from the database user {role}, "
            "so a backup would lack them.",
            f'Let the database\'s owner run: `ALTER ROLE "{role}" BYPASSRLS;`, or use the owner of '
            "the tables in DATABASE_URL.",
        )
