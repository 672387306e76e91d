"""A rollback whose process is killed: what is live is said, and it does not go one further."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.desk import TerminalDesk
from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.cloudflare.script import Script
from bot.sandbox.world import World
from bot.store.operation_rows import State
from tests.engines import outlives, surroundings
from tests.logs.stage import opened, run, settings_of

LINE = ("rollback", "--break-glass", "--reason", "kill it at any time", "--yes")


async def killed_when(
    world: World, folder: Path, store: Path, happened: Callable[[], bool]
) -> None:
    """The bot's own program, killed without warning as soon as that happened, and known to be."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *LINE,
        cwd=Path(__file__).parents[2],
        env={
            "PATH": os.environ["PATH"],
            **world.environment,
            "PITCHEY_CONFIG": str(folder / "pitchey.toml"),
            **surroundings(store),
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(120):
            while not happened():
                assert process.returncode is None, "it ended before it could be killed"
                await asyncio.sleep(0.01)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    await asyncio.sleep(outlives(store))


def live(script: Script) -> str:
    found = script.version(script.live.versions[0][0])
    return found.tag if found else ""


@pytest.mark.parametrize("done", [True, False], ids=["after its work", "before it"])
async def test_asked_again_it_ends_where_it_was_meant_to(
    world: World, tmp_path: Path, done: bool
) -> None:
    settings = settings_of(world, tmp_path)
    script = world.account.scripts[WORKER]
    before = len(script.deployments)
    world.faults.switch("cloudflare_slow", True, 1.0)
    async with opened(world, tmp_path, settings) as house:
        operations = house.store.operations

        def running() -> bool:
            found = operations.newest(1)
            return bool(found) and found[0].state is State.RUNNING

        def changed() -> bool:
            return len(script.deployments) > before

        await killed_when(world, tmp_path, settings.store.path, changed if done else running)
        world.faults.switch("cloudflare_slow", False)
        assert live(script) == ("v1.8.0" if done else "v1.9.0")
        guard = house.dispatcher.guard
        guard.desk = TerminalDesk(yes=True)
        guard.open()
        [record] = operations.newest(1)
        assert record.state is State.INTERRUPTED
        again = await run(house, f"operation {record.id} resume")
        if done:
            assert "had done its work" in f"{again.text} {again.blocks}"
        glass = '--break-glass --reason "once more"'
        last = again if done else await run(house, f"rollback {glass}")
        if not done:
            assert last.exit_code == 0, last.text
        assert live(script) == "v1.8.0"
        await guard.aclose()
