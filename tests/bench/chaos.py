"""Copies killed and connections cut at random under load, and what became of every interaction.

Each acknowledged one has to be exactly one of: done once, told as interrupted, told as failed, told
before its acknowledgement that it is not kept. It is followed by its name; whatever is not so is
printed with what happened to it.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable

import psycopg

from bot.sandbox.bot_process import BotDidNotStart, BotProcess
from bot.sandbox.world import World
from tests.replicas.notes import Account, Notes

Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]
DISTURBANCES = int(os.environ.get("DISTURBANCES", "1000"))  # kills and cuts in all
RATE = float(os.environ.get("RATE", "50"))  # interactions a second
KILLED = 0.3  # of the disturbances; the others cut connections to the store
PAUSE = 0.9  # seconds between two, at most; a killed copy takes three to start on two cores
LIVE = 2  # of the copies, before one of them may be killed
_CUT = (
    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity "
    "WHERE application_name = 'pitchey store' ORDER BY random() LIMIT 3) AS chosen"
)


async def measure(world: World, say: Say, goal: Goal) -> None:
    notes, stop = Notes(world), asyncio.Event()
    await notes.declare()
    began = time.monotonic()
    typing = asyncio.create_task(notes.keep_typing(RATE, stop))
    done = await Chaos(world, random.Random(7)).disturb()
    stop.set()
    await typing
    account = await notes.account()
    say(
        f"  {done['kill']} kills and {done['cut']} cuts in {time.monotonic() - began:.0f} s under "
        f"{RATE:.0f} interactions a second: {len(notes.acknowledged):,} acknowledged, "
        f"{len(account.done):,} done once, {len(account.interrupted):,} told as interrupted, "
        f"{len(account.failed):,} as failed, {len(account.warned):,} as not kept; "
        f"{len(account.refused):,} never acknowledged (Slack says so), "
        f"{len(account.refused_done):,} of them done"
    )
    _judge(notes, account, say, goal)


def _judge(notes: Notes, account: Account, say: Say, goal: Goal) -> None:
    for what, names in (
        ("lost", account.lost),
        ("done twice", account.doubled),
        ("told as failed, and done", account.contradicted),
    ):
        for name in names:
            say(f"    {what}: {notes.story(name)}")
    goal("interactions lost", len(account.lost), 0)
    goal("deliveries that nobody ended", account.unfinished, 0)
    goal("interactions done twice", len(account.doubled), 0)
    goal("told as failed, and done all the same", len(account.contradicted), 0)


class Chaos:
    """Kills copies and cuts connections; killed copies start again side by side."""

    def __init__(self, world: World, dice: random.Random) -> None:
        assert world.shared_store is not None
        self._world = world
        self._dice = dice
        self._living = {world.bot, *world.copies}
        self._changed = asyncio.Event()
        self._starting: set[asyncio.Task[None]] = set()

    async def disturb(self) -> Counter[str]:
        """How many there were of each kind, once all copies live again."""
        done: Counter[str] = Counter()
        store = self._world.shared_store
        assert store is not None
        async with await psycopg.AsyncConnection.connect(store.url, autocommit=True) as owner:
            while done.total() < DISTURBANCES:
                await asyncio.sleep(self._dice.uniform(0.0, PAUSE))
                if self._dice.random() < KILLED:
                    await self._kill()
                    done["kill"] += 1
                else:
                    await owner.execute(_CUT)
                    done["cut"] += 1
        await asyncio.gather(*self._starting)
        return done

    async def _kill(self) -> None:
        while len(self._living) < LIVE:
            self._changed.clear()
            await self._changed.wait()
        known = (self._world.bot, *self._world.copies)
        copy = self._dice.choice([each for each in known if each in self._living])
        self._living.discard(copy)
        await copy.kill()
        task = asyncio.create_task(self._start(copy))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _start(self, copy: BotProcess) -> None:
        """A start may meet a cut connection and end: then once more, as a supervisor would."""
        while copy not in self._living:
            try:
                await copy.start(self._world.mode, self._world.environment, lambda _: None)
            except BotDidNotStart:
                await copy.kill()
                continue
            self._living.add(copy)
            self._changed.set()
