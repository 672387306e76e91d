"""Sessions of the sandbox's database for tests: people who work in it, and those who may not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection

from bot.clients.postgres import Database
from bot.sandbox.world import World
from handlers.database.asking import Standing
from handlers.database.queries import query

ODD = 'we"ird Táble 🎬'
STATEMENTS = "pg_stat_statements"  # a stand-in with the columns of version 1.8
# Listed as an extension by hand: only from 18 on would a server take its files from a folder.
_SCRIPT = """
CREATE SCHEMA "Odd %s Schema";
SET LOCAL search_path = "Odd %s Schema";
CREATE TABLE stand_in (userid oid, dbid oid, queryid bigint, query text, calls bigint,
  total_exec_time float8, mean_exec_time float8, max_exec_time float8, rows bigint,
  shared_blks_hit bigint, shared_blks_read bigint);
CREATE VIEW pg_stat_statements AS SELECT * FROM stand_in;
GRANT SELECT ON pg_stat_statements TO public;
GRANT USAGE ON SCHEMA "Odd %s Schema" TO public;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  SELECT max(oid::int8) + 1, 'pg_stat_statements', 10, '"Odd %s Schema"'::regnamespace, true, '1.8'
  FROM pg_extension
"""


async def owner(world: World, *, autocommit: bool = True) -> AsyncConnection:
    """The superuser's session in the platform's database."""
    return await AsyncConnection.connect(world.database.direct_url, autocommit=autocommit)


@asynccontextmanager
async def blocking(world: World, table: str = "users") -> AsyncIterator[tuple[int, int]]:
    """(holder, waiter): one session holds the table, another waits for it with a secret."""
    holder = await AsyncConnection.connect(world.database.url, application_name="admin-console")
    waiter = await AsyncConnection.connect(world.database.url, application_name="pitchey-worker")
    await holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
    text = f"UPDATE {table} SET email = 'secret@example.com' WHERE id = 4711"  # noqa: S608 - our own name
    waiting = asyncio.create_task(waiter.execute(text.encode()))
    try:
        async with await owner(world) as watcher:
            for _ in range(200):
                found = await watcher.execute(
                    "SELECT FROM pg_locks WHERE NOT granted AND pid = %s",
                    [waiter.info.backend_pid],
                )
                if found.rowcount:
                    break
                await asyncio.sleep(0.02)
        yield holder.info.backend_pid, waiter.info.backend_pid
    finally:
        await holder.close()
        await waiting
        await waiter.close()


@asynccontextmanager
async def as_stranger(world: World) -> AsyncIterator[Database]:
    """A client that signs in as a role that was granted nothing."""
    async with await owner(world) as connection:
        await connection.execute("DROP ROLE IF EXISTS stranger")
        await connection.execute("CREATE ROLE stranger LOGIN PASSWORD 'stranger-Qz7'")
        parts = psycopg.conninfo.conninfo_to_dict(world.database.url)
        try:
            parts |= {"user": "stranger", "password": "stranger-Qz7"}
            yield Database(psycopg.conninfo.make_conninfo("", **parts))
        finally:
            await connection.execute("DROP OWNED BY stranger; DROP ROLE stranger")


@asynccontextmanager
async def statements(world: World) -> AsyncIterator[AsyncConnection]:
    """The database with pg_stat_statements' columns in a schema of an odd name."""
    async with await owner(world) as connection:
        await connection.execute(_SCRIPT.encode())
        try:
            yield connection
        finally:
            await connection.execute(
                f"DELETE FROM pg_extension WHERE extname = '{STATEMENTS}'".encode()  # noqa: S608
            )
            await connection.execute('DROP SCHEMA "Odd %s Schema" CASCADE')


async def remember(connection: AsyncConnection, number: int, text: str, mean: float) -> None:
    """One more statement that pg_stat_statements knows; `mean` in milliseconds."""
    await connection.execute(
        'INSERT INTO "Odd %%s Schema".stand_in SELECT 0, oid, %s, %s, 100, %s, %s, %s, 5, 10, 20 '
        "FROM pg_database WHERE datname = current_database()",
        [number, text, mean * 100, mean, mean * 3],
    )


async def standing(database: Database) -> Standing:
    return Standing(**(await database.query(query("standing"), deadline=5))[0])
