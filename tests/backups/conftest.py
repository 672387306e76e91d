from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.sandbox.world import World
from tests.backups.stage import BIG, database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def big(session_world: World) -> AsyncIterator[str]:
    """The address of a database that is dumped in several parts."""
    async with database(session_world, "large", *BIG) as dsn:
        yield dsn


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tiny(session_world: World) -> AsyncIterator[str]:
    """The address of a database that is dumped in a moment."""
    made = "create table things as select n as id, n::text as name from generate_series(1, 5000) n"
    async with database(session_world, "tiny", made) as dsn:
        yield dsn
