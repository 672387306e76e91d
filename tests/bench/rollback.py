"""From the yes to the last word of a rollback, beside the time Cloudflare's answers take in it."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.app import House
from bot.command import Invocation, Person, Reply, Surface
from bot.patience import Nobody
from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.world import World
from bot.settings import load

LATENCIES = (0.0, 0.15, 0.6)  # seconds that each answer of Cloudflare's API takes besides
TIMES = 12  # rollbacks of each
OURS_MOST = 500.0  # milliseconds beside the API's own
Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]


@dataclass
class Wire:
    """Cloudflare's API behind a delay; `busy` are the (begin, end) of its answers."""

    target: str
    url: str = ""
    latency: float = 0.0
    busy: list[tuple[float, float]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        begun = time.perf_counter()
        await asyncio.sleep(self.latency)
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                request.method,
                f"{self.target}{request.path_qs}",
                data=await request.read() or None,
                headers={
                    name: request.headers[name]
                    for name in ("Authorization", "Content-Type")
                    if name in request.headers
                },
            ) as answer,
        ):
            content, status = await answer.read(), answer.status
        self.busy.append((begun, time.perf_counter()))
        return web.Response(body=content, status=status, content_type="application/json")

    def spent(self, since: float) -> float:
        """Seconds since then in which at least one answer was on its way."""
        total, last = 0.0, since
        for begun, ended in sorted(self.busy):
            if ended > last:
                total += ended - max(begun, last)
                last = ended
        return total


class Yes:
    """Agrees at once, and notes when."""

    at = 0.0

    async def agrees(self, _question: Reply, _stopped: asyncio.Event) -> bool:
        self.at = time.perf_counter()
        return True

    def tell(self, _text: str) -> None:
        return


async def measure(say: Say, goal: Goal) -> None:
    """The whole command through the guard: planned again, sent, read again, platform asked."""
    with tempfile.TemporaryDirectory(prefix="pitchey-rollback-") as name:
        async with (
            World.start(Path(name) / "world", with_bot=False) as world,
            _wired(world) as wire,
        ):
            for latency in LATENCIES:
                wire.latency = latency
                await _one(world, wire, Path(name), say, goal)


async def _one(world: World, wire: Wire, folder: Path, say: Say, goal: Goal) -> None:
    settings = load(world.config_path, world.environment)
    cloudflare = settings.cloudflare.model_copy(update={"api_url": wire.url})
    store = settings.store.model_copy(update={"path": folder / f"{wire.latency}.sqlite3"})
    house = House.open(settings.model_copy(update={"cloudflare": cloudflare, "store": store}))
    guard, desk = house.dispatcher.guard, Yes()
    guard.desk = desk
    guard.open()
    script = world.account.scripts[WORKER]
    versions = [version.tag for version in script.versions[-2:]]
    totals: list[float] = []
    ours: list[float] = []
    try:
        for number in range(TIMES):
            wire.busy.clear()
            line = f'rollback {versions[number % 2]} --break-glass --reason "measured"'
            asked = Invocation("P-BENCH", Person("terminal:b", "b"), Surface.TERMINAL, line)
            reply = await house.dispatcher.run(asked, Nobody())
            ended = time.perf_counter()
            if reply.exit_code:
                raise SystemExit(f"The rollback failed: {reply.text}")
            total = ended - desk.at
            totals.append(total * 1000)
            ours.append((total - wire.spent(desk.at)) * 1000)
    finally:
        await guard.aclose()
        await house.aclose()
    api = statistics.median(a - b for a, b in zip(totals, ours, strict=True))
    say(
        f"  API + {wire.latency * 1000:3.0f} ms an answer: p50 {statistics.median(totals):6.0f} ms "
        f"in all, of these {api:6.0f} ms the API's, {statistics.median(ours):4.0f} ms ours "
        f"(most {max(ours):.0f}), over {TIMES} rollbacks"
    )
    goal("ours beside the API's own, median, in ms", statistics.median(ours), OURS_MOST)


@asynccontextmanager
async def _wired(world: World) -> AsyncIterator[Wire]:
    wire = Wire(world.cloudflare.api_url)
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", wire.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    wire.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield wire
    finally:
        await runner.cleanup()
