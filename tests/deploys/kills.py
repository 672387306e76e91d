"""Kill a bot at chosen moments of a deployment, look what is left, and let the next one go on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.world import World
from bot.store import Store
from bot.store.deploys_rows import DeployOutcome, DeployRecord, DeployStep, StepState
from tests.engines import outlives, surroundings

ROOT = Path(__file__).parents[2]
Moment = Callable[[Mapping[str, Any], Mapping[str, DeployStep]], bool]
_AT_MOST = 300.0  # seconds until a moment must have come


def runs(step: str) -> Moment:
    return lambda _, steps: step in steps and steps[step].state is StepState.RUNNING


def asks(percent: int) -> Moment:
    """Cloudflare is being asked for that percentage."""
    return lambda canary, _: canary.get("going_to") == percent


def stands(percent: int) -> Moment:
    return lambda canary, _: canary.get("percent") == percent and canary.get("going_to") is None


MOMENTS: Mapping[str, Moment] = {
    "backup": runs("backup"),
    "production begins": runs("production"),
    "asking for 0 %": asks(0),
    "smoke test at 0 %": stands(0),
    "asking for 50 %": asks(50),
    "canary at 50 %": stands(50),
    "asking for 100 %": asks(100),
    "verification": runs("verify"),
}


@dataclass(frozen=True, slots=True)
class Left:
    """What a killed bot left: `live` is the new version's share by Cloudflare's own word."""

    moment: str
    live: float
    recorded: int | None
    going_to: int | None

    @property
    def accounted_for(self) -> bool:
        """The share is the one that was written down, or the one that was being asked for."""
        return self.live in {float(self.recorded or 0), float(self.going_to or 0)}


async def killed_at(
    world: World, path: Path, tag: str, moments: Sequence[str]
) -> tuple[DeployRecord, list[Left]]:
    """Deploy the tag to production, killed once at each of those moments; the end of it."""
    backup = "" if "backup" in moments else '--without-backup "killed again and again" '
    line = (
        f"deploy {tag} to production --canary 50 --wait 2s {backup}"
        '--without-staging "killed again and again" --reason "killed again and again"'
    )
    store = Store.open(path)
    left: list[Left] = []
    try:
        for moment in moments:
            process = await _start(world, path, line)
            await _until(store, process, MOMENTS[moment])
            process.send_signal(signal.SIGKILL)
            await process.wait()
            await asyncio.sleep(outlives(path))
            left.append(_left(world, store, moment))
            line = ""
        process = await _start(world, path, line)
        async with asyncio.timeout(_AT_MOST):
            await process.wait()
        assert process.returncode == 0
        (run,) = store.deploys.newest(1)
        assert run.outcome is DeployOutcome.SUCCEEDED, run
        return run, left
    finally:
        store.close()


async def _start(world: World, path: Path, line: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.deploys.killed", str(world.config_path), str(path), line,
        cwd=ROOT, env=os.environ | world.environment | surroundings(path),
    )  # fmt: skip


async def _until(store: Store, process: asyncio.subprocess.Process, moment: Moment) -> None:
    async with asyncio.timeout(_AT_MOST):
        while True:
            assert process.returncode is None, "it ended by itself"
            found = store.deploys.newest(1)
            if found and found[0].outcome is None:
                run = found[0]
                if moment(run.canary, store.deploys.steps(run.id)):
                    return
            await asyncio.sleep(0.01)


def _left(world: World, store: Store, moment: str) -> Left:
    (run,) = store.deploys.newest(1)
    shares = dict(world.account.scripts[WORKER].live.versions)
    canary = run.canary
    return Left(moment, shares.get(run.version, 0.0), canary.get("percent"), canary.get("going_to"))
