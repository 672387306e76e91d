"""What came while a process stood still, and Slack has given up on: not done, and that is told."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.inbox import owned_by
from bot.sandbox.workspace import OMAR, OPS, RITA
from bot.standstill import CLEARED_WITHIN, LOOK_EVERY, SLACK_WAITS, Standstill
from tests.house.form_feature import FEATURE, GO
from tests.house.real_bot import RealBot, real_bot
from tests.sandbox.workspace.stage import until


class Clock:
    """Seconds, set by the test."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bot(tmp_path: Path, clock: Clock) -> AsyncIterator[RealBot]:
    async with real_bot(tmp_path, FEATURE) as started:
        work = started.connected.listeners._work
        work.standstill = Standstill(clock, work.leave_what_others_told)
        started.connected.listeners.tell_interrupted()
        yield started


def runs(bot: RealBot, command: str) -> int:
    return sum(entry.command == command for entry in bot.audited())


async def test_what_comes_at_its_end_is_late_for_a_moment(clock: Clock) -> None:
    standstill = Standstill(clock)
    clock.now += 60
    assert not standstill.outlasted(None)  # nobody watches yet
    standstill.watch()
    clock.now += LOOK_EVERY + SLACK_WAITS / 2
    assert not standstill.outlasted(None)
    clock.now += SLACK_WAITS + 0.1
    assert standstill.outlasted(None)
    assert standstill.outlasted(time.time() - 2 * SLACK_WAITS)
    assert standstill.outlasted(time.time() + 60)  # a clock that is wrong tells nothing
    assert not standstill.outlasted(time.time() - 1)
    clock.now += CLEARED_WITHIN / 2
    assert standstill.outlasted(None)
    clock.now += CLEARED_WITHIN
    assert not standstill.outlasted(None)
    clock.now += 60
    standstill.stop()
    assert not standstill.outlasted(None)


async def test_a_command_that_slack_gave_up_on_is_not_run(bot: RealBot, clock: Clock) -> None:
    rita = bot.actor(RITA)
    clock.now += 40
    await rita.types("/pitchey offer")
    told = await rita.sees_message("Nothing was done: /pitchey offer reached the bot after Slack")
    assert told.ephemeral_to == RITA
    assert runs(bot, "offer") == 0
    clock.now += CLEARED_WITHIN + 0.1
    await rita.presses("Try again")
    await rita.sees_message("Offered")
    await until(lambda: runs(bot, "offer") == 1)


async def test_nor_is_a_press_and_what_was_pressed_stays(bot: RealBot, clock: Clock) -> None:
    rita = bot.actor(RITA)
    await rita.types("/pitchey offer")
    await rita.sees_message("Offered")
    clock.now += 40
    await rita.presses("Note by command")
    await rita.sees_message("Nothing was done: /pitchey note reached the bot")
    await rita.sees_message("Offered", anytime=True)
    assert not bot.workspace.views_open(RITA)


async def test_a_form_stays_open_and_says_so(bot: RealBot, clock: Clock) -> None:
    rita = bot.actor(RITA)
    await rita.types("/pitchey offer")
    await rita.presses("Write")
    await rita.sees_modal("Write a note")
    rita.fills("Note", "as it is")
    clock.now += 40
    outcome = await rita.submits(refused="refused_by_app")
    assert "after Slack had given up on it" in str(outcome.errors)
    assert runs(bot, "noted") == 0
    clock.now += CLEARED_WITHIN + 0.1
    rita.fills("Note", "as it is")
    await rita.submits()
    await until(lambda: runs(bot, "noted"))


async def test_work_that_another_copy_has_told_to_be_interrupted_is_not_finished(
    bot: RealBot, clock: Clock
) -> None:
    """The person was asked to ask again, so its effect would come twice."""
    GO.clear()
    rita, store = bot.actor(RITA), bot.house.store
    await rita.types("/pitchey wait")
    await until(store.deliveries.unfinished)
    (taken,) = store.deliveries.unfinished()
    assert store.deliveries.adopt(
        taken.delivery_id, taken.summary, owned_by(taken.summary, "bot-other")
    )
    await bot.workspace.act.slash(OMAR, OPS, "/pitchey wait")
    clock.now += 40
    await rita.sees("Interrupted")
    GO.set()
    await bot.actor(OMAR).sees("Waited long enough", anytime=True)  # his was not taken over
    await rita.never_sees("Waited long enough")
