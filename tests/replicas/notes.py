"""Notes typed again and again, and what became of each, by its name.

An interaction is a typed `incident note`: its effect is one entry of a timeline. Each has a name of
its own, which its answer is matched with by the response URL that Slack gave out for it.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from bot.sandbox.workspace import ANA, OPS
from bot.sandbox.workspace.record import Entry
from bot.sandbox.world import World
from bot.store import Store

_NAME = re.compile(r"incident note ([a-z]+-\d+)")
INCIDENT = "INC-1"


async def eventually(true: Callable[[], object], within: float) -> None:
    """The store belongs to other processes: nothing can be waited for but by looking."""
    ends = time.monotonic() + within
    while not true():
        if time.monotonic() > ends:
            raise TimeoutError(f"not within {within:.0f} s")
        await asyncio.sleep(0.05)


@contextmanager
def looked_at(world: World) -> Iterator[Store]:
    """The copies' store, looked at by the test."""
    assert world.shared_store is not None
    store = Store.open(world.folder / "looked-at", world.shared_store.url)
    try:
        yield store
    finally:
        store.close()


# How an answer begins that says it: failed; refused, as where Slack does not tell who it is; late.
_NOT_DONE = (":x:", ":no_entry: Refused", ":warning: Nothing was done")


@dataclass
class Account:
    """Names of notes. Of those acknowledged each is in exactly one of the first six.

    `warned` were said, before their acknowledgement, to be lost if the bot ended then, and were.
    `contradicted` are done although the person was told that they failed. `refused` were never
    acknowledged, which Slack tells the person; `refused_done` are those of them that were done.
    """

    done: list[str] = field(default_factory=list)
    interrupted: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    contradicted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    refused_done: list[str] = field(default_factory=list)
    unfinished: int = 0  # deliveries that nobody works on any more


class Notes:
    """Types notes into one incident of that world, and keeps what came back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.acknowledged: dict[str, float] = {}  # and the seconds it took
        self.refused: dict[str, str] = {}  # and the reason Slack has for it
        self.arrived: dict[str, float] = {}  # texts of messages, and when Slack took them
        self._urls: dict[str, list[str]] = {}  # response URLs of each name
        self._answers: dict[str, list[str]] = {}  # texts by response URL, or by name
        record = world.workspace.record
        before = record.told

        def told(entry: Entry) -> None:
            before(entry)
            self._hear(entry)

        record.told = told

    async def declare(self) -> None:
        """The incident that all of them are about."""
        await self.world.workspace.act.slash(
            ANA, OPS, "/pitchey incident declare Bench --severity SEV4"
        )
        with looked_at(self.world) as store:
            await eventually(lambda: store.incidents.count() > 0, 30)

    async def type(self, name: str) -> bool:
        """Whether Slack got its acknowledgement."""
        began = time.perf_counter()
        line = f"/pitchey incident note {name} --incident {INCIDENT}"
        outcome = await self.world.workspace.act.slash(ANA, OPS, line)
        if outcome.ok:
            self.acknowledged[name] = time.perf_counter() - began
        else:
            self.refused[name] = outcome.error
        return outcome.ok

    async def keep_typing(self, rate: float, stop: asyncio.Event, series: str = "n") -> None:
        """So many a second at an even pace, whether or not those before were answered."""
        tasks: set[asyncio.Task[bool]] = set()
        number, begun = 0, time.monotonic()
        while not stop.is_set():
            task = asyncio.create_task(self.type(f"{series}-{number}"))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            number += 1
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        await asyncio.gather(*tasks, return_exceptions=True)

    async def account(self, quiet: float = 30.0) -> Account:
        """What became of each, once nothing was worked on for so many seconds, or is any more."""
        with looked_at(self.world) as store:
            left = await self._settled(store, quiet)
            noted = Counter(
                entry.text
                for first in range(0, store.timeline.count(INCIDENT), 500)
                for entry in store.timeline.page(INCIDENT, limit=500, offset=first, kinds=("note",))
            )
        found = Account(refused=sorted(self.refused), unfinished=left)
        found.refused_done = [name for name in found.refused if noted[name]]
        found.doubled = sorted(name for name, times in noted.items() if times > 1)
        for name in self.acknowledged:
            told = self.answers(name)
            failed = any(text.startswith(_NOT_DONE) for text in told)
            if noted[name] == 1:
                found.done.append(name)
                if failed:
                    found.contradicted.append(name)
            elif noted[name]:
                continue
            elif any("Interrupted: " in text for text in told):
                found.interrupted.append(name)
            elif failed:
                found.failed.append(name)
            elif any("without being kept" in text for text in told):
                found.warned.append(name)
            else:
                found.lost.append(name)
        return found

    async def _settled(self, store: Store, quiet: float) -> int:
        """How many deliveries are left unfinished, after none of them ended for so long."""
        left = len(store.deliveries.unfinished())
        while left:
            before = left
            with suppress(TimeoutError):
                await eventually(lambda: len(store.deliveries.unfinished()) < before, quiet)  # noqa: B023 - awaited here
            left = len(store.deliveries.unfinished())
            if left >= before:
                break
        return left

    def story(self, name: str) -> str:
        """What is known of one, for whoever has to find out why."""
        how = f"acknowledged in {self.acknowledged.get(name, 0) * 1000:.0f} ms"
        if name in self.refused:
            how = f"refused ({self.refused[name]})"
        told = " | ".join(text[:160] for text in self.answers(name)) or "nothing"
        return f"{name}: {how}; told: {told}"

    def answers(self, name: str) -> list[str]:
        """What the person was told of it. An answer may overtake its acknowledgement."""
        places = [name, *self._urls.get(name, ())]
        return [text for place in places for text in self._answers.get(place, ())]

    def _hear(self, entry: Entry) -> None:
        text = str(entry.arguments.get("text", ""))
        if entry.kind == "delivery" and entry.name == "slash_commands":
            for name in _NAME.findall(text):
                self._urls.setdefault(name, []).append(entry.response_url)
        elif entry.kind == "response" and not entry.error:
            self._answers.setdefault(entry.response_url, []).append(text)
        elif entry.name == "chat.postMessage" and not entry.error:
            self.arrived.setdefault(text, time.monotonic())
            for name in set(_NAME.findall(json.dumps(entry.arguments))):
                self._answers.setdefault(name, []).append(text)
