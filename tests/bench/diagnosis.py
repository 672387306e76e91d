"""Fault × diagnosis: hits, misses and false alarms, and the time with one dependency hanging.

The sandbox runs in a process of its own. It tries thirty pairs; `PAIRS=200` tries so many, and
`PAIRS=all` every one.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.app import House
from bot.sandbox.configuration import read_environment
from bot.settings import load
from handlers.diagnosis.operations import diagnose
from handlers.diagnosis.result import Diagnosis
from tests.diagnosis import expectations
from tests.diagnosis.past import remember

ACTING = 2.5  # seconds that a fault acts before somebody asks
HANGING = (
    "api_slow", "api_drip", "database_slow", "blocking_session", "site_slow", "storage_slow",
    "cloudflare_slow", "region_slow",
)  # fmt: skip
Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]


@dataclass
class Sandbox:
    """The world in its process, and a bot's house that looks at it."""

    world: asyncio.subprocess.Process
    house: House

    async def play(self, faults: Sequence[str]) -> None:
        """Everything as at the start, then those faults, until they act."""
        if self.world.stdin is None:
            raise RuntimeError("the sandbox takes no orders")
        self.world.stdin.write(json.dumps(list(faults)).encode() + b"\n")
        await self.listen()
        self.house.clients.platform.forget()
        await asyncio.sleep(ACTING)

    async def listen(self) -> None:
        if self.world.stdout is None or not await self.world.stdout.readline():
            raise RuntimeError("the sandbox ended")

    async def ask(self, symptom: str) -> tuple[Diagnosis, float]:
        house, began = self.house, time.perf_counter()
        found = await diagnose(
            house.clients, house.settings, house.store, symptom, datetime.now(UTC)
        )
        return found, time.perf_counter() - began


@dataclass
class Tally:
    """What came of many diagnoses."""

    asked: int = 0
    hits: int = 0
    alarms: int = 0

    @property
    def percent(self) -> float:
        return 100.0 * self.hits / max(1, self.asked)


async def measure(say: Say, goal: Goal) -> None:
    with tempfile.TemporaryDirectory(prefix="pitchey-bench-") as name:
        folder = Path(name) / "sandbox"
        world = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bench.diagnosis_world",
            str(folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            await _all(world, folder, say, goal)
        finally:
            if world.stdin is not None:
                world.stdin.close()
            await world.wait()


async def _all(world: asyncio.subprocess.Process, folder: Path, say: Say, goal: Goal) -> None:
    if world.stdout is None or not await world.stdout.readline():
        raise RuntimeError("the sandbox did not start")
    environment = read_environment(folder / "environment")
    house = House.open(load(Path(environment["PITCHEY_CONFIG"]), environment))
    remember(house.store, datetime.now(UTC))
    sandbox = Sandbox(world, house)
    try:
        await _healthy(sandbox, say, goal)
        await _singles(sandbox, say, goal)
        await _pairs(sandbox, say, goal)
        await _hanging(sandbox, say, goal)
    finally:
        await house.aclose()


async def _healthy(sandbox: Sandbox, say: Say, goal: Goal) -> None:
    alarms: list[str] = []
    for symptom in ("auto", *expectations.SYMPTOMS, "auto"):
        await sandbox.play(())
        found, took = await sandbox.ask(symptom)
        alarms += [cause.name for cause in (*found.causes, *found.possible)]
        say(f"  healthy, {symptom:<10} {_names(found):<34} {took:.1f} s")
    goal("false alarms while healthy", len(alarms), 0)


async def _singles(sandbox: Sandbox, say: Say, goal: Goal) -> None:
    tally = Tally()
    say(f"  {'fault':<24}{'asked':<10}{'found, the first is the verdict':<52}")
    for name in expectations.faults():
        await sandbox.play((name,))
        for symptom in (str(expectations.EXPECTED[name].symptom), "auto"):
            found, took = await sandbox.ask(symptom)
            _count(tally, (name,), found, symptom, took, say)
    say(f"  single faults: {tally.hits} of {tally.asked} right, {tally.alarms} false alarms")
    goal("percent of single faults missed", 100 - tally.percent, 0)
    goal("false alarms on single faults", tally.alarms, 0)


async def _pairs(sandbox: Sandbox, say: Say, goal: Goal) -> None:
    wanted = os.environ.get("PAIRS", "30")
    every = list(expectations.pairs())
    random.Random(8).shuffle(every)
    chosen = every if wanted == "all" else every[: int(wanted)]
    tally, both = Tally(), Tally()
    for pair in chosen:
        await sandbox.play(pair)
        found, took = await sandbox.ask("auto")
        hidden = len(expectations.visible(pair)) < len(pair)
        before = tally.hits
        _count(tally, pair, found, "auto", took, say)
        if not hidden:
            both.asked += 1
            both.hits += tally.hits - before
    say(
        f"  pairs: {tally.hits} of {tally.asked} right, {tally.alarms} false alarms; of the "
        f"{both.asked} pairs in which both can be seen at all, both were named in {both.hits}"
    )
    goal("percent of pairs missed", 100 - tally.percent, 10)
    goal("percent missed of pairs that can both be seen", 100 - both.percent, 10)


async def _hanging(sandbox: Sandbox, say: Say, goal: Goal) -> None:
    times: list[float] = []
    for name in HANGING:
        await sandbox.play((name,))
        for _ in range(3):
            times.append((await sandbox.ask("auto"))[1])
    times.sort()
    p95 = times[max(0, round(0.95 * len(times)) - 1)]
    say(f"  one dependency hangs: median {statistics.median(times):.2f} s, p95 {p95:.2f} s")
    goal("seconds for a diagnosis with one dependency hanging, p95", p95, 5.0)


def _count(
    tally: Tally, faults: Sequence[str], found: Diagnosis, symptom: str, took: float, say: Say
) -> None:
    names = [cause.name for cause in found.causes]
    missed = list(expectations.missed(faults, names))
    blind = expectations.EXPECTED[faults[0]].blind if len(faults) == 1 else ""
    if blind and not any(blind in each.part for each in found.blind):
        missed.append("says not what it could not see")
    alarms = expectations.false_alarms(faults, names)
    tally.asked += 1
    tally.hits += not missed
    tally.alarms += len(alarms)
    verdict = "hit" if not missed else f"MISS {', '.join(missed)}"
    verdict += f"  FALSE ALARM {', '.join(alarms)}" if alarms else ""
    told = " + ".join(faults)
    say(f"  {told:<40} {symptom:<9} {_names(found):<48} {took:4.1f} s  {verdict}")


def _names(found: Diagnosis) -> str:
    return ", ".join(cause.name for cause in found.causes) or "nothing found"
