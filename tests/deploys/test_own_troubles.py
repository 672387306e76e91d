"""What goes wrong in the bot itself while a canary stands between two versions."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

import pytest

from bot.sandbox.workspace import ANA
from bot.store.deploys_rows import DeployOutcome
from tests.deploys.stage import Stage
from tests.deploys.test_steering import in_canary, presses
from tests.engines import held_by_another


class Broken:
    """A clock that fails whoever compares the versions, and nobody else."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> datetime:
        if sys._getframe(2).f_code.co_filename.endswith("deploys/looking.py"):
            self.asked += 1
            raise ZeroDivisionError
        return datetime.now(UTC)


async def test_a_fault_of_the_bots_own_takes_the_new_version_back(stage: Stage) -> None:
    await in_canary(stage)
    clock = stage.runtime.clock = Broken()
    done = await stage.ended(1)
    assert clock.asked == 1
    assert done.outcome is DeployOutcome.ROLLED_BACK
    assert "The bot itself failed" in done.detail
    assert stage.live() == {"v1.9.0": 100}


async def test_a_store_that_is_away_for_a_while_ends_no_watch(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    made = await in_canary(stage)
    with held_by_another(stage.house.settings.store.path):
        async with asyncio.timeout(120):
            while "is watched on" not in caplog.text:  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(0.2)
    assert stage.live() == {"v1.9.0": 90, made.tag: 10}
    await presses(stage, ANA, "deploy promote DEP-1")
    await stage.at(1, 50)
    await presses(stage, ANA, "deploy abort DEP-1")
    assert (await stage.ended(1)).outcome is DeployOutcome.ROLLED_BACK
