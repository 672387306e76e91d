"""Maintenance mode where Cloudflare's answer is lost: on, not on, and no half of it left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import House
from bot.live import lost_answers
from bot.sandbox.world import World
from tests.logs.stage import agreeing, run

GLASS = '--break-glass --reason "tried in a test"'
ON = f"maintenance on --for 1h {GLASS}"


@pytest_asyncio.fixture(loop_scope="session")
async def house(world: World, tmp_path: Path) -> AsyncIterator[House]:
    async with agreeing(world, tmp_path) as made:
        yield made


async def test_lost_answers(world: World, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_answers, "PAUSES", (0.05,))
    records = house.store.maintenance
    world.faults.switch("cloudflare_loses", True)
    reply = await run(house, ON)
    assert "Nothing was changed" in reply.text
    assert records.current("production") is None  # nobody is reminded of what is not on
    world.faults.switch("cloudflare_loses", False)

    world.faults.switch("cloudflare_swallows", True, 60.0)
    reply = await run(house, ON)
    assert "NOT KNOWN" in reply.text
    kept = records.current("production")
    assert kept is not None  # the way back is kept: it may be on
    assert not kept.deployment
    world.faults.switch("cloudflare_swallows", False)
    reply = await run(house, ON)
    assert "is in maintenance mode until" in reply.text, reply.text
    found = records.current("production")
    assert found is not None
    assert (found.id, found.before) == (kept.id, kept.before)

    world.faults.switch("cloudflare_swallows", True)
    reply = await run(house, "maintenance off")
    assert reply.text.startswith(":white_check_mark:"), reply.text
    assert records.current("production") is None
