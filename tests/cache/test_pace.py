"""Purging within the plan's limits: nothing is left out, whatever Cloudflare answers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.app import House
from bot.clients.cloudflare_purge import LIMITS, Kind
from bot.errors import OpsError
from bot.purging.carrying_out import EdgeDone, PerhapsPurged, purge_edge
from bot.purging.planning import EdgeWork
from bot.sandbox.world import World
from tests.cache.stage import Noted, zoned


class Clock:
    """Seconds that pass only where somebody waits."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.now += seconds


async def silent(_text: str) -> None:
    return


async def send(house: House, work: EdgeWork, operation: Noted, clock: Clock) -> EdgeDone:
    return await purge_edge(house.clients, work, operation, silent, pause=clock.pause)


def urls(world: World, count: int) -> tuple[str, ...]:
    return tuple(f"{world.platform.site_url}/pitch/{number}" for number in range(count))


def taken(world: World) -> Counter[str]:
    return Counter(value for each in world.cloudflare.purging.taken for value in each.values)


async def test_a_thousand_addresses_none_skipped(world: World, tmp_path: Path) -> None:
    clock = Clock()
    world.cloudflare.purging.clock = clock
    async with zoned(world, tmp_path) as house:
        wanted = urls(world, 1_000)
        done = await send(house, EdgeWork("files", wanted, LIMITS["free"]), Noted(), clock)
    assert taken(world) == Counter(wanted)
    assert (done.values, done.requests) == (1_000, 10)
    assert max(len(each.values) for each in world.cloudflare.purging.taken) == 100
    # 800 a second are allowed: the bot keeps to it, and is hardly ever refused.
    assert world.cloudflare.purging.refused <= 1


@pytest.mark.parametrize(
    ("plan", "kind"), [("free", "tags"), ("free", "prefixes"), ("pro", "tags")]
)
async def test_what_is_too_often_is_waited_for(
    world: World, tmp_path: Path, plan: str, kind: Kind
) -> None:
    clock = Clock()
    world.cloudflare.purging.clock = clock
    host = world.platform.site_url.partition("://")[2]
    names = [f"{host}/p{n}/" if kind == "prefixes" else f"tag-{n}" for n in range(3_150)]
    async with zoned(world, tmp_path, plan) as house:
        work = EdgeWork(kind, tuple(names), LIMITS[plan])
        done = await send(house, work, Noted(), clock)
    assert taken(world) == Counter(names)
    assert done.requests == 32
    assert done.waits == world.cloudflare.purging.refused > 0
    assert clock.now - 1_000 >= work.seconds - 1


async def test_an_interrupted_purge_goes_on_where_it_was(world: World, tmp_path: Path) -> None:
    clock, broken = Clock(), Noted(fail_at=5)
    world.cloudflare.purging.clock = clock
    async with zoned(world, tmp_path) as house:
        work = EdgeWork("files", urls(world, 1_000), LIMITS["free"])
        with pytest.raises(KeyboardInterrupt):
            await send(house, work, broken, clock)
        again = Noted(finished_steps=tuple(broken.steps[:-1]))  # the last one may be half done
        done = await send(house, work, again, clock)
        assert set(taken(world)) == set(work.values)
        assert (done.skipped, done.values, len(again.steps)) == (300, 700, 7)
        # Another list is another purge, though it is as long.
        other = EdgeWork("files", urls(world, 1_001)[1:], LIMITS["free"])
        assert (await send(house, other, Noted(again.finished_steps), clock)).skipped == 0


async def test_a_flaky_api_loses_nothing(world: World, tmp_path: Path) -> None:
    clock = Clock()
    world.cloudflare.purging.clock = clock
    world.faults.switch("cloudflare_flaky", True)
    async with zoned(world, tmp_path) as house:
        wanted = urls(world, 450)
        done = await send(house, EdgeWork("files", wanted, LIMITS["free"]), Noted(), clock)
    assert taken(world) == Counter(wanted)
    assert done.waits == 5


async def test_an_api_that_stays_down_is_told(world: World, tmp_path: Path) -> None:
    clock = Clock()
    world.faults.switch("cloudflare_down", True)
    async with zoned(world, tmp_path) as house:
        with pytest.raises(OpsError, match="failing"):
            await send(house, EdgeWork("tags", ("a",), LIMITS["free"]), Noted(), clock)
    assert clock.now > 1_000  # it was tried again before


async def test_a_purge_whose_answer_is_lost_is_sent_again(world: World, tmp_path: Path) -> None:
    said: list[str] = []

    async def say(text: str) -> None:
        said.append(text)
        world.faults.switch("cloudflare_swallows", False)

    clock, work = Clock(), EdgeWork("tags", ("a",), LIMITS["free"])
    world.faults.switch("cloudflare_swallows", True)
    async with zoned(world, tmp_path) as house:
        await purge_edge(house.clients, work, Noted(), say, pause=clock.pause)
        assert taken(world) == Counter({"a": 2})
        assert len(said) == 1
        world.faults.switch("cloudflare_loses", True)
        with pytest.raises(PerhapsPurged, match="NOT KNOWN whether everything was purged") as told:
            await send(house, work, Noted(), clock)
    assert not told.value.permanent  # the button to try again
