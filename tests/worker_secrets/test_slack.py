"""A rotation and a rollback in Slack: the real bot, a window, a second person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.workspace import ANA, OMAR, VIC
from bot.sandbox.world import World
from tests.lessons.stage import Stage, staged
from tests.worker_secrets.test_world import VALUE, written


@pytest_asyncio.fixture(loop_scope="session")
async def stage(world: World, tmp_path: Path) -> AsyncIterator[Stage]:

    async with staged(world, tmp_path) as made:
        yield made


async def test_the_value_goes_from_the_window_to_cloudflare_and_nowhere_else(
    stage: Stage, world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="bot")
    omar, ana = stage.person(OMAR), stage.person(ANA)
    await omar.types("/pitchey secrets rotate JWT_SECRET")
    await omar.sees_message("Which new value for JWT_SECRET of production?")
    await omar.presses("Enter a value")
    await omar.sees_modal("New secret value")
    omar.fills("New value", VALUE)
    omar.fills("Why", "a laptop was stolen")
    await omar.submits()
    card = await ana.sees_message("wants to run")
    assert VALUE not in str(card.blocks)
    await ana.presses("Approve secrets rotate", confirming="Approve")
    await ana.sees_message("JWT_SECRET of production has a new value")
    script = world.account.scripts[WORKER]
    assert script.newest is not None
    assert script.value(script.newest, "JWT_SECRET") == VALUE
    assert VALUE.encode() not in written(tmp_path)
    assert VALUE not in caplog.text
    everything = [*world.workspace.everything(omar.channel_id, OMAR)]
    assert not [each for each in everything if VALUE in f"{each.text}{each.blocks}"]


async def test_a_rollback_needs_a_second_person_and_a_role(stage: Stage, world: World) -> None:
    vic, omar, ana = stage.person(VIC), stage.person(OMAR), stage.person(ANA)
    await vic.types("/pitchey rollback")
    await vic.sees_message("operator")
    await omar.types('/pitchey rollback --reason "sign-in fails"')
    await ana.sees_message("gives every request of production to v1.8.0")
    await ana.presses("Approve rollback", confirming="Approve")
    await ana.sees_message("answers every request of production")
    live = world.account.scripts[WORKER].live
    assert live.message.endswith("sign-in fails")
