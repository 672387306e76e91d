"""Deployments, rollback and restart through the real bot's house, beside the whole sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest_asyncio

from bot.app import House
from bot.command import Reply
from bot.sandbox.cloudflare.account import STAGING, WORKER
from bot.sandbox.cloudflare.script import Script
from bot.sandbox.world import World
from tests.logs.stage import agreeing, run

GLASS = '--break-glass --reason "tried in a test"'


@pytest_asyncio.fixture(loop_scope="session")
async def house(world: World, tmp_path: Path) -> AsyncIterator[House]:
    async with agreeing(world, tmp_path) as made:
        yield made


def production(world: World) -> Script:
    return world.account.scripts[WORKER]


def tags(world: World, script: str = WORKER) -> list[str]:
    """Tags of what is live."""
    worker = world.account.scripts[script]
    found = [worker.version(version) for version, _ in worker.live.versions]
    return [each.tag for each in found if each is not None]


def buttons(reply: Reply) -> list[str]:
    return [
        element["text"]["text"]
        for block in reply.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


async def test_what_is_live_and_the_way_back(world: World, house: House) -> None:
    reply = await run(house, "deployments")
    assert reply.text.startswith(":white_check_mark: Live in production: v1.9.0 (")
    assert "by omar@pitchey.example" in reply.text
    told = {each["tag"]: each for each in reply.data["versions"]}
    assert told["v1.8.0"]["good"]
    assert told["v1.8.0"]["verdict"] == "ready"
    assert told["v1.5.0"]["verdict"] == told["v1.4.0"]["verdict"] == "refused"
    assert "pitchey-drafts" in told["v1.5.0"]["reasons"][0]
    assert "Durable Object migration" in told["v1.4.0"]["reasons"][0]
    assert reply.data["site"]["live"] == world.account.pages.live
    assert any(each.startswith("Roll back to v1.8.0") for each in buttons(reply))
    staging = await run(house, "deployments staging")
    assert staging.text.startswith(":white_check_mark: Live in staging: v1.9.0")
    assert staging.data["site"] is None


async def test_a_split_is_told_with_its_shares(world: World, house: House) -> None:
    old = production(world).live.versions[0][0]
    new = world.account.upload("v1.10.0", "Canary")[WORKER].id
    production(world).deploy(
        ((old, 90), (new, 10)), author_email="ci@pitchey.example", message="", at=datetime.now(UTC)
    )
    reply = await run(house, "deployments")
    assert reply.text.startswith(":twisted_rightwards_arrows: Split in production: v1.9.0 (")
    assert "90 % and v1.10.0" in reply.text
    assert any(each.startswith("Roll back to v1.9.0") for each in buttons(reply))
    back = await run(house, f"rollback {GLASS}")
    assert back.exit_code == 0, back.text
    assert production(world).live.versions == ((old, 100),)


async def test_a_bad_release_is_rolled_back_and_proven(world: World, house: House) -> None:
    world.faults.switch("bad_release", True)
    await world.settled()
    assert tags(world) == ["v1.10.0"]
    reply = await run(house, f"rollback {GLASS}")
    assert reply.text.startswith(":white_check_mark: Rolled back: v1.9.0 (")
    assert "answers every request of production" in reply.text
    assert tags(world) == ["v1.9.0"]
    assert reply.data.proven
    assert reply.data.answered.agreed is not None
    mark = house.store.marks.between(datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC))
    assert any("rolled back" in each.label for each in mark)
    message = production(world).live.message
    assert message.startswith("Rollback to ")
    assert "tried in a test" in message
    # Once more goes further back, and says so beforehand.
    again = await run(house, f"rollback {GLASS}")
    assert tags(world) == ["v1.8.0"], again.text


async def test_a_version_that_cloudflare_refuses_is_refused_before(
    world: World, house: House
) -> None:
    for wanted, why in (("v1.4.0", "Durable Object"), ("v1.5.0", "pitchey-drafts")):
        reply = await run(house, f"rollback {wanted} {GLASS}")
        assert reply.exit_code != 0
        assert why in reply.text
    for nonsense in ("v9.9.9", "v1.9.0", "zzzzzzzz"):
        reply = await run(house, f"rollback {nonsense} {GLASS}")
        assert reply.exit_code != 0
    assert tags(world) == ["v1.9.0"]


async def test_changed_secrets_are_listed_and_asked_about(world: World, house: House) -> None:
    world.account.change_secret()
    reply = await run(house, f"rollback {GLASS}")
    assert "Secrets have changed since v1.8.0" in reply.text
    assert tags(world) == [""]  # the version that the secret made has no tag
    line = next(each for each in buttons(reply) if "--accept-secrets" in each)
    reply = await run(house, f"{line.removeprefix('/pitchey ')} {GLASS}")
    assert reply.exit_code == 0, reply.text
    assert tags(world) == ["v1.8.0"]


async def test_the_site_goes_back_by_itself(world: World, house: House) -> None:
    pages = world.account.pages
    bad = pages.publish("Broken checkout")
    assert pages.live == bad.id
    reply = await run(house, f"rollback --pages {GLASS}")
    assert reply.text.startswith(":white_check_mark: Rolled the site back to build a4c1e7b2")
    assert pages.live.startswith("a4c1e7b2")
    refused = await run(house, f"rollback f00d1e55 --pages {GLASS}")
    assert "did not succeed" in refused.text
    assert tags(world) == ["v1.9.0"]


async def test_a_restart_deploys_the_same_and_is_no_new_beginning(
    world: World, house: House
) -> None:
    before, count = production(world).live, len(production(world).deployments)
    reply = await run(house, "workers restart")
    assert reply.text.startswith(":white_check_mark: Restarted: ")
    assert production(world).live.versions == before.versions
    assert len(production(world).deployments) == count + 1
    told = await run(house, "deployments")
    assert told.data["since"].startswith(before.created_on[:16])
    assert "Deployed anew" in str(told.blocks[0])


async def test_staging_is_changed_without_a_second_person(world: World, house: House) -> None:
    reply = await run(house, "rollback v1.8.0 --environment staging")
    assert reply.exit_code == 0, reply.text
    assert tags(world, STAGING) == ["v1.8.0"]
    assert tags(world) == ["v1.9.0"]


async def test_cloudflare_away_is_said_and_nothing_is_changed(world: World, house: House) -> None:
    for fault in ("cloudflare_down", "cloudflare_limited", "cloudflare_lies"):
        world.faults.switch(fault, True)
        for line in ("deployments", f"rollback {GLASS}", "workers restart"):
            reply = await run(house, line)
            assert reply.exit_code != 0
            assert "Traceback" not in reply.text
            assert "Cloudflare" in reply.text
        world.faults.switch(fault, False)
    assert tags(world) == ["v1.9.0"]


async def test_an_older_release_that_tells_no_version(world: World, house: House) -> None:
    world.platform.play("2025-12-24")
    reply = await run(house, f"rollback {GLASS}")
    assert reply.exit_code == 0
    assert "says Cloudflare" in reply.text
    assert "does not tell its version" in str(reply.blocks)
    assert tags(world) == ["v1.8.0"]
