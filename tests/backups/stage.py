"""A house over the sandbox, with the programs of its own PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import House
from bot.sandbox.world import World
from bot.settings import load


def said(lines: list[str]) -> Callable[[str], Awaitable[None]]:
    async def say(text: str) -> None:
        lines.append(text)

    return say


@asynccontextmanager
async def house(world: World, folder: Path) -> AsyncIterator[House]:
    settings = load(world.config_path, world.environment)
    store = settings.store.model_copy(update={"path": folder / "store.sqlite3"})
    backups = settings.backups.model_copy(update={"programs": world.database.programs})
    opened = House.open(settings.model_copy(update={"store": store, "backups": backups}))
    try:
        yield opened
    finally:
        await opened.aclose()
