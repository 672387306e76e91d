"""One bot's house for the whole folder, with a week of measurements behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.app import House
from bot.sandbox.world import World
from handlers.diagnosis.operations import diagnose
from tests.diagnosis.past import remember
from tests.logs.stage import settings_of

PATIENCE = 120.0  # seconds
QUICKLY, IN_A_ROW = 0.6, 3  # seconds for three pages


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("diagnosis")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house_of_week(session_world: World, folder: Path) -> AsyncIterator[House]:
    opened = House.open(settings_of(session_world, folder))
    remember(opened.store, datetime.now(UTC))
    # Libraries are loaded now, so that no test measures that.
    await diagnose(opened.clients, opened.settings, opened.store, "auto", datetime.now(UTC))
    try:
        yield opened
    finally:
        await opened.aclose()


async def quiet(world: World) -> None:
    """Wait until pages come quickly, several in a row: sandboxes that start beside this one, and
    its own first queries, are no slowness of the platform.
    """
    trust = world.certificates.trust()
    row = 0
    async with (
        asyncio.timeout(PATIENCE),
        httpx.AsyncClient(base_url=world.platform.api_url, verify=trust, timeout=60) as client,
    ):
        while row < IN_A_ROW:
            begun = time.monotonic()
            for path in ("/api/pitches", "/api/search?q=thriller", "/api/health"):
                await client.get(path)
            row = row + 1 if time.monotonic() - begun < QUICKLY else 0
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture(loop_scope="session")
async def house(world: World, house_of_week: House) -> House:
    """Beside a world with every fault off, which answers as quickly as it usually does."""
    await quiet(world)
    world.log.forget_visits()  # those of the house's own start
    house_of_week.clients.platform.forget()
    return house_of_week
