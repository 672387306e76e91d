"""A deployment killed at every step of it, one after the other; nothing may be unaccounted for."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.world import World
from tests.deploys.kills import MOMENTS, killed_at
from tests.deploys.stage import crowd

Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]


async def measure(say: Say, goal: Goal) -> None:
    """Every moment of `MOMENTS`, in one deployment."""
    with tempfile.TemporaryDirectory(prefix="pitchey-bench-") as name:
        folder = Path(name)
        async with World.start(folder / "world", with_bot=False) as world:
            made = world.account.build("build", 0)[WORKER]
            world.faults.switch("cloudflare_slow", True, 0.3)
            began = time.perf_counter()
            async with crowd(world):
                run, left = await killed_at(world, folder / "store.sqlite3", made.tag, [*MOMENTS])
            for each in left:
                told = f"{each.live:g} % live, {each.recorded} recorded, {each.going_to} asked for"
                say(f"    killed at {each.moment:<20} {told}")
            script = world.account.scripts[WORKER]
            ours = [each.versions for each in script.deployments if run.id in each.message]
            took = time.perf_counter() - began
            say(f"    {len(left)} kills, {run.outcome} in the end after {took:.0f} s")
            goal(
                "states that the store did not account for",
                sum(not each.accounted_for for each in left),
                0,
            )
            goal("deployments made twice", len(ours) - len(set(ours)), 0)
