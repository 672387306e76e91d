"""The cache commands through the sandbox's sockets, with a zone and without."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.cloudflare.account import PERMISSIONS, PURGE
from bot.sandbox.world import World
from bot.shell import TerminalDesk
from tests.cache.stage import asset, run, visit, whole, zoned


async def test_tiers_tell_what_they_know(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        for _ in range(3):
            await visit(world, "/assets/index.js")
        reply = await run(house, "cache")
    told = whole(reply)
    assert "The cache is warm" in reply.text
    assert "Zone 127.0.0.1, plan free" in told
    assert "of 3 lookups in 24 h" in told
    assert "keys evicted" in told
    assert "does not offer /api/cache/stats" in told
    assert reply.exit_code == 0


async def test_without_a_zone_the_others_are_told(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path, plan="") as house:
        reply = await run(house, "cache")
        purge = await run(house, "cache purge url /assets/index.js")
        rules = await run(house, "cdn rules")
        applied = await run(house, "cdn rules apply")
    assert "no Cloudflare zone" in whole(reply)
    assert "no Cloudflare zone" in purge.text
    assert "Redis keys" in whole(purge)
    assert "_headers" in whole(rules)
    assert "s-maxage=2592000" in whole(rules)
    assert "no Cloudflare zone" in whole(applied)
    assert world.cloudflare.purging.taken == []


@pytest.mark.parametrize(
    ("fault", "says"), [("cache_down", "does not answer"), ("cache_cold", "cold")]
)
async def test_a_lost_or_cold_tier_comes_first(
    world: World, tmp_path: Path, fault: str, says: str
) -> None:
    world.faults.switch(fault, True)
    await world.settled()
    async with zoned(world, tmp_path) as house:
        reply = await run(house, "cache")
    assert says in reply.text
    assert reply.exit_code == 1
    assert "Redis" in json.dumps(reply.blocks[1])


async def test_a_purge_is_seen_in_the_page(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        await visit(world, "/assets/index.js")
        held = world.cloudflare.edge.cache
        moved = held.clock() + 90
        held.clock = lambda: moved
        reply = await run(house, "cache purge url /assets/index.js")
        assert reply.outcome == "succeeded", reply.text
        assert "1 of 1 page that the edge keeps came fresh" in reply.text
        assert "HIT, 90 s old before, MISS after" in whole(reply)
        runtime = house.dispatcher.runtime
        await runtime.events.settled()
        later = runtime.now() + timedelta(minutes=1)
        marks = house.store.marks.between(runtime.started_at, later)
    assert [mark.label for mark in marks] == ["cache purge url"]
    (purged,) = world.cloudflare.purging.taken
    assert (purged.kind, purged.values, purged.hit, purged.gone) == (
        "files", (asset(world),), 1, True,
    )  # fmt: skip


async def test_stale_marks_and_a_pattern_becomes_a_prefix(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        await visit(world, "/assets/index.js")
        reply = await run(house, "cache purge pattern /assets/* --stale")
        assert "EXPIRED after" in whole(reply)
        inner = await run(house, "cache purge pattern /assets/*.js")
        nothing = await run(house, "cache purge pattern /nothing/*/here")
        foreign = await run(house, "cache purge url https://other.example/x")
    prefix, files = world.cloudflare.purging.taken
    place = world.platform.site_url.partition("://")[2]
    assert (prefix.kind, prefix.values, prefix.gone) == ("prefixes", (f"{place}/assets/",), False)
    assert (files.kind, files.values) == ("files", (asset(world),))
    assert inner.outcome == "succeeded"
    assert "No known address fits" in nothing.text
    assert "not of the zone" in foreign.text


async def test_redis_keys_go_and_sessions_stay(world: World, tmp_path: Path) -> None:
    redis = world.redis
    for number in range(1_200):
        redis.run(["SET", f"cached:{number}", "x", "EX", "600"])
    for key in ("session:abc", "auth:1", "ratelimit:9", "cached:session:7"):
        redis.run(["SET", key, "x"])
    async with zoned(world, tmp_path, plan="") as house:
        reply = await run(house, "cache purge keys cached:*")
        assert "Purged 1,200 keys in Redis" in reply.text
        assert redis.run(["GET", "cached:session:7"]) == "x"
        redis.run(["SET", "cached:1", "x", "EX", "600"])
        refused = await run(house, "cache purge keys *")
        assert "fits everything" in refused.text
        house.dispatcher.guard.desk = TerminalDesk(yes=True)
        everything = await run(
            house, 'cache purge everything --break-glass --reason "old prices are shown"'
        )
    assert everything.outcome == "succeeded", everything.text
    assert redis.run(["GET", "cached:1"]) is None
    assert redis.run(["GET", "session:abc"]) == "x"
    assert redis.run(["GET", "auth:1"]) == "x"
    for key in ("session:abc", "auth:1", "ratelimit:9", "cached:session:7"):
        redis.run(["DEL", key])


async def test_everything_hits_the_edge_and_redis(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        await visit(world, "/assets/index.js")
        reply = await run(house, 'cdn purge all --break-glass --reason "old prices are shown"')
        lost = await run(house, "cache purge everything")  # nobody is there to approve
    assert "everything at the edge and" in reply.text
    assert [each.kind for each in world.cloudflare.purging.taken] == ["everything"]
    assert world.cloudflare.edge.cache.find(asset(world)) is not None  # asked for again
    assert lost.outcome != "succeeded"


async def test_a_token_without_the_permission_is_named(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        house.clients.cloudflare.token = world.account.issue(PERMISSIONS - {PURGE}).value
        reply = await run(house, "cache purge tag assets")
    assert "Cache Purge" in whole(reply)
    assert reply.exit_code != 0


async def test_the_table_is_compared_route_by_route(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        reply = await run(house, "cache ttl")
        world.platform.play("2026-01-05")  # answers 401 to strangers, whatever they ask for
        house.clients.platform.forget()
        old = await run(house, "cache ttl")
    world.faults.switch("cache_exposed", True)
    async with zoned(world, tmp_path) as house:
        exposed = await run(house, "cache ttl")
    assert "1 route with private answers may be kept by shared caches" in exposed.text
    assert "Purge what is exposed" in whole(exposed)
    told = whole(reply)
    assert "2 of 2 routes are not kept as the guide wants" in reply.text
    assert "send Cache-Control: private, no-store" in told
    assert told.count("does not offer it") == 2
    assert "name one in [cache] routes" in told
    assert whole(old).count("does not offer it") == 2


async def test_warming_is_measured(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        reply = await run(house, "cache warm")
        assert "Warmed 4 pages" in reply.text
        assert "edge MISS then HIT" in whole(reply)
        world.faults.switch("site_down", True)
        await world.settled()
        partly = await run(house, "cache warm")
    assert "Warmed 2 of 3 pages; 1 failed" in partly.text
    assert partly.exit_code == 1
