"""A change whose answer is lost at the sandbox's Cloudflare: done, not done, not known."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import House
from bot.clients.cloudflare_answers import CloudflareLimited, CloudflareRefused
from bot.clients.cloudflare_deployments import Deployment
from bot.clients.cloudflare_refusals import CloudflareError
from bot.clients.http_faults import NoAnswer, Trouble
from bot.command import Reply
from bot.errors import BadAnswer, BadInput, OpsError, Unreachable
from bot.live.lost_answers import Unknown, lost, seen
from bot.live.secret_setting import made_of
from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.cloudflare.script import Script
from bot.sandbox.world import World
from tests.logs.stage import agreeing, run

GLASS = '--break-glass --reason "tried in a test"'
ROLLBACK, PAGES = f"rollback {GLASS}", f"rollback --pages {GLASS}"
ROTATE = f"secrets rotate JWT_SECRET --generate {GLASS}"


@pytest_asyncio.fixture(loop_scope="session")
async def house(world: World, tmp_path: Path) -> AsyncIterator[House]:
    async with agreeing(world, tmp_path) as made:
        yield made


def worker(world: World) -> Script:
    return world.account.scripts[WORKER]


def lines(reply: Reply) -> list[str]:
    """What the buttons run."""
    return [
        json.loads(element["value"])["run"]
        for block in reply.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


@pytest.mark.parametrize(
    ("failure", "doubtful"),
    [
        (NoAnswer(Trouble.TIMED_OUT, "late"), True),
        (NoAnswer(Trouble.CUT, "cut"), True),
        (NoAnswer(Trouble.REFUSED, "refused"), False),
        (NoAnswer(Trouble.NAME, "no such name"), False),
        (Unreachable("HTTP 504"), True),
        (BadAnswer("a page"), True),
        (CloudflareError("later", status=200), True),
        (CloudflareError("no", status=400), False),
        (CloudflareRefused("no", "", (10000,)), False),
        (CloudflareLimited(37.0), False),
        (BadInput("too long"), False),
    ],
)
def test_which_failures_leave_a_doubt(failure: OpsError, doubtful: bool) -> None:
    assert lost(failure) is doubtful


def deployment(name: str, by: str) -> Deployment:
    return Deployment(name, datetime(2026, 7, 2, tzinfo=UTC), "", "api", "", by, ())


def test_whose_deployment_a_new_one_is() -> None:
    old, theirs, ours = (
        deployment("1", "deployment"),
        deployment("2", "deployment"),
        deployment("3", "secret"),
    )
    assert made_of({"1"}, (ours, old), answered=False) is ours
    assert made_of({"1"}, (theirs, ours, old), answered=False) is ours
    assert made_of({"1"}, (theirs, old), answered=False) is None
    assert made_of({"1"}, (theirs, old), answered=True) is theirs
    assert made_of({"1"}, (old,), answered=True) is None


async def test_what_was_seen_before_a_blind_last_look_is_not_believed(impatient: None) -> None:
    answers = iter([False])

    async def look() -> bool:
        try:
            return next(answers)
        except StopIteration:
            raise Unreachable("away") from None

    with pytest.raises(Unknown, match="nobody knows"):
        await seen(look, bool, lambda _: Unknown("nobody knows"))


async def test_done_and_the_answer_lost(world: World, house: House) -> None:
    world.faults.switch("cloudflare_swallows", True)
    count = len(worker(world).deployments)
    reply = await run(house, ROLLBACK)
    assert reply.text.startswith(":white_check_mark: Rolled back"), reply.text
    assert "answer was lost" in str(reply.blocks)
    assert reply.data.proven
    reply = await run(house, f"rollback v1.9.0 {GLASS}")
    assert len(worker(world).deployments) == count + 2  # each was sent once
    reply = await run(house, ROTATE)
    assert reply.text.startswith(":white_check_mark: JWT_SECRET"), reply.text
    assert "answer was lost" in str(reply.blocks)
    assert len(worker(world).deployments) == count + 3
    site = await run(house, PAGES)
    assert site.text.startswith(":white_check_mark: Rolled the site back"), site.text
    assert "answer was lost" in str(site.blocks)


async def test_done_only_after_a_gateway_gave_up(world: World, house: House) -> None:
    world.faults.switch("cloudflare_late", True, 0.8)
    count = len(worker(world).deployments)
    reply = await run(house, ROTATE)
    assert reply.text.startswith(":white_check_mark: JWT_SECRET"), reply.text
    assert len(worker(world).deployments) == count + 1


async def test_not_done_is_said_with_the_way_to_try_again(
    world: World, house: House, impatient: None
) -> None:
    live, site = worker(world).live, world.account.pages.live
    world.faults.switch("cloudflare_loses", True)
    for line in (ROLLBACK, ROTATE, PAGES, "workers restart"):
        reply = await run(house, line)
        assert "Nothing was changed" in reply.text, line
        assert reply.outcome == "failed"
        assert lines(reply) == [line.removesuffix(f" {GLASS}")], line
    assert (worker(world).live, world.account.pages.live) == (live, site)


@pytest.mark.parametrize("line", [ROLLBACK, ROTATE, PAGES])
async def test_not_known_is_said_and_only_a_look_is_offered(
    world: World, house: House, impatient: None, line: str
) -> None:
    world.faults.switch("cloudflare_swallows", True, 60.0)
    count = len(worker(world).deployments)
    reply = await run(house, line)
    assert "NOT KNOWN" in reply.text, reply.text
    assert lines(reply) == ["deployments production"]
    assert len(worker(world).deployments) == count + (line != PAGES)
