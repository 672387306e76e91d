"""Containment through the sandbox's sockets: it acts, it ends by itself, late but once."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import House
from bot.sandbox.world import World
from handlers.containment.ending import tick
from tests.cache.stage import run, visit, whole, zoned

WHY = '--reason "scans for .env files"'


class Ahead:
    """A clock that a test moves."""

    def __init__(self, house: House) -> None:
        self.by = timedelta()
        house.dispatcher.runtime.clock = self

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by


async def ended(house: House) -> str:
    return await tick(house.dispatcher.runtime, datetime.now(UTC))


def told(house: House, key: str) -> str:
    found = house.store.outbox.find(house.dispatcher.runtime.messages.open_key(key))
    return "" if found is None else found.text


async def test_a_block_acts_and_ends_by_itself(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        clock = Ahead(house)
        assert (await visit(world, "/", CF_Connecting_IP="203.0.113.7")).status_code == 200
        reply = await run(house, f"security block 203.0.113.7 for 2h {WHY}")
        assert reply.outcome == "succeeded", whole(reply)
        refused = await visit(world, "/", CF_Connecting_IP="203.0.113.7")
        assert (refused.status_code, refused.text) == (403, "error code: 1006")
        assert (await visit(world, "/", CF_Connecting_IP="203.0.113.8")).status_code == 200
        (rule,) = world.cloudflare.edge.access
        assert rule.notes.startswith("pitchey-ops-bot B-1 until ")
        clock.by = timedelta(hours=1)
        assert await ended(house) == "0 ended by themselves."
        clock.by = timedelta(days=9)  # the bot was stopped for days
        assert await ended(house) == "1 ended by themselves."
        assert await ended(house) == "0 ended by themselves."
        assert world.cloudflare.edge.access == []
        assert "may come in again" in told(house, "block-ended:1")
        audited = [(e.command, e.outcome, e.surface) for _, e in house.store.audit.after(0)]
        assert audited.count(("security unblock", "succeeded", "schedule")) == 1


async def test_what_cannot_end_now_is_told_once_and_ends_later(
    world: World, tmp_path: Path
) -> None:
    async with zoned(world, tmp_path) as house:
        clock = Ahead(house)
        await run(house, f"security block 203.0.113.7 for 5m {WHY}")
        clock.by = timedelta(hours=1)
        world.faults.switch("cloudflare_down", True)
        for _ in range(2):
            assert await ended(house) == "0 ended by themselves."
        assert "could not be ended" in told(house, "containment-stuck:B-1")
        lost = await run(house, "security blocks")
        assert "Cloudflare cannot be asked" in lost.text
        assert "203.0.113.7" in whole(lost)
        world.faults.switch("cloudflare_down", False)
        assert await ended(house) == "1 ended by themselves."
        assert world.cloudflare.edge.access == []


async def test_a_block_ends_though_each_attempt_is_cut_off(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        clock = Ahead(house)
        await run(house, f"security block 203.0.113.4/30 for 5m {WHY}")
        assert len(world.cloudflare.edge.access) == 4
        await run(house, f"security under-attack on for 5m {WHY}")
        clock.by = timedelta(hours=1)
        world.faults.switch("cloudflare_slow", True, 0.5)
        for _ in range(30):
            with suppress(TimeoutError):
                async with asyncio.timeout(2.2):  # too short for all of it
                    await ended(house)
            # Every visitor waits for under attack mode: it does not wait for the blocks.
            assert house.store.containment.attack_mode() is None
            if not house.store.containment.blocks():
                break
        world.faults.switch("cloudflare_slow", False)
        assert house.store.containment.blocks() == ()
        assert world.cloudflare.edge.access == []


async def test_overlapping_blocks_are_joined(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        await run(house, f"security block 203.0.113.7 for 9h {WHY}")
        await run(house, f"security block 203.0.113.9 for 1h {WHY}")
        joined = await run(house, f"security block 203.0.113.0/24 for 2h {WHY}")
        assert "B-2, B-1 went into it" in whole(joined)
        assert [rule.value for rule in world.cloudflare.edge.access] == ["203.0.113.0/24"]
        (held,) = house.store.containment.blocks()
        left = held.ends_at - datetime.now(UTC)
        assert timedelta(hours=8) < left < timedelta(hours=10)  # the longest time stays
        inside = await run(house, f"security block 203.0.113.44 for 1h {WHY}")
        assert "is blocked already: B-3" in inside.text
        longer = await run(house, f"security block 203.0.113.0/24 for 20h {WHY}")
        assert "now blocks until" in longer.text
        assert len(world.cloudflare.edge.access) == 1
        await run(house, "security unblock 203.0.113.0/24")
        assert world.cloudflare.edge.access == []
        again = await run(house, "security unblock B-3")
        assert "It blocks nobody just now" in whole(again)


async def test_who_must_get_through_is_refused(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        security = house.settings.security.model_copy(update={"never_block": ("198.51.100.0/28",)})
        settings = house.settings.model_copy(update={"security": security})
        house.dispatcher.runtime.settings = settings
        for text, whom in {
            "127.0.0.1": "this machine itself",
            "10.1.2.3": "private networks",
            "fd00::1": "private networks",
            "104.16.9.0/24": "Cloudflare",
            "198.51.100.4": "never_block",
            "198.51.100.0/24": "never_block",
        }.items():
            reply = await run(house, f"security block {text} {WHY}")
            assert whom in reply.text + whole(reply), text
    assert world.cloudflare.edge.access == []


async def test_rules_of_others_stay(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        await run(house, f"security block 203.0.113.7 {WHY}")
        world.cloudflare.edge.access[0].notes = "by the security team"
        await run(house, "security unblock B-1")
        assert world.cloudflare.edge.access == []  # its id was ours, whatever the note says
        await run(house, f"security block 203.0.113.7 {WHY}")
        (rule,) = world.cloudflare.edge.access
        rule.notes, rule.id = "by the security team", "f" * 32
        shown = await run(house, "security blocks")
        assert "1 lost at Cloudflare" in shown.text
        taken = await run(house, f"security block 203.0.113.7 {WHY}")
        assert "a rule of somebody else's already" in whole(taken)
        world.cloudflare.edge.access.remove(rule)
        await run(house, f"security block 203.0.113.7 {WHY}")  # it had not held: made anew
        (mended,) = world.cloudflare.edge.access
        assert mended.notes.startswith("pitchey-ops-bot B-2 ")
        assert "lost" not in (await run(house, "security blocks")).text
        world.cloudflare.edge.access = [rule]
        assert "1 access rules of others" in whole(shown)
        await run(house, "security unblock B-2")
        assert world.cloudflare.edge.access == [rule]
        rule.mode = "whitelist"
        refused = await run(house, f"security block 203.0.113.7 {WHY}")
        assert "another rule about 203.0.113.7" in whole(refused)


async def test_a_block_that_a_crash_cut_ends_all_the_same(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        clock = Ahead(house)
        await run(house, f"security block 203.0.113.0/30 for 1h {WHY}")
        store = house.store.containment
        store.note_rule(1, "203.0.113.2", "")  # as if killed between Cloudflare and the store
        assert not store.blocks()[0].whole
        clock.by = timedelta(hours=2)
        assert await ended(house) == "1 ended by themselves."
        assert world.cloudflare.edge.access == []


@pytest.mark.parametrize("plan", ["free", "enterprise"])
async def test_a_country_as_the_plan_allows(world: World, tmp_path: Path, plan: str) -> None:
    async with zoned(world, tmp_path, plan) as house:
        reply = await run(house, f"security block FR for 1h {WHY} --break-glass")
        blocked = await visit(world, "/", CF_IPCountry="FR")
    if plan == "free":
        assert reply.exit_code != 0
        assert blocked.status_code == 200
    else:
        assert reply.outcome == "succeeded"
        assert blocked.text == "error code: 1009"


async def test_why_is_asked_where_nobody_said_it(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path) as house:
        for line in ("security block 203.0.113.9 for 1h", "security under-attack on for 1h"):
            asked = await run(house, line)
            assert asked.outcome == "not understood"
            assert asked.text.startswith(":question: Say why: ")
            assert f"/pitchey {line.removesuffix(' for 1h')}" in whole(asked)
        assert world.cloudflare.edge.access == []


async def test_under_attack_ends_by_itself_and_brings_back_what_was(
    world: World, tmp_path: Path
) -> None:
    settings = world.cloudflare.edge.settings
    settings["security_level"] = "high"
    async with zoned(world, tmp_path) as house:
        clock = Ahead(house)
        on = await run(house, f"security under-attack on for 1h {WHY}")
        assert on.outcome == "succeeded", whole(on)
        challenged = await visit(world, "/")
        assert challenged.headers["cf-mitigated"] == "challenge"
        for part in ("site", "api"):
            assert "challenged by Cloudflare" in whole(await run(house, f"health {part}"))
        cause = await run(house, "diagnose auto")
        assert "Cloudflare checks every browser before the API" in cause.text, whole(cause)
        again = await run(house, f"security under-attack on for 3h {WHY}")
        assert again.outcome == "succeeded"
        clock.by = timedelta(hours=2)
        assert await ended(house) == "0 ended by themselves."
        clock.by = timedelta(hours=4)
        assert await ended(house) == "1 ended by themselves."
        assert settings["security_level"] == "high"
        assert "ended by itself" in told(house, "attack-ended:1")
        await run(house, f"security under-attack on {WHY}")
        settings["security_level"] = "low"  # somebody knows better
        await run(house, "security under-attack off")
        assert settings["security_level"] == "low"
        off = await run(house, "security under-attack")
        assert "is off" in off.text


async def test_without_a_zone_it_is_said_what_works(world: World, tmp_path: Path) -> None:
    async with zoned(world, tmp_path, plan="") as house:
        for line in (f"security block 203.0.113.7 {WHY}", f"security under-attack on {WHY}"):
            reply = await run(house, line)
            assert "no Cloudflare zone" in reply.text
            assert "What works" in whole(reply)
        shown = await run(house, "security blocks")
    assert "no Cloudflare zone" in whole(shown)
    assert json.dumps(shown.blocks)
