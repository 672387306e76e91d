"""One bot's house for the whole folder, with a week of measurements behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import House
from bot.sandbox.world import World
from handlers.diagnosis.operations import diagnose
from tests.diagnosis.past import remember
from tests.logs.stage import settings_of


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


@pytest_asyncio.fixture(loop_scope="session")
async def house(world: World, house_of_week: House) -> House:
    """Beside a world with every fault off."""
    world.log.forget_visits()  # those of the house's own start
    house_of_week.clients.platform.forget()
    return house_of_week
