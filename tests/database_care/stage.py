"""A bot's house beside the sandbox, for care of its database, with tables to spoil."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from psycopg import AsyncConnection

from bot.app import House
from bot.command import Reply
from bot.patience import Nobody
from bot.sandbox.world import World
from bot.settings import Settings, load
from tests.logs.stage import opened as opened
from tests.logs.stage import run as _run

ODD = 'we"ird Táble 🎬'
ODD_SQL = '"we""ird Táble 🎬"'


class Yes(Nobody):
    """Sits at the terminal and says yes to everything."""

    def line(self, text: str) -> None:
        return


def care_settings(world: World, folder: Path, **database: str | float) -> Settings:
    """The sandbox's settings with a window that is always open, and these keys of `[database]`."""
    values: dict[str, str | float] = {"maintenance_window": "", "lock_seconds": 0.5, **database}
    lines = [f"{name} = {value!r}".replace("'", '"') for name, value in values.items()]
    path = folder / "pitchey.toml"
    path.write_text(
        world.config_path.read_text("utf-8") + "\n[database]\n" + "\n".join(lines) + "\n", "utf-8"
    )
    return load(path, world.environment)


async def typed(house: House, line: str) -> Reply:
    """One line at the bot's terminal, confirmed beforehand."""
    return await _run(house, f"{line} --yes" if False else line)


@asynccontextmanager
async def table(world: World, name: str, columns: str, rows: int = 0) -> AsyncIterator[AsyncConnection]:
    """A table of the application's own, dropped afterwards."""
    async with await AsyncConnection.connect(world.database.url, autocommit=True) as connection:
        await connection.execute(f"DROP TABLE IF EXISTS {name}".encode())
        await connection.execute(f"CREATE TABLE {name} ({columns})".encode())
        if rows:
            await connection.execute(
                f"INSERT INTO {name} SELECT n FROM generate_series(1, {rows}) n".encode()
            )
        try:
            yield connection
        finally:
            await connection.execute(f"DROP TABLE IF EXISTS {name} CASCADE".encode())
