"""`kill -9` at a hundred random moments of a breach playbook, and fifty people in one second."""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.app import House
from bot.command import Invocation, Person, Surface
from bot.patience import Nobody
from bot.payloads import reference
from bot.settings import load
from tests.playbooks.killing import faults, kill, settled

KILLS, PEOPLE, RUNS = 100, 50, 200
ROOT = Path(__file__).parents[2]
Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]


async def measure(say: Say, goal: Goal) -> None:
    """Print what was lost or doubled, and how long presses take."""
    with tempfile.TemporaryDirectory(prefix="pitchey-playbooks-") as name:
        await _killed(say, goal, Path(name))
    with tempfile.TemporaryDirectory(prefix="pitchey-playbooks-") as name:
        await _crowd(say, goal, Path(name))


async def _killed(say: Say, goal: Goal, folder: Path) -> None:
    chance, answered = random.Random(7), []
    for _ in range(KILLS):
        answered += await kill(folder, chance.randint(0, 6), chance.uniform(0, 0.1))
    found = [*faults(folder, answered), *await settled(folder), *faults(folder, answered)]
    say(f"  killed {KILLS} times, {len(answered)} presses were answered")
    for fault in found[:10]:
        say(f"    {fault}")
    goal("presses lost or doubled, clocks mute or repeated", len(found), 0)


async def _crowd(say: Say, goal: Goal, folder: Path) -> None:
    """Fifty people press the same step at once, beside two hundred runs that are over."""
    config = folder / "pitchey.toml"
    text = (ROOT / "pitchey.toml").read_text(encoding="utf-8")
    text = text.replace("var/pitchey.sqlite3", "store.sqlite3")
    config.write_text(text.replace('default = "viewer"', 'default = "admin"'), encoding="utf-8")
    house = House.open(load(config, {}))

    async def press(person: str, line: str) -> tuple[str, float]:
        began = time.perf_counter()
        asked = Invocation(reference(), Person(person, person), Surface.BUTTON, line, "C0OPS00001")
        reply = await house.dispatcher.run(asked, Nobody())
        return reply.outcome, (time.perf_counter() - began) * 1000

    try:
        alone = []
        for _ in range(RUNS):
            await press("U0AAA", "playbook start data-breach")
            run = house.store.playbook_runs.active()[0].id
            alone.append((await press("U0AAA", f"playbook step {run} 1.1 done"))[1])
            await press("U0AAA", f"playbook stop {run} next one")
        await press("U0AAA", "playbook start data-breach")
        run = house.store.playbook_runs.active()[0].id
        began = time.perf_counter()
        line = f"playbook step {run} 1.1 done"
        pressed = await asyncio.gather(*(press(f"U0P{n:03}", line) for n in range(PEOPLE)))
        seconds = time.perf_counter() - began
        worked = sum(outcome == "succeeded" for outcome, _ in pressed)
    finally:
        await house.aclose()
    first, last = (statistics.median(part) for part in (alone[:20], alone[-20:]))
    middle = statistics.median(alone)
    say(f"  one press: p50 {middle:.1f} ms, first runs {first:.1f} ms, last {last:.1f} ms")
    say(f"  {PEOPLE} at once: {worked} took effect, all answered in {seconds:.2f} s")
    goal("presses of one step that took effect", worked, 1)
    goal("milliseconds for one press, p50", middle, 100)
    goal("cost after 200 runs beside the first ones", last / first, 1.5)
