from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import House
from bot.runtime import Runtime
from bot.sandbox.world import World
from bot.settings import load
from bot.store import Store
from tests.lessons.stage import Stage, staged
from tests.reports.made import MONDAY, WEEK

CONFIG = """
[environments.production]
api_url = "https://api.pitchey.test"
site_url = "https://pitchey.test"
[team]
timezone = "Europe/Berlin"
"""


@pytest_asyncio.fixture(loop_scope="session")
async def stage(world: World, tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(world, tmp_path) as made:
        yield made


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Without Slack and without services; it is the morning after the week of the tests."""
    config = tmp_path / "pitchey.toml"
    config.write_text(f'{CONFIG}[store]\npath = "{tmp_path}/store.sqlite3"\n')
    opened = House.open(load(config, {}))
    opened.dispatcher.runtime.clock = lambda: MONDAY + WEEK + (WEEK / 21)
    yield opened
    opened.store.close()


@pytest.fixture
def store(house: House) -> Store:
    return house.store


@pytest.fixture
def runtime(house: House) -> Runtime:
    return house.dispatcher.runtime
