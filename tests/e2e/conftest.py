"""`stage`: the sandbox with the real bot, over sockets and over HTTP, one after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.workspace import ANA, OMAR, RITA, VIC
from bot.sandbox.workspace.expectations import Actor
from tests.e2e.leaks import leaks
from tests.e2e.stage import Stage, staged
from tests.engines import EVERYTHING, POSTGRESQL
from tests.postgresql_store import Server

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE) and "stage" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.world)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def socket_stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with staged("socket", _kept_in(request)) as stage:
        yield stage


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def http_stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with staged("http", _kept_in(request)) as stage:
        yield stage


def _kept_in(request: pytest.FixtureRequest) -> str:
    """The database of a stage's bots, where everything runs over PostgreSQL."""
    if EVERYTHING != POSTGRESQL:
        return ""
    running: Server = request.getfixturevalue("postgresql")
    return running.database()


@pytest.fixture(params=["socket", "http"])
def kept_stage(request: pytest.FixtureRequest) -> Stage:
    """The sandbox of a transport: started when first asked for, kept for the whole folder."""
    kept: Stage = request.getfixturevalue(f"{request.param}_stage")
    return kept


@pytest_asyncio.fixture(loop_scope="session")
async def stage(kept_stage: Stage) -> AsyncIterator[Stage]:
    """Everything well, a bot that runs; afterwards no secret may show anywhere."""
    await kept_stage.reset()
    yield kept_stage
    await kept_stage.idle(0.05)
    assert leaks(kept_stage) == []
    assert "Traceback" not in kept_stage.said


@pytest.fixture
def ana(stage: Stage) -> Actor:
    """Admin."""
    return stage.person(ANA)


@pytest.fixture
def omar(stage: Stage) -> Actor:
    """Operator."""
    return stage.person(OMAR)


@pytest.fixture
def rita(stage: Stage) -> Actor:
    """Responder."""
    return stage.person(RITA)


@pytest.fixture
def vic(stage: Stage) -> Actor:
    """Viewer."""
    return stage.person(VIC)
