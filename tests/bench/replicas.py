"""Three copies of the real bot over one store, against one: speed, fail-over, a rolling restart."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bot.sandbox.bot_process import BotProcess
from bot.sandbox.workspace import ANA, OPS
from bot.sandbox.world import World
from tests.bench import chaos
from tests.replicas.notes import Notes, eventually, looked_at
from tests.replicas.rolling import restart_in_turn

Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]
SENDERS, ROUNDS = 20, 600
ROLLING_RATE = 20.0  # interactions a second
SETTINGS = {"roles": {"admin": [ANA]}, "sampling": {"api": 0, "worker": 0, "answers": 0}}


async def measure(say: Say, goal: Goal) -> None:
    """Print one beside three, the time until another copy has taken over, and the rest."""
    figures = {}
    for replicas in (1, 3):
        async with _world(replicas) as world:
            figures[replicas] = await _throughput(world)
    for replicas, (rate, p99) in figures.items():
        say(f"  {replicas} of them: {rate:.0f} acknowledgements a second, p99 {p99 * 1000:.0f} ms")
    say(f"  three against one: {figures[3][0] / figures[1][0]:.2f} times as many a second")
    async with _world(3) as world:
        waits = [await _fail_over(world, each) for each in (world.bot, *world.copies)]
        longest = max(waits)
        say(f"  after a kill, a message arrives in {', '.join(f'{each:.1f}' for each in waits)} s")
        goal("seconds until another copy delivers", longest, 15)
    for mode in ("http", "socket"):
        async with _world(3, mode) as world:
            await _rolling(world, say, goal)
    async with _world(3) as world:
        await chaos.measure(world, say, goal)


def _world(replicas: int, mode: str = "socket") -> AbstractAsyncContextManager[World]:
    folder = Path(tempfile.mkdtemp(prefix="pitchey-replicas-"))
    return World.start(folder, replicas=replicas, mode=mode, own_settings=SETTINGS)


async def _throughput(world: World) -> tuple[float, float]:
    """(acknowledgements a second, p99 in seconds) with so many senders at once."""
    notes, numbers = Notes(world), iter(range(ROUNDS))
    await notes.declare()
    began = time.perf_counter()

    async def sender() -> None:
        for number in numbers:
            await notes.type(f"n-{number}")

    await asyncio.gather(*(sender() for _ in range(SENDERS)))
    took = time.perf_counter() - began
    waits = list(notes.acknowledged.values())
    return len(waits) / took, statistics.quantiles(waits, n=100)[-1]


async def _fail_over(world: World, copy: BotProcess) -> float:
    """Seconds from a kill until a message to a channel has arrived by another copy."""
    await asyncio.sleep(2)
    key = f"bench:{time.monotonic_ns()}"
    with looked_at(world) as store:
        began = time.perf_counter()
        await copy.kill()
        store.outbox.add(OPS, "Here", (), key)
        await eventually(
            lambda: (found := store.outbox.find(key)) and found.state.value == "sent", 60
        )
        took = time.perf_counter() - began
    await copy.start(world.mode, world.environment, lambda _: None)
    return took


async def _rolling(world: World, say: Say, goal: Goal) -> None:
    """Each copy stopped and started again while people type and messages leave."""
    notes = Notes(world)
    await notes.declare()
    found = await restart_in_turn(notes, ROLLING_RATE, world.mode, world.environment, "n")
    account = await notes.account()
    over = "over HTTP" if world.mode == "http" else "in Socket Mode"
    say(
        f"  a rolling restart {over} under {ROLLING_RATE:.0f} interactions a second: "
        f"{len(notes.acknowledged):,} acknowledged, {len(account.done):,} done once, "
        f"{len(account.refused)} refused; stops took "
        f"{', '.join(f'{each:.1f}' for each in found.stops)} s; the latest message came "
        f"{found.latest:.1f} s after it was stored"
    )
    for name in (*account.lost, *account.doubled, *account.interrupted, *account.failed):
        say(f"    {notes.story(name)}")
    worked = len(notes.acknowledged) - len(account.done)
    goal(f"rolling restart {over}: acknowledged and not done once", worked, 0)
    goal(f"rolling restart {over}: doubled", len(account.doubled), 0)
    goal(f"rolling restart {over}: refused", len(account.refused), 0 if over[0] == "o" else 3)
    goal(f"rolling restart {over}: seconds until the latest message", found.latest, 5)
