"""What the overview costs a busy database: pgbench's throughput with and without it."""

from __future__ import annotations

import asyncio
import re
import statistics
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable
from pathlib import Path

from bot.clients.postgres import Database
from bot.sandbox.world import World
from handlers.database.asking import ask
from handlers.database.looks import statements
from handlers.database.overview import QUESTIONS

ROUNDS, SECONDS, CLIENTS, SCALE = 6, 8, 4, 5
EVERY = 60.0  # seconds between two overviews of a team that watches closely
_SPEED = re.compile(rb"tps = ([\d.]+)")


async def measure(say: Callable[[str], None], goal: Callable[[str, float, float], None]) -> None:
    """Rounds in turn: pgbench alone, and with an overview each two seconds beside it.

    The goal is for one overview a minute, so the loss is scaled to that.
    """
    with tempfile.TemporaryDirectory(prefix="pitchey-bench-") as name:
        async with World.start(Path(name), with_bot=False) as world:
            program = world.database.programs / "pgbench"
            await _run(program, world.database.direct_url, "-i", "-q", "-s", str(SCALE))
            database = Database(world.database.url)
            speeds: dict[bool, list[float]] = {False: [], True: []}
            took: list[float] = []
            for number in range(ROUNDS):
                for watched in (False, True) if number % 2 else (True, False):
                    task = asyncio.create_task(_watch(database, took)) if watched else None
                    output = await _run(
                        program, world.database.direct_url,
                        "-T", str(SECONDS), "-c", str(CLIENTS), "-j", "1", "-n",
                    )  # fmt: skip
                    if task is not None:
                        task.cancel()
                        await asyncio.gather(task, return_exceptions=True)
                    found = _SPEED.search(output)
                    if found is None:
                        raise RuntimeError("pgbench told no speed")
                    speeds[watched].append(float(found[1]))
    alone, beside = (statistics.median(speeds[watched]) for watched in (False, True))
    loss = 100 * (1 - beside / alone)
    say(f"  pgbench alone {alone:.0f}/s, with an overview every 2 s {beside:.0f}/s ({loss:+.1f} %)")
    say(
        f"  an overview took {statistics.median(took) * 1000:.0f} ms beside it, {len(took)} of them"
    )
    goal("percent of throughput lost to one overview a minute", max(0.0, loss) * 2 / EVERY, 1.0)
    # Throughput wavers on a busy machine; the time that an overview takes is an upper bound.
    share = 100 * statistics.median(took) / EVERY
    goal("percent of the time in which an overview is at work, one a minute", share, 1.0)


async def _watch(database: Database, took: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await ask(database, QUESTIONS, optional=(statements.STATEMENTS,))
        took.append(time.perf_counter() - began)
        await asyncio.sleep(2)


async def _run(program: Path, url: str, *words: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        program, *words, url, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    output, said = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"pgbench failed: {said.decode(errors='replace')[-300:]}")
    return output
