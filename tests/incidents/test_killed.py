"""The bot as a process of its own, killed in the moment an incident is stored."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from bot.sandbox.workspace import OMAR, RITA
from bot.store import Store
from tests.engines import outlives, surroundings
from tests.incidents.stage import Stage
from tests.sandbox.workspace.stage import until


async def _process(stage: Stage) -> Process:
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


async def test_killed_as_it_was_stored_everything_follows_after_the_restart(stage: Stage) -> None:
    await stage.stop()
    store = Store.open(stage.settings.store.path, patience=5)
    bot = await _process(stage)
    try:
        stage.faults.switch("slack_slow", True, 1.0)
        await stage.actor(RITA).types("/pitchey incident declare Killed at once --severity SEV1")
        await until(lambda: store.incidents.count() == 1, 15)
    finally:
        bot.send_signal(signal.SIGKILL)
        await bot.wait()
        store.close()
        stage.faults.switch("slack_slow", False)
        await stage.start()
    await stage.look()
    record, channel = await stage.furnished(5 + outlives(stage.settings.store.path))
    assert {RITA, OMAR} <= set(channel.member_ids)
    assert len(channel.pinned) == 1
    made = [each for each in stage.workspace.channels.values() if each.name.startswith("inc-")]
    assert made == [channel]
    cards = [each for each in stage.said(channel.id, RITA) if "Take scribe" in str(each.blocks)]
    assert len(cards) == 1
    assert len(stage.entries(record.id, "escalation")) == 1
    assert stage.store.timeline.verify(record.id).intact
