"""A bot's house beside the sandbox, for care of its database, with tables to spoil."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from psycopg import AsyncConnection

from bot.app import House
from bot.command import Reply
from bot.sandbox.world import World
from bot.settings import Settings, load
from tests.logs.stage import opened, run

ODD = '"we""ird Táble 🎬"'  # as SQL writes it


class Agreeing:
    """Sits at the terminal and says yes."""

    async def agrees(self, _question: Reply, _stopped: asyncio.Event) -> bool:
        return True

    def tell(self, _text: str) -> None:
        return


def care_settings(world: World, folder: Path, **database: str | float) -> Settings:
    """The sandbox's settings with a window that is always open, and these keys of `[database]`."""
    values: dict[str, str | float] = {"maintenance_window": "", "lock_seconds": 0.5, **database}
    lines = [f"{name} = {value!r}".replace("'", '"') for name, value in values.items()]
    text = world.config_path.read_text("utf-8")
    path = folder / "pitchey.toml"
    path.write_text(f"{text}\n[database]\n" + "\n".join(lines) + "\n", "utf-8")
    return load(path, world.environment)


@asynccontextmanager
async def caring(world: World, folder: Path, **database: str | float) -> AsyncIterator[House]:
    """A house whose admin sits at the terminal and agrees to everything."""
    async with opened(world, folder, care_settings(world, folder, **database)) as house:
        house.dispatcher.guard.desk = Agreeing()
        yield house


async def typed(house: House, line: str) -> Reply:
    return await run(house, line)


@asynccontextmanager
async def table(
    world: World, name: str, columns: str = "id int PRIMARY KEY", rows: int = 0
) -> AsyncIterator[AsyncConnection]:
    """A table of the application's own, dropped afterwards; `rows` fill its first column."""
    async with await AsyncConnection.connect(world.database.url, autocommit=True) as connection:
        await connection.execute(f"DROP TABLE IF EXISTS {name}".encode())
        await connection.execute(f"CREATE TABLE {name} ({columns})".encode())
        if rows:
            statement = f"INSERT INTO {name} SELECT n FROM generate_series(1, {rows}) n"  # noqa: S608
            await connection.execute(statement.encode())
        try:
            yield connection
        finally:
            # Of its own: a test may have cut the first one.
            async with await AsyncConnection.connect(world.database.url, autocommit=True) as last:
                await connection.close()
                await last.execute(f"DROP TABLE IF EXISTS {name} CASCADE".encode())


@asynccontextmanager
async def holding(world: World, name: str, mode: str = "ACCESS EXCLUSIVE") -> AsyncIterator[int]:
    """Somebody holds a lock on the table; answers the session's number."""
    async with await AsyncConnection.connect(
        world.database.url, application_name="admin-console"
    ) as connection:
        await connection.execute(f"LOCK TABLE {name} IN {mode} MODE".encode())
        yield connection.info.backend_pid
        await connection.rollback()


async def counted(connection: AsyncConnection, name: str) -> None:
    """The statistics have the table's dead rows. The connection is the one that deleted them."""
    if connection.info.server_version >= 150_000:
        await connection.execute("SELECT pg_stat_force_next_flush()")
    await until(connection, f"SELECT pg_stat_get_dead_tuples('{name}'::regclass) > 0")


async def value(connection: AsyncConnection, sql: str) -> object:
    row = await (await connection.execute(sql.encode())).fetchone()
    return row[0] if row else None


async def until(connection: AsyncConnection, sql: str) -> None:
    """Wait until the statement's first value is true; fails after twenty seconds."""
    for _ in range(400):
        if await value(connection, sql):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"never came true: {sql}")
