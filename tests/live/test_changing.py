"""Changing what is live over a network that loses answers, beside people who deploy too."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.clients.cloudflare_deployments import Share, same_split
from bot.clients.cloudflare_refusals import (
    CloudflareError,
    NewestNotDeployed,
    SecretsChanged,
    changed_secrets,
    refusal,
)
from bot.clients.cloudflare_secrets import put_secret
from bot.live import LiveChanged, NothingChanged, Unknown, put_live
from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.cloudflare.script import Script
from bot.sandbox.world import World
from tests.live.between import Between, through


def script_of(world: World) -> Script:
    return world.account.scripts[WORKER]


def live(world: World) -> tuple[Share, ...]:
    return tuple(Share(version, percent) for version, percent in script_of(world).live.versions)


def older(world: World, back: int = 2) -> str:
    return script_of(world).versions[-back].id


def somebody_deploys(world: World, back: int = 3) -> None:
    script_of(world).deploy(
        ((older(world, back), 100),), author_email="dana@pitchey.example", message="Hotfix",
        at=datetime.now(UTC),
    )  # fmt: skip


async def go(world: World, between: Between, *, force: bool = False) -> object:
    async with through(world, between) as cloudflare:
        wanted = (Share(older(world), 100),)
        return await put_live(
            cloudflare, WORKER, wanted, expected=live(world), message="Rollback", force=force
        )


async def test_it_is_sent_once_and_read_again(world: World) -> None:
    between = Between()
    before = live(world)
    async with through(world, between) as cloudflare:
        wanted = (Share(older(world), 100),)
        done = await put_live(cloudflare, WORKER, wanted, expected=before, message="x" * 2_000)
    assert len(between.changes) == 1
    assert live(world) == wanted
    assert done.before is not None
    assert done.before.shares == before
    assert (done.noticed, done.overtaken) == (False, None)
    assert len(script_of(world).live.message) == 1_000
    assert done.api_seconds > 0


async def test_another_split_than_approved_stops_it_before_anything_is_sent(world: World) -> None:
    approved = live(world)
    somebody_deploys(world)
    between, count = Between(), len(script_of(world).deployments)
    async with through(world, between) as cloudflare:
        with pytest.raises(LiveChanged, match="Nothing was changed") as stopped:
            await put_live(
                cloudflare, WORKER, (Share(older(world), 100),), expected=approved, message="x"
            )
    assert "dana@pitchey.example" in str(stopped.value)
    assert not between.changes
    assert len(script_of(world).deployments) == count


@pytest.mark.parametrize("between", [Between(lost=1), Between(lies=1)], ids=["504", "lie"])
async def test_an_answer_that_was_lost_is_looked_for_and_not_sent_again(
    world: World, between: Between
) -> None:
    async with through(world, between) as cloudflare:
        wanted = (Share(older(world), 100),)
        done = await put_live(cloudflare, WORKER, wanted, expected=live(world), message="x")
    assert done.noticed
    assert len(between.changes) == 1
    assert live(world) == wanted


async def test_what_did_not_arrive_is_sent_again(world: World, impatient: None) -> None:
    between = Between(fails=2)
    await go(world, between)
    assert len(between.changes) == 1
    assert live(world)[0].version == older(world)


async def test_what_never_arrives_is_told_as_cloudflares_failure(
    world: World, impatient: None
) -> None:
    before = live(world)
    with pytest.raises(NothingChanged, match=r"Nothing was changed: live is .* 100 %.*failing"):
        await go(world, Between(fails=9))
    assert live(world) == before


async def test_where_nobody_can_look_it_is_said_that_nobody_knows(
    world: World, impatient: None
) -> None:
    with pytest.raises(Unknown, match="NOT KNOWN whether the deployment took effect") as told:
        await go(world, Between(lost=1, blind=True))
    assert told.value.permanent  # nothing is to be sent again before a look
    assert told.value.offers == (("Look again", "deployments"),)


async def test_an_answer_that_takes_too_long_is_looked_for_after_the_deadline(
    world: World,
) -> None:
    between = Between(hangs=30.0)
    async with through(world, between) as cloudflare:
        wanted = (Share(older(world), 100),)
        done = await put_live(
            cloudflare, WORKER, wanted, expected=live(world), message="x", deadline=1.0
        )
    assert done.noticed
    assert len(between.changes) == 1


async def test_rate_limits_are_waited_for(world: World) -> None:
    world.faults.switch("cloudflare_flaky", True, 1.0)
    between = Between()
    await go(world, between)
    assert live(world)[0].version == older(world)
    deployed = [each for each in script_of(world).deployments if each.message == "Rollback"]
    assert len(deployed) == 1


async def test_somebody_deploys_between_the_look_and_the_change(world: World) -> None:
    between = Between(first=lambda: somebody_deploys(world))
    async with through(world, between) as cloudflare:
        wanted = (Share(older(world), 100),)
        done = await put_live(cloudflare, WORKER, wanted, expected=live(world), message="x")
    assert done.overtaken is not None
    assert done.overtaken.message == "Hotfix"


async def test_somebody_deploys_right_after(world: World) -> None:
    with pytest.raises(LiveChanged, match="Somebody deployed in the same moment"):
        await go(world, Between(then=lambda: somebody_deploys(world)))


async def test_changed_secrets_are_refused_by_name_and_may_be_forced(world: World) -> None:
    world.account.change_secret()
    with pytest.raises(SecretsChanged) as refused:
        await go(world, Between())
    assert refused.value.names == ("JWT_SECRET",)
    await go(world, Between(), force=True)
    assert live(world)[0].version == older(world)


async def test_no_secret_is_set_while_the_newest_version_waits(world: World) -> None:
    world.account.upload("v2.0.0")
    async with through(world, Between()) as cloudflare:
        with pytest.raises(NewestNotDeployed, match="newest version is not deployed") as refused:
            await put_secret(cloudflare, WORKER, "JWT_SECRET", "never-sent-anywhere-1")
    assert "never-sent" not in f"{refused.value!r}{refused.value.said}"


def test_codes_become_kinds_and_names_are_read() -> None:
    said = "The following secrets have changed: SECRET, SECRET_TWO"
    assert changed_secrets(said) == ("SECRET", "SECRET_TWO")
    assert changed_secrets("A secret has changed.") == ()
    assert isinstance(refusal(400, (10220,), said), SecretsChanged)
    assert type(refusal(400, (99999,), "?")) is CloudflareError


def test_splits_are_the_same_whatever_their_order_and_their_zeros() -> None:
    one, two = Share("a", 90), Share("b", 10)
    assert same_split((one, two), (two, one))
    assert same_split((Share("a", 100),), (Share("b", 0), Share("a", 100.0)))
    assert not same_split((one, two), (Share("a", 10), Share("b", 90)))
