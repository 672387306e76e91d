"""The bot as a process of its own, killed while an operation runs, and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

import pytest

from bot.sandbox.workspace import ANA, OMAR
from bot.store import Store
from bot.store.operation_rows import State
from tests.engines import surroundings
from tests.guard.conftest import Stage

DANGER = '/pitchey practise danger --steps 3 --seconds 60 --reason "kill it"'


async def start(stage: Stage) -> Process:
    """`pitchey run` in Socket Mode; ready when this returns."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--mode", "socket",
        cwd=Path(__file__).parents[2],
        env={
            "PATH": os.environ["PATH"],
            "PITCHEY_CONFIG": str(stage.settings.store.path.with_name("pitchey.toml")),
            "SLACK_BOT_TOKEN": stage.workspace.bot_token,
            "SLACK_APP_TOKEN": stage.workspace.app_token,
            **surroundings(stage.settings.store.path),
        },
        stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    async with asyncio.timeout(120):
        while b"ready: " not in (line := await process.stderr.readline()):
            assert line, "the bot ended"
    return process


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_what_ran_is_told_in_the_channel_and_its_target_is_free(
    stage: Stage, number: signal.Signals
) -> None:
    await stage.stop()
    omar, ana = stage.actor(OMAR), stage.actor(ANA)
    bot = await start(stage)
    try:
        await omar.types(DANGER)
        await ana.sees("Approval wanted by", anytime=True)
        await ana.presses("Approve practise danger", confirming="Approve")
        await ana.sees("Running practise danger on rehearsal stage", anytime=True)
        bot.send_signal(number)
        code = await asyncio.wait_for(bot.wait(), 120)
        assert code == (0 if number is signal.SIGTERM else -number)
        bot = await start(stage)
        await ana.sees("Interrupted: the bot stopped while practise danger ran", anytime=True)
        await omar.types("/pitchey practise change --seconds 0")
        await omar.presses("Run practise change", confirming="Yes, change it")
        await ana.sees("Rehearsed: one was counted up", anytime=True)
    finally:
        if bot.returncode is None:
            bot.terminate()
            await asyncio.wait_for(bot.wait(), 120)
    store = Store.open(stage.settings.store.path)
    states = {record.state for record in store.operations.newest(10)}
    store.close()
    assert states == {State.INTERRUPTED, State.SUCCEEDED}
    await stage.start()
