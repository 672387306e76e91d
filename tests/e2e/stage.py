"""A whole sandbox with the real bot in it, over one transport; what every test here plays on."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

import psycopg
import pytest

from bot.sandbox.workspace import OPS, Message
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.workspace.rates import Rates
from bot.sandbox.world import World
from bot.settings import Settings, load
from bot.store.postgresql.leases import SECONDS
from tests.e2e.process import READY, Program
from tests.sandbox.workspace.stage import emptied
from tests.worlds import running

# Real deadlines would make every hanging fault cost twenty seconds.
DEADLINES = """
[checks]
api = 3
site = 3
database = 3
cache = 3
uploads = 3
auth = 3
cloudflare = 3

# A loaded machine is no slow platform: what is about slowness sets a limit of its own.
[metrics.response_time]
target = 500
alert = 20000
"""
# Secrets the sandbox has no use for; nobody may ever read them anywhere.
PLANTED = {
    "PLANTED_PASSWORD": "planted-Zq81-password",
    "GITHUB_TOKEN": "ghp_planted0123456789abcdefghijklmnopqr",
    "STRIPE_SECRET_KEY": "sk_live_planted0123456789abcdef",
}


def only(mode: str) -> pytest.MarkDecorator:
    """For what does not depend on the transport, or exists in one only."""
    return pytest.mark.parametrize("kept_stage", [mode], indirect=True)


class Stage:
    """`world` with `bot` running in it. `said` is what every bot of this stage has said."""

    def __init__(self, world: World, mode: str) -> None:
        self.world = world
        self.mode = mode
        self.workspace = world.workspace
        self.faults = world.faults
        self.settings: Settings = load(world.config_path, world.environment)
        self.variables = {**PLANTED, **world.environment, "PITCHEY_LOG": "INFO"}
        self.bot = self.program("run", "--mode", mode)
        self._programs = [self.bot]

    @property
    def said(self) -> str:
        return "".join(program.said for program in self._programs)

    @property
    def outlives(self) -> float:
        """How many seconds a killed bot still counts as alive: a file's is known at once."""
        return SECONDS + 1 if self.settings.store_address else 0.0

    @property
    def address(self) -> str:
        """Where the bot listens, over HTTP."""
        return f"http://{self.settings.http.host}:{self.settings.http.port}"

    @property
    def secrets(self) -> tuple[str, ...]:
        return (*self.settings.secrets.values(), *PLANTED.values())

    def person(self, person_id: str, channel_id: str = OPS) -> Actor:
        return Actor(self.workspace, person_id, channel_id)

    def program(self, *words: str) -> Program:
        return Program(self.world.processes, *words)

    async def run(self, *words: str, **variables: str) -> tuple[int, Program]:
        """Run `pitchey <words>` to its end; its exit code and what it said."""
        program = self.program(*words)
        self._programs.append(program)
        await program.start({**self.variables, **variables})
        return await program.ended(), program

    async def start_bot(self, **variables: str) -> None:
        """Start a bot and wait until it takes Slack's deliveries."""
        if self.bot.started:
            self.bot = self.program("run", "--mode", self.mode)
            self._programs.append(self.bot)
        await self.bot.start({**self.variables, **variables})
        await self.bot.logs(READY, within=120)
        if self.mode == "http":
            outcome = await self.workspace.delivery.http.verify(f"{self.address}/slack/events")
            assert outcome.ok, outcome.message

    async def switch(self, fault: str, amount: float | None = None, *, on: bool = True) -> None:
        """Break something, or mend it, and wait until it is so."""
        self.faults.switch(fault, on, amount)
        await self.world.settled()

    async def idle(self, quiet: float = 0.3, within: float = 45.0) -> None:
        """Wait until nothing more travels between Slack and the bot for a while."""
        async with asyncio.timeout(within):
            number = -1
            while number != len(self.workspace.record):
                number = len(self.workspace.record)
                await asyncio.sleep(quiet)

    async def until(self, true: Callable[[], Any], within: float = 45.0) -> None:
        async with asyncio.timeout(within):
            while not true():  # noqa: ASYNC110 (states of two processes, no event to wait for)
                await asyncio.sleep(0.02)

    def messages(self, viewer_id: str, channel_id: str = OPS) -> tuple[Message, ...]:
        """Everything the viewer sees there, threads too."""
        return self.workspace.everything(channel_id, viewer_id)

    def audit(self, last: int = 1) -> list[dict[str, Any]]:
        """The newest entries of the audit log, oldest of them first, as they are stored."""
        newest = f"SELECT entry FROM audit ORDER BY sequence DESC LIMIT {last}"  # noqa: S608
        if self.settings.store_address:
            with psycopg.connect(self.settings.store_address) as database:
                rows = database.execute(newest.encode()).fetchall()
        else:
            path = f"file:{self.settings.store.path}?mode=ro"
            with closing(sqlite3.connect(path, uri=True)) as file:
                rows = file.execute(newest).fetchall()
        return [json.loads(entry) for (entry,) in reversed(rows)]

    async def recorded(self, **wanted: Any) -> dict[str, Any]:
        """Wait until the newest entry of the audit log is so; it follows the answer.

        What a schedule does meanwhile, whenever the tests run, does not count.
        """
        newest: dict[str, Any] = {}
        try:
            async with asyncio.timeout(120):
                while not newest or {name: newest[name] for name in wanted} != wanted:
                    told = [each for each in self.audit(5) if each["surface"] != "schedule"]
                    newest = told[-1] if told else {}
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"the newest entry is {newest}, not {wanted}") from None
        return newest

    async def reset(self) -> None:
        """Every fault off, Slack's counters new, empty channels, a bot that runs."""
        await self.world.reset()
        self.workspace.rates = Rates(self.workspace.clock)
        if not self.bot.running:
            await self.start_bot()
        await self.idle(0.05)
        emptied(self.workspace)
        self.workspace.record.clear()
        self._programs = [self.bot]
        self.bot.output = self.bot.errors = ""


@asynccontextmanager
async def staged(mode: str, store_url: str = "") -> AsyncIterator[Stage]:
    """A sandbox of its own, with the bot running over the transport.

    With `store_url` its records are in that database.
    """
    async with running("e2e", mode=mode) as world:
        for old in world.folder.glob("pitchey.sqlite3*"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        with world.config_path.open("a", encoding="utf-8") as config:
            config.write(DEADLINES)
        if store_url:
            world.environment["STORE_URL"] = store_url
        stage = Stage(world, mode)
        await stage.start_bot()
        yield stage
        if stage.bot.running:
            await stage.bot.stop()
