"""Over the sandbox's sockets: good, bad, slow, by header, and in releases that do not tell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from bot.clients import Clients
from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.platform.release import RELEASES
from bot.sandbox.world import World
from bot.settings import Settings, load
from bot.verification import Verification, verify


@pytest.fixture
def settings(world: World) -> Settings:
    return load(world.config_path, world.environment)


@pytest_asyncio.fixture(loop_scope="session")
async def clients(settings: Settings) -> AsyncIterator[Clients]:
    made = Clients.connect(settings)
    yield made
    await made.aclose()


async def look(
    settings: Settings, clients: Clients, version: str = "", **more: Any
) -> Verification:
    environment = settings.environment("production")
    asked: dict[str, Any] = {"patience": 1.5, "requests": 8} | more
    return await verify(settings, clients, environment, expect_version=version, **asked)


def live(world: World) -> str:
    return world.account.scripts[WORKER].live.versions[0][0]


def upload(world: World, *, bad: bool) -> str:
    script = world.account.scripts[WORKER]
    at = datetime.now(UTC)
    new = script.upload(author_email="d@e.test", tag="v9", message="", at=at, bad=bad)
    shares = ((live(world), 100.0), (new.id, 0.0))
    script.deploy(shares, author_email="d@e.test", message="", at=at)
    return new.id


async def test_a_healthy_platform_is_well_and_the_version_is_proved(
    world: World, settings: Settings, clients: Clients
) -> None:
    found = await look(settings, clients, live(world))
    assert found.good, found
    assert found.proved is True


async def test_a_release_that_does_not_tell_its_version_is_looked_up_in_the_log(
    world: World, settings: Settings, clients: Clients
) -> None:
    world.platform.play("2025-12-24")
    found = await look(settings, clients, live(world))
    assert found.proved is True
    assert found.good, found
    world.faults.switch("cloudflare_down", True)
    blind = await look(settings, clients, live(world))
    assert blind.proved is None
    assert "could not be told" in blind.unsure[0]


async def test_a_version_at_no_share_is_asked_by_header(
    world: World, settings: Settings, clients: Clients
) -> None:
    bad = upload(world, bad=True)
    assert (await look(settings, clients)).good  # nobody meets it
    # It throws at every request, the question who it is included: the log knows.
    found = await look(settings, clients, bad, overriding=True)
    assert found.proved is True
    assert "HTTP 500" in found.problems[0]


async def test_an_override_that_does_not_apply_is_noticed(
    world: World, settings: Settings, clients: Clients
) -> None:
    script = world.account.scripts[WORKER]
    absent = script.versions[0].id  # not a part of the live deployment
    found = await look(settings, clients, absent, overriding=True)
    assert found.proved is False
    assert not found.good
    assert found.requests == 0


async def test_errors_slowness_and_silence_are_problems(
    world: World, settings: Settings, clients: Clients
) -> None:
    world.faults.switch("api_errors", True, 60)
    assert not (await look(settings, clients)).good
    world.faults.clear()
    world.faults.switch("api_html", True)
    assert "web page" in (await look(settings, clients)).problems[0]
    world.faults.clear()
    world.faults.switch("api_down", True)
    await world.settled()
    assert "connection refused" in (await look(settings, clients)).problems[0]


async def test_every_release_that_is_well_is_called_well(
    world: World, settings: Settings, clients: Clients
) -> None:
    for name in RELEASES:
        world.platform.play(name)
        world.platform.forget_clients()
        found = await look(settings, clients, live(world))
        assert not found.failed, (name, found)
