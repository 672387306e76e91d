"""Deployments by others are noticed; the bot's own are not told twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio

from bot.app import House
from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.world import World
from handlers.deployments.watching import watch
from tests.logs.stage import agreeing, run


@pytest_asyncio.fixture(loop_scope="session")
async def house(world: World, tmp_path: Path) -> AsyncIterator[House]:
    async with agreeing(world, tmp_path) as made:
        yield made


async def seen(house: House) -> list[str]:
    """Labels on the charts after one look."""
    runtime = house.dispatcher.runtime
    await watch(runtime, datetime.now(UTC))
    await runtime.events.settled()
    since = datetime.now(UTC) - timedelta(days=365)
    marks = house.store.marks.between(since, datetime.now(UTC) + timedelta(minutes=1))
    return [each.label for each in marks if each.kind == "deployment"]


async def test_what_others_deploy_is_marked_once(world: World, house: House) -> None:
    assert await seen(house) == []  # what was there before is no news
    script = world.account.scripts[WORKER]
    new = world.account.upload("v1.10.0", "By CI")[WORKER].id
    old = script.live.versions[0][0]
    script.deploy(
        ((old, 90), (new, 10)), author_email="ci@pitchey.example", message="", at=datetime.now(UTC)
    )
    assert await seen(house) == [f"{new[:8]} 10 %"]
    script.deploy(
        ((new, 100),), author_email="ci@pitchey.example", message="", at=datetime.now(UTC)
    )
    assert await seen(house) == [f"{new[:8]} 10 %", new[:8]]
    world.account.change_secret()
    assert (await seen(house))[-1] == "a secret set"
    assert len(await seen(house)) == 3


async def test_the_bots_own_are_told_by_whoever_made_them(world: World, house: House) -> None:
    await seen(house)
    reply = await run(house, 'rollback --break-glass --reason "tried in a test"')
    assert reply.exit_code == 0, reply.text
    restarted = await run(house, "workers restart")
    assert restarted.exit_code == 0, restarted.text
    [label] = await seen(house)
    assert label.endswith("rolled back")
    assert world.account.scripts[WORKER].live.message.startswith("Restart")
