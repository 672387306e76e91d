from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.sandbox.world import World
from tests.deploys.stage import Stage, crowd, staged


@pytest_asyncio.fixture(loop_scope="session")
async def stage(world: World, tmp_path: Path) -> AsyncIterator[Stage]:
    async with crowd(world), staged(world, tmp_path) as made:
        yield made
