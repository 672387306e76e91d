from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.sandbox.world import World
from tests.lessons.stage import Stage, staged


@pytest_asyncio.fixture(loop_scope="session")
async def stage(world: World, tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(world, tmp_path) as made:
        yield made
        await made.runtime.events.settled()
        # What a declared incident looks up is let end: cut off, it would leave open sockets.
        if tasks := tuple(made.runtime._tasks):
            await asyncio.wait(tasks, timeout=10)
