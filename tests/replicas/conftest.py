"""`several`: a sandbox with three copies of the bot behind a load balancer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.workspace import ANA, OMAR
from bot.sandbox.world import World
from tests.replicas.notes import Notes

_HERE = Path(__file__).parent
SETTINGS = {
    "roles": {"admin": [ANA], "operator": [OMAR]},
    "sampling": {"api": 0, "worker": 0, "answers": 0},
    "http": {"drain_seconds": 1.0},
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE) and "several" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.world)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def several(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("several")
    async with World.start(folder, mode="http", replicas=3, own_settings=SETTINGS) as world:
        world.workspace.rates.enforced = False
        yield world


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def notes(several: World) -> Notes:
    """What is typed into an incident of its own."""
    made = Notes(several)
    await made.declare()
    return made
