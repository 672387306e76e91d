"""What every test may ask for: `world`, the whole sandbox, started once for the session.

A test that asks for `world` runs on the session's event loop, beside the servers it talks to.
So it must not block: use asynchronous clients, or `asyncio.to_thread` for boto3 and the like.
Asynchronous fixtures of such tests need `@pytest_asyncio.fixture(loop_scope="session")`.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from bot.sandbox.occupancy import AlreadyRunning
from bot.sandbox.world import World
from tests.postgresql_store import Server, server

# A loaded machine is not a failure: speed is measured by `make bench`.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

_FOLDERS = Path(__file__).parents[1] / "var" / "tests"


def pytest_xdist_auto_num_workers() -> int:
    """Three on two cores: much of the time a test waits for a process or a timer.

    Never many: each keeps sandboxes of its own, and a container may see more cores than it has.
    """
    return max(2, min((os.cpu_count() or 1) * 3 // 2, 8))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if pytest_asyncio.is_async_test(item) and "world" in item.fixturenames:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.world)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What asks for a store runs over both engines, unless it looks into the file itself."""
    if "store_url" in metafunc.fixturenames:
        inside = "path" in inspect.signature(metafunc.function).parameters
        file_only = inside or metafunc.definition.get_closest_marker("file_only") is not None
        engines = ["file"] if file_only else ["file", "postgresql"]
        metafunc.parametrize("store_url", engines, indirect=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server for stores, started by the first test that needs it."""
    with server() as running:
        yield running


@pytest.fixture
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """What `Store.open` takes beside a path: "" for a file, the address of an empty database."""
    if request.param == "file":
        yield ""
        return
    running: Server = request.getfixturevalue("postgresql")
    url = running.database()
    yield url
    running.drop(url)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def session_world() -> AsyncIterator[World]:
    """One sandbox without the bot. Its folder is kept, so that the next start is quick."""
    async with AsyncExitStack() as stack:
        yield await _start(stack)


async def _start(stack: AsyncExitStack) -> World:
    """Take the first folder that no other test run holds."""
    for number in range(16):
        starting = World.start(_FOLDERS / f"world-{number}", with_bot=False)
        try:
            return await stack.enter_async_context(starting)
        except AlreadyRunning:
            continue
    raise RuntimeError(f"sixteen sandboxes already run in {_FOLDERS}")


@pytest_asyncio.fixture(loop_scope="session")
async def world(session_world: World) -> AsyncIterator[World]:
    """The sandbox with every fault off, the newest release, and the account as at the start.

    Rows of the database are put back only by `await world.reset(rows=True)`.
    """
    await session_world.reset()
    yield session_world
    await session_world.reset()
