"""`/pitchey scale` over the sandbox's sockets: limits, regions that fail, services away."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import House
from bot.command import Reply
from bot.sandbox.workspace import VIC
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.world import World
from bot.settings import load
from bot.store import Sample
from handlers.scaling.result import Standing
from tests.logs.stage import in_slack, opened, run


def words(reply: Reply) -> str:
    return json.dumps(reply.blocks, ensure_ascii=False).replace("\u00a0", " ")


def grow(house: House, metric: str, days: int, start: float, step: float) -> None:
    """A sample at noon of each day, up to yesterday."""
    noon = house.dispatcher.runtime.now().replace(hour=12, minute=0)
    house.store.samples.add(
        [
            Sample("production", metric, noon - timedelta(days=days - n), start + step * n)
            for n in range(days)
        ]
    )


async def test_everything_is_counted_against_its_limit(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        reply = await run(house, "scale")
    names = {each.name for each in reply.data.resources}
    assert names >= {
        "requests", "cpu", "subrequests", "kv_reads", "r2_reads", "r2_storage", "connections",
        "storage",
    }  # fmt: skip
    assert reply.data.unknown == ()
    assert reply.text.startswith(":white_check_mark: Room on every limit")
    assert "every other country" in words(reply)
    assert "no replica attached" in words(reply)
    assert reply.exit_code == 0


async def test_the_day_of_a_limit_comes_from_the_samples(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        grow(house, "database_size", 20, 3.0e9, 0.09e9)
        reply = await run(house, "scale")
    storage = next(each for each in reply.data.resources if each.name == "storage")
    assert storage.standing is Standing.SOON
    assert 1 < storage.forecast.middle < 6
    assert "Database storage" in reply.text
    assert "db tables" in words(reply)


async def test_a_region_that_fails_is_told_first(world: World, tmp_path: Path) -> None:
    world.faults.switch("region_down", True)
    await world.settled()
    async with opened(world, tmp_path) as house:
        reply = await run(house, "scale")
        assert "asia not working" in reply.text
        assert "scale failover asia" in words(reply)
        dry = await run(house, "scale failover asia")
        assert "could take over from asia" in dry.text
        assert "nothing was changed" in words(dry)
        other = await run(house, "scale failover us")
        assert "asia* cannot" in words(other)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("scale failover mars", "us, eu, asia"),
        ("scale failover", "region"),
        ("scale failover 🚀", "us, eu, asia"),
        ("scale --environment moon", "production"),
        ("scal", "scale"),
    ],
)
async def test_bad_input(world: World, tmp_path: Path, line: str, hint: str) -> None:
    async with opened(world, tmp_path) as house:
        reply = await run(house, line)
    assert reply.exit_code == 64
    assert hint in words(reply)


@pytest.mark.parametrize("fault", ["cloudflare_down", "cloudflare_forbidden", "database_down"])
async def test_what_is_away_is_unknown_and_the_rest_is_counted(
    world: World, tmp_path: Path, fault: str
) -> None:
    world.faults.switch(fault, True)
    await world.settled()
    async with opened(world, tmp_path) as house:
        reply = await run(house, "scale")
    assert reply.data.unknown
    assert reply.data.resources
    assert "Could not be counted" in words(reply)


async def test_without_regions_and_keys_it_says_so(world: World, tmp_path: Path) -> None:
    lines = world.config_path.read_text("utf-8").split("\n")
    plain = "\n".join(line for line in lines if not line.startswith("regions = "))
    (tmp_path / "pitchey.toml").write_text(plain, "utf-8")
    slack = {name: value for name, value in world.environment.items() if "SLACK" in name}
    settings = load(tmp_path / "pitchey.toml", slack)
    async with opened(world, tmp_path, settings) as house:
        reply = await run(house, "scale")
        assert "One Worker serves every country" in words(reply)
        assert reply.text == ":grey_question: No limit could be counted"
        assert "nothing to fail over" in (await run(house, "scale failover us")).text


async def test_in_slack(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house, in_slack(house):
        vic = Actor(world.workspace, VIC)
        await vic.types("/pitchey scale")
        await vic.sees("Room on every limit")
        await vic.presses("Count again")
        await vic.sees("Room on every limit")
