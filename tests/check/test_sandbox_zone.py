"""The zone's permissions, found out by requests that change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.check import State
from bot.check.cloudflare_zone import ZONE, zone
from bot.sandbox.cloudflare.account import PERMISSIONS
from bot.sandbox.world import World
from tests.cache.stage import zoned

NEEDED = ("Cache Purge", "Cache Rules Edit", "Zone Settings Write", "Firewall Services Write")


async def test_all_are_granted_and_nothing_has_changed(world: World, tmp_path: Path) -> None:
    edge = world.cloudflare.edge
    before = dict(edge.settings)
    async with zoned(world, tmp_path) as house:
        items = await zone(house.settings, house.clients)
    assert [item.state for item in items] == [State.GOOD] * 5
    assert items[0].line == "127.0.0.1, plan free."
    assert [item.title for item in items[1:]] == [f"{ZONE}: {name}" for name in NEEDED]
    assert (edge.settings, edge.access, edge.rules) == (before, [], None)
    assert world.cloudflare.purging.taken == []


@pytest.mark.parametrize("missing", [*NEEDED, "Zone Read"])
async def test_the_one_that_is_missing_is_named(world: World, tmp_path: Path, missing: str) -> None:
    async with zoned(world, tmp_path) as house:
        house.clients.cloudflare.token = world.account.issue(PERMISSIONS - {missing}).value
        items = await zone(house.settings, house.clients)
    wrong = [item for item in items if item.state is State.FAILED]
    assert [missing in item.remedy for item in wrong] == [True]


async def test_without_a_zone_it_is_left_out(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path, plan="") as house:
        items = await zone(house.settings, house.clients)
    assert [item.state for item in items] == [State.SKIPPED]


async def test_a_failing_api_is_told(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        world.faults.switch("cloudflare_down", True)
        items = await zone(house.settings, house.clients)
    assert [item.state for item in items] == [State.FAILED]
