from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest_asyncio
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from bot.command import Reply
from bot.desk import TerminalDesk
from bot.sandbox.world import World
from bot.settings.migrations import Migrations
from tests.lessons.stage import Stage, staged

WITHIN = 120.0  # seconds for what a real database does
GLASS = '--break-glass --reason "tried in a test"'


@dataclass
class Migrating:
    """A bot with a folder of its own, in a database whose rows are put back afterwards."""

    stage: Stage
    folder: Path

    def write(self, name: str, sql: str) -> None:
        (self.folder / name).write_text(sql, "utf-8")

    def settings(self, **changes: object) -> None:
        settings = self.stage.house.settings
        wanted = settings.migrations.model_copy(update=changes)
        changed = settings.model_copy(update={"migrations": wanted})
        self.stage.runtime.settings = changed
        self.stage.house.dispatcher.settings = changed

    async def terminal(self, line: str) -> Reply:
        return await self.stage.terminal(line)

    async def apply(self, more: str = "--untested") -> Reply:
        return await self.terminal(f"migrate apply {more} {GLASS}")

    async def sql(self, sql: str) -> list[dict[str, Any]]:
        """As the owner of the tables, past the switches."""
        async with await self.connection() as connection:
            cursor = await connection.execute(sql.encode())
            return await cursor.fetchall() if cursor.description else []

    async def until(self, sql: str) -> None:
        """Ask until there is a row."""
        for _ in range(600):
            if await self.sql(sql):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"never: {sql}")

    async def connection(self) -> AsyncConnection[dict[str, Any]]:
        return await AsyncConnection.connect(
            self.stage.world.database.url, autocommit=True, row_factory=dict_row,
            application_name="psql",
        )  # fmt: skip

    async def exists(self, table: str) -> bool:
        async with await self.connection() as connection:
            cursor = await connection.execute("select to_regclass(%s) is not null as x", [table])
            row = await cursor.fetchone()
        return row is not None and bool(row["x"])

    async def databases(self) -> set[str]:
        found = await self.sql("select datname from pg_database where datname ~ 'migration_test'")
        return {row["datname"] for row in found}


@pytest_asyncio.fixture(loop_scope="session")
async def migrating(world: World, tmp_path: Path) -> AsyncIterator[Migrating]:
    folder = tmp_path / "sql"
    folder.mkdir()
    own = Migrations(folder=folder, lock_seconds=0.4, lock_tries=1)
    await tidy(world)
    async with staged(world, tmp_path, migrations=own) as stage:
        stage.house.dispatcher.guard.desk = TerminalDesk(yes=True)
        yield Migrating(stage, folder)
    await tidy(world)


async def tidy(world: World) -> None:
    """What the tests made, without the price of putting every row back."""
    async with await psycopg.AsyncConnection.connect(
        world.database.url, autocommit=True
    ) as connection:
        cursor = await connection.execute(
            "select quote_ident(relname) from pg_class where relkind = 'r' "
            "and (relname ~ '^mt_' or relname = 'pitchey_migrations')"
        )
        for (name,) in await cursor.fetchall():
            await connection.execute(f"drop table if exists {name} cascade".encode())
        cursor = await connection.execute(
            "select datname from pg_database where datname ~ '^pitchey_migration_test_'"
        )
        for (name,) in await cursor.fetchall():
            await connection.execute(f"drop database {name} with (force)".encode())
