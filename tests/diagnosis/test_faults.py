"""Each fault switch, a healthy platform, and some pairs, diagnosed over the sandbox's sockets.

`python -m tests.bench diagnosis` prints the whole table, in a process of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
import pytest

from bot.app import House
from bot.sandbox.world import World
from handlers.diagnosis.operations import Manner, diagnose
from handlers.diagnosis.result import Diagnosis
from tests.diagnosis import expectations

# Strong enough to be seen, and no slower than that.
AMOUNTS = {
    "api_slow": 2.2, "site_slow": 3.0, "database_slow": 0.9, "storage_slow": 2.1,
    "region_slow": 2.2, "cold_starts": 2.2, "cloudflare_slow": 0.5, "worker_cpu_high": 60.0,
}  # fmt: skip
# Requests before somebody asks: more than those of the minutes before the world began.
VISITS = {"bad_release": 10, "worker_cpu_high": 40}
SEEN_BY_WATCHING = {"missing_index"}
# It uses a core of the machine that also measures; these looks ask least of it.
ASKED = {"worker_cpu_high": "uploads"}
BLOCKED_LONG_ENOUGH = 2.2  # seconds until a wait counts
CAUSING = [name for name in expectations.faults() if expectations.EXPECTED[name].causes]
BLINDING = [name for name in expectations.faults() if expectations.EXPECTED[name].blind]
HARMLESS = [name for name in expectations.faults() if name not in (*CAUSING, *BLINDING)]
PAIRS = (
    ("database_down", "jwt_secret_missing"),
    ("cache_cold", "cors_wrong"),
    ("api_errors", "storage_refuses"),
    ("pool_full", "region_down"),
    ("cloudflare_forbidden", "jwt_secret_missing"),
    ("api_down", "database_quota"),
)


async def diagnosed(world: World, house: House, faults: Sequence[str], symptom: str) -> Diagnosis:
    """What is found while these faults are on."""
    for name in faults:
        world.faults.switch(name, True, AMOUNTS.get(name))
    await world.settled()
    if "blocking_session" in faults:
        await asyncio.sleep(BLOCKED_LONG_ENOUGH)
    for name in VISITS.keys() & set(faults):
        await _visit(world, VISITS[name])
    watched = 1.6 if SEEN_BY_WATCHING & set(faults) else 0.3
    return await diagnose(
        house.clients, house.settings, house.store, symptom, datetime.now(UTC),
        manner=Manner(watched=watched),
    )  # fmt: skip


async def _visit(world: World, count: int) -> None:
    """So many requests, that there is something to count."""
    trust = world.certificates.trust()
    async with httpx.AsyncClient(
        base_url=world.platform.api_url, verify=trust, timeout=60
    ) as client:
        for _ in range(count):
            await client.get("/api/health/ping")


@pytest.mark.parametrize("symptom", [*expectations.SYMPTOMS, "auto"])
async def test_a_healthy_platform_has_nothing(world: World, house: House, symptom: str) -> None:
    found = await diagnosed(world, house, (), symptom)
    assert [cause.words for cause in (*found.causes, *found.possible)] == []
    assert [each.part for each in found.blind] == []
    assert found.evidence.facts


@pytest.mark.parametrize("name", CAUSING)
async def test_each_fault_is_found_and_nothing_else(world: World, house: House, name: str) -> None:
    expected = expectations.EXPECTED[name]
    found = await diagnosed(world, house, (name,), ASKED.get(name, expected.symptom))
    names = [cause.name for cause in found.causes]
    assert expectations.false_alarms((name,), names) == (), found.causes
    assert names[:1] == [cause for cause in names[:1] if cause in expected.causes] != []
    assert found.causes[0].supporting


@pytest.mark.parametrize("name", BLINDING)
async def test_what_blinds_the_bot_is_no_cause(world: World, house: House, name: str) -> None:
    found = await diagnosed(world, house, (name,), "auth")
    assert found.causes == ()
    assert expectations.EXPECTED[name].blind in [each.part for each in found.blind]


async def test_what_people_do_not_feel_is_no_cause(world: World, house: House) -> None:
    # A secret that is set deploys the newest build, so it is not switched beside a broken one.
    found = await diagnosed(world, house, [*set(HARMLESS) - {"secret_changed"}], "auto")
    assert found.causes == ()
    await world.reset()
    assert (await diagnosed(world, house, ["secret_changed"], "auth")).causes == ()


@pytest.mark.parametrize("pair", PAIRS, ids="+".join)
async def test_both_of_a_pair_are_found(world: World, house: House, pair: tuple[str, str]) -> None:
    found = await diagnosed(world, house, pair, "auto")
    names = [cause.name for cause in found.causes]
    assert expectations.missed(pair, names) == (), names
    assert expectations.false_alarms(pair, names) == (), names


@pytest.mark.parametrize(
    "release", ["2025-11-16", "2025-12-02", "2025-12-24", "2026-01-05", "2026-01-17"]
)
async def test_old_releases_are_no_fault(world: World, house: House, release: str) -> None:
    world.platform.play(release)
    found = await diagnosed(world, house, (), "auto")
    # These say so of themselves whatever happens: no web sockets, and no KV.
    allowed = {"part_degraded"} if release in {"2025-12-02", "2026-01-05"} else set()
    assert {cause.name for cause in found.causes} <= allowed, found.causes
    if release < "2026":
        assert found.blind  # what the release does not offer is said


async def test_the_guides_release_is_diagnosed_too(world: World, house: House) -> None:
    world.platform.play("2025-12-24")
    found = await diagnosed(world, house, ("database_quota",), "database")
    assert [cause.name for cause in found.causes] == ["database_quota"]
