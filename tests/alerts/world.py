"""A sandbox with the real bot in it that looks at its rules each second."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.app import House
from bot.sandbox.workspace import ALERTS, Message
from bot.sandbox.workspace.seed import BOT
from bot.sandbox.world import World
from bot.settings import load
from handlers.metrics.sampling import SOURCES, take
from tests.e2e.process import READY, Program
from tests.engines import surroundings
from tests.playbooks.conftest import clear

EXTRA = """
[alerts]
every_seconds = 1
[[alerts.rules]]
name = "SLOW_RESPONSE"
title = "Responses are slow"
metric = "response_time"
statistic = "latest"
above = 1000.0
clear = 900.0
playbook = "high-response-times"
[[oncall.levels]]
level = "L1"
people = ["@oncall"]
[sampling]
api = 0
worker = 0
answers = 0
database = 0
database_size = 0
cache = 0
certificate = 0
backup = 0
disk = 0
"""


@dataclass
class AlertWorld:
    """`world` with `bot` in it; `house` is a second process's view of the same store."""

    world: World
    variables: dict[str, str]
    house: House
    bot: Program

    async def start_bot(self) -> None:
        self.bot = Program(self.world.processes, "run", "--mode", "socket")
        await self.bot.start({**self.variables, "PITCHEY_LOG": "INFO"})
        await self.bot.logs(READY, within=120)

    async def switch(self, fault: str, amount: float | None = None, *, on: bool = True) -> None:
        self.world.faults.switch(fault, on, amount)
        await self.world.settled()

    async def measure(self) -> str:
        """The platform as it is now, measured by the sampler itself, into the shared store."""
        source = next(each for each in SOURCES if each.name == "api")
        return await take(self.house.dispatcher.runtime, source, datetime.now(UTC))

    def messages(self) -> list[Message]:
        """What the bot said in #alerts, its threads too, oldest first."""
        found = self.world.workspace.public_messages(ALERTS)
        return [one for one in found if one.author_id == BOT]


@asynccontextmanager
async def alert_world(world: World, folder: Path) -> AsyncIterator[AlertWorld]:
    """Settings and store of its own in `folder`, and channels without messages."""
    config = folder / "pitchey.toml"
    text = world.config_path.read_text("utf-8") + EXTRA
    config.write_text(text.replace("pitchey.sqlite3", str(folder / "pitchey.sqlite3")), "utf-8")
    variables = {**world.environment, "PITCHEY_CONFIG": str(config)}
    house = House.open(load(config, variables))
    variables |= surroundings(house.settings.store.path)
    staged = AlertWorld(world, variables, house, Program(world.processes, "run"))
    clear(world)
    try:
        await staged.start_bot()
        yield staged
    finally:
        if staged.bot.running:
            await staged.bot.stop()
        await house.aclose()
        clear(world)
