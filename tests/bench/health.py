"""The health answer's time beside its slowest check, on a sandbox in a process of its own."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import aiohttp

from bot.app import House
from bot.command import Invocation, Person, Reply, Surface
from bot.payloads import reference
from bot.sandbox.configuration import read_environment
from bot.settings import load

CONDITIONS = (("healthy", ""), ("API 2 s late", "api_slow"))
TIMES = 5


class Silent:
    """Takes the reply and shows nothing."""

    async def progress(self, text: str) -> None: ...

    async def send(self, reply: Reply) -> None: ...


async def measure(say: Callable[[str], None], goal: Callable[[str, float, float], None]) -> None:
    """Run health in a healthy world, then with a slow API; each five times."""
    with tempfile.TemporaryDirectory(prefix="pitchey-bench-") as name:
        folder = Path(name) / "sandbox"
        arguments = ("-m", "bot", "sandbox", "--folder", str(folder), "--no-bot", "--port", "0")
        world = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdout=asyncio.subprocess.PIPE
        )
        try:
            url = await _address(world)
            environment = read_environment(folder / "environment")
            house = House.open(load(Path(environment["PITCHEY_CONFIG"]), environment))
            try:
                for title, switch in CONDITIONS:
                    if switch:
                        await _switch(url, switch, 2.0)
                    await _compare(house, title, say, goal)
            finally:
                await house.aclose()
        finally:
            world.terminate()
            await world.wait()


async def _compare(
    house: House,
    title: str,
    say: Callable[[str], None],
    goal: Callable[[str, float, float], None],
) -> None:
    beyond = []
    for _ in range(TIMES):
        asked = Invocation(reference(), Person("bench", "bench"), Surface.TERMINAL, "health")
        reply = await house.dispatcher.run(asked, Silent())
        slowest = max(check["took_ms"] for check in reply.data["checks"])
        beyond.append(reply.data["took_ms"] - slowest)
    took = reply.data["took_ms"]
    say(f"  {title}: answered in {took:.0f} ms, its slowest check took {slowest:.0f} ms")
    goal(f"milliseconds beyond the slowest check, worst of {TIMES}", max(beyond), 50)


async def _address(world: asyncio.subprocess.Process) -> str:
    if world.stdout is None:
        raise RuntimeError("the sandbox has no output to read")
    async for line in world.stdout:
        if line.startswith(b"http://"):
            return line.decode().strip()
    raise RuntimeError("the sandbox did not start")


async def _switch(url: str, name: str, amount: float) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{url}/page/faults", json={"name": name, "on": True, "amount": amount}
        ) as answer,
    ):
        answer.raise_for_status()
