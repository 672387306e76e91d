"""Three copies of the real bot over one store, against one: speed, fail-over, and what is lost.

An interaction is a typed `incident note`: its effect is one entry of a timeline, which can be
counted. Acknowledged and neither on the timeline nor told as interrupted or failed is lost.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bot.sandbox.bot_process import BotDidNotStart, BotProcess
from bot.sandbox.workspace import ANA, OPS
from bot.sandbox.world import World
from bot.store import Store

Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]
DISTURBANCES = int(os.environ.get("DISTURBANCES", "1000"))  # kills and cuts in all
RATE = 50.0  # interactions a second
KILLED = 0.3  # of the disturbances; the others cut connections to the store
SENDERS, ROUNDS = 20, 600
FAILED = ":x: The store "
TOLD = re.compile(r"incident note (n-\d+)")
SETTINGS = {"roles": {"admin": [ANA]}, "sampling": {"api": 0, "worker": 0, "answers": 0}}


@dataclass
class Sent:
    """What was typed: how long each acknowledgement took, and which were acknowledged."""

    took: list[float] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    refused: int = 0


async def measure(say: Say, goal: Goal) -> None:
    """Print one beside three, the time until another copy has taken over, and the chaos."""
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
    async with _world(3) as world:
        await _chaos(world, say, goal)


def _world(replicas: int) -> AbstractAsyncContextManager[World]:
    folder = Path(tempfile.mkdtemp(prefix="pitchey-replicas-"))
    return World.start(folder, replicas=replicas, own_settings=SETTINGS)


async def _type(world: World, number: int, sent: Sent) -> None:
    began = time.perf_counter()
    line = f"/pitchey incident note n-{number} --incident INC-1"
    outcome = await world.workspace.act.slash(ANA, OPS, line)
    if outcome.ok:
        sent.took.append(time.perf_counter() - began)
        sent.acknowledged.add(f"n-{number}")
    else:
        sent.refused += 1


async def _declare(world: World) -> None:
    await world.workspace.act.slash(ANA, OPS, "/pitchey incident declare Bench --severity SEV4")
    store = _store(world)
    try:
        await _until(lambda: store.incidents.count() > 0, 30)
    finally:
        store.close()


def _store(world: World) -> Store:
    assert world.shared_store is not None
    return Store.open(world.folder / "looked-at", world.shared_store.url)


async def _until(true: Callable[[], object], within: float) -> None:
    """The store belongs to other processes: nothing can be waited for but by looking."""
    ends = time.monotonic() + within
    for _ in range(int(within / 0.05)):
        if true() or time.monotonic() > ends:
            break
        await asyncio.sleep(0.05)
    if not true():
        raise TimeoutError(f"not within {within:.0f} s")


async def _throughput(world: World) -> tuple[float, float]:
    """(acknowledgements a second, p99 in seconds) with so many senders at once."""
    await _declare(world)
    sent, numbers = Sent(), iter(range(ROUNDS))
    began = time.perf_counter()

    async def sender() -> None:
        for number in numbers:
            await _type(world, number, sent)

    await asyncio.gather(*(sender() for _ in range(SENDERS)))
    took = time.perf_counter() - began
    return len(sent.took) / took, statistics.quantiles(sent.took, n=100)[-1]


async def _fail_over(world: World, copy: BotProcess) -> float:
    """Seconds from a kill until a message to a channel has arrived by another copy."""
    await asyncio.sleep(2)
    store = _store(world)
    key = f"bench:{time.monotonic_ns()}"
    began = time.perf_counter()
    await copy.kill()
    store.outbox.add(OPS, "Here", (), key)
    await _until(lambda: (found := store.outbox.find(key)) and found.state.value == "sent", 60)
    took = time.perf_counter() - began
    store.close()
    await copy.start(world.mode, world.environment, lambda _: None)
    return took


async def _chaos(world: World, say: Say, goal: Goal) -> None:
    await _declare(world)
    sent, stop = Sent(), asyncio.Event()
    typing = asyncio.create_task(_keep_typing(world, sent, stop))
    done = await _disturb(world, random.Random(7))
    stop.set()
    await typing
    store = _store(world)
    try:
        await _until(lambda: not store.deliveries.unfinished(), 60)
        noted = Counter(
            entry.text
            for first in range(0, store.timeline.count("INC-1"), 500)
            for entry in store.timeline.page("INC-1", limit=500, offset=first, kinds=("note",))
        )
    finally:
        store.close()
    shown = "\n".join(
        message.text
        for channel in world.workspace.channels
        for message in world.workspace.everything(channel, ANA)
    )
    told, failed = set(TOLD.findall(shown)), shown.count(FAILED)
    # An answer that says that it failed names no note, so those are counted.
    lost = max(0, len(sent.acknowledged - set(noted) - told) - failed)
    doubled = [text for text, times in noted.items() if times > 1]
    say(
        f"  {done['kill']} kills and {done['cut']} cuts under {RATE:.0f} interactions a second: "
        f"{len(sent.acknowledged):,} acknowledged, {len(noted):,} done, {len(told):,} told as "
        f"interrupted, {failed:,} as failed, {sent.refused:,} never acknowledged (Slack says so)"
    )
    goal("interactions lost", lost, 0)
    goal("interactions done twice", len(doubled), 0)


async def _keep_typing(world: World, sent: Sent, stop: asyncio.Event) -> None:
    """At an even pace, whether or not those before were answered."""
    tasks: set[asyncio.Task[None]] = set()
    number, begun = 0, time.monotonic()
    while not stop.is_set():
        task = asyncio.create_task(_type(world, number, sent))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        number += 1
        await asyncio.sleep(max(0.0, begun + number / RATE - time.monotonic()))
    await asyncio.gather(*tasks, return_exceptions=True)


async def _disturb(world: World, dice: random.Random) -> Counter[str]:
    """Kill a copy and start it again, or cut some of the connections to the store, at random."""
    done: Counter[str] = Counter()
    copies = (world.bot, *world.copies)
    assert world.shared_store is not None
    async with await psycopg.AsyncConnection.connect(
        world.shared_store.url, autocommit=True
    ) as owner:
        while done.total() < DISTURBANCES:
            await asyncio.sleep(dice.uniform(0.0, 0.3))
            if dice.random() < KILLED:
                copy = dice.choice(copies)
                await copy.kill()
                with suppress(BotDidNotStart):
                    await copy.start(world.mode, world.environment, lambda _: None)
                done["kill"] += 1
            else:
                await owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity "
                    "WHERE application_name = 'pitchey store' ORDER BY random() LIMIT 3) AS chosen"
                )
                done["cut"] += 1
    return done
