"""What every test may ask for: `world`, the whole sandbox, started once for the session.

A test that asks for `world` runs on the session's event loop, beside the servers it talks to.
So it must not block: use asynchronous clients, or `asyncio.to_thread` for boto3 and the like.
Asynchronous fixtures of such tests need `@pytest_asyncio.fixture(loop_scope="session")`.
"""

from __future__ import annotations

import gc
import inspect
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from hypothesis import settings

from bot.sandbox.world import World
from tests import forked
from tests.engines import EVERYTHING, FILE, POSTGRESQL, address, over_files, over_postgresql
from tests.postgresql_store import Server, server
from tests.worlds import running

if TYPE_CHECKING:
    from playwright.async_api import Browser
    from xdist.remote import Producer

    from tests.scheduling import LongestFirst

# A loaded machine is not a failure: speed is measured by `make bench`.
settings.register_profile("untimed", deadline=None)
# The same examples each time: whether a change may land is not left to chance.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("untimed")

forked.install()
# What the collection loads and makes stays: to look for waste among it is a tenth of a run.
gc.disable()


def pytest_xdist_auto_num_workers() -> int:
    """Two for a core: much of the time a test waits for a process or a timer.

    Never many: each keeps sandboxes of its own, and a container may see more cores than it has.
    """
    return max(2, min((os.cpu_count() or 1) * 2, 8))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LongestFirst:
    from tests.scheduling import LongestFirst  # only who hands out the tests needs it

    return LongestFirst(config, log)


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()
    gc.enable()
    hands_out = session.config.pluginmanager.has_plugin("dsession")  # to workers, and runs none
    if session.items and not hands_out and not session.config.option.collectonly:
        forked.prepare()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if pytest_asyncio.is_async_test(item) and "world" in item.fixturenames:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.world)
            if isinstance(item, pytest.Function):
                item.fixturenames.insert(0, "tidied")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What asks for a store, or is marked so, runs over both engines; the rest over a file.

    With PITCHEY_STORE=postgresql everything runs over PostgreSQL, once. What looks into the file
    itself never does.
    """
    marked = metafunc.definition.get_closest_marker
    inside = "path" in inspect.signature(metafunc.function).parameters
    if inside or marked("file_only") is not None:
        engines = [FILE]
    elif EVERYTHING == POSTGRESQL:
        engines = [POSTGRESQL]
    elif "store_url" in metafunc.fixturenames or marked("both_engines") is not None:
        engines = [FILE, POSTGRESQL]
    else:
        return
    metafunc.parametrize("engine", engines, indirect=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server for stores, started by the first test that needs it."""
    with server() as running:
        yield running


@pytest.fixture(autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the stores of this test are kept: file or postgresql."""
    kept = getattr(request, "param", FILE)
    over = over_files() if kept == FILE else over_postgresql(request.getfixturevalue("postgresql"))
    with over:
        yield kept


@pytest.fixture
def store_url(engine: str, tmp_path: Path) -> str:
    """What `Store.open` takes beside a path: "" for a file, the address of an unused database."""
    return address(tmp_path / "asked")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the session: each test opens a context of its own, which shares nothing.

    As with `world`, its tests run on the session's event loop.
    """
    from tests.chromium import chromium

    async with chromium() as launched:
        yield launched


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def session_world() -> AsyncIterator[World]:
    """One sandbox without the bot."""
    async with running("world") as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tidied(session_world: World) -> AsyncIterator[None]:
    """What a module has put into the buckets is no other one's to find."""
    yield
    await session_world.storage.tidy()


@pytest_asyncio.fixture(loop_scope="session")
async def world(session_world: World) -> AsyncIterator[World]:
    """The sandbox with every fault off, the newest release, and the account as at the start.

    Rows of the database are put back only by `await world.reset(rows=True)`.
    """
    await session_world.reset()
    yield session_world
    await session_world.reset()
