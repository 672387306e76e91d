"""A thousand addresses purged within each plan's limits, in real time: none skipped, none twice."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bot.clients import Clients
from bot.clients.cloudflare_purge import LIMITS, Kind
from bot.purging.carrying_out import purge_edge
from bot.purging.planning import EdgeWork
from bot.sandbox.cloudflare.account import ZONE_NAME, Zone
from bot.sandbox.world import World
from bot.settings import load

ADDRESSES = 1_000
TAGS = 3_500  # 35 requests: more than a bucket of 25 holds
Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]


class Steps:
    """An operation that only counts its steps."""

    id, resumes, cancel_requested = "OP-BENCH", "", False
    finished_steps: tuple[str, ...] = ()

    async def step(self, name: str) -> None:
        del name


async def measure(say: Say, goal: Goal) -> None:
    """Print seconds, requests and waits; the tags of the free plan would take minutes."""
    with tempfile.TemporaryDirectory(prefix="pitchey-purging-") as name:
        async with World.start(Path(name) / "world", with_bot=False) as world:
            for plan in LIMITS:
                urls = [f"{world.platform.site_url}/pitch/{n}" for n in range(ADDRESSES)]
                await _one(world, say, goal, plan, "files", urls)
            await _one(world, say, goal, "pro", "tags", [f"pitch-{n}" for n in range(TAGS)])


async def _one(
    world: World, say: Say, goal: Goal, plan: str, kind: Kind, values: list[str]
) -> None:
    world.cloudflare.purging.reset()
    zone = world.account.zone = Zone(ZONE_NAME, plan)
    clients = Clients.connect(load(world.config_path, world.environment))
    clients.cloudflare.zone_id = zone.id

    async def silent(_text: str) -> None:
        return

    began = time.perf_counter()
    try:
        work = EdgeWork(kind, tuple(values), LIMITS[plan])
        done = await purge_edge(clients, work, Steps(), silent)
    finally:
        await clients.aclose()
    seconds = time.perf_counter() - began
    taken = Counter(each for one in world.cloudflare.purging.taken for each in one.values)
    wrong = len(set(values) - set(taken)) + sum(count - 1 for count in taken.values())
    say(
        f"  {plan:<10} {len(values):,} "
        f"{'addresses' if kind == 'files' else kind}: {seconds:5.2f} s, "
        f"{done.requests} requests, refused {world.cloudflare.purging.refused} times, "
        f"waited {done.waited:.0f} s; the limits alone take {work.seconds:.2f} s"
    )
    goal(f"{kind} skipped or doubled, plan {plan}", wrong, 0)
    goal(f"seconds beyond the limits, plan {plan}", seconds - work.seconds, 5)
