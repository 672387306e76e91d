"""The real bot in this process, in the session's sandbox, with quick canaries and many visitors."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from bot.app import House
from bot.app import Workspace as Connected
from bot.command import Invocation, Person, Reply, Surface
from bot.patience import Nobody
from bot.payloads import reference
from bot.runtime import Runtime
from bot.sandbox.cloudflare.account import STAGING, WORKER
from bot.sandbox.cloudflare.script import Script, Version
from bot.sandbox.workspace import ANA, OMAR, OPS, Message
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.world import World
from bot.settings import Settings, load
from bot.store import Store
from bot.store.deploys_rows import DeployRecord
from bot.store.operation_rows import State
from handlers.deploys.looking import ENOUGH_BEFORE
from tests.sandbox.workspace.stage import emptied, until

QUICK: dict[str, Any] = {"look_seconds": 2, "minimum_requests": 12, "test_requests": 8}
TOO_SLOW_MS = 3_000.0  # a loaded machine adds a second to an answer, and is no bad release
LONG = 150.0  # seconds, on a loaded machine: it must happen, and `make bench` measures speed


@dataclass
class Stage:
    world: World
    house: House
    connected: Connected

    @property
    def store(self) -> Store:
        return self.house.store

    @property
    def runtime(self) -> Runtime:
        return self.house.dispatcher.runtime

    @property
    def production(self) -> Script:
        return self.world.account.scripts[WORKER]

    @property
    def staging(self) -> Script:
        return self.world.account.scripts[STAGING]

    def person(self, person: str) -> Actor:
        return Actor(self.world.workspace, person)

    def messages(self) -> tuple[Message, ...]:
        return self.world.workspace.everything(OPS, ANA)

    def live(self) -> dict[str, float]:
        """The live split of production by tag."""
        tags = {version.id: version.tag for version in self.production.versions}
        return {tags[name]: share for name, share in self.production.live.versions if share}

    def build(self, kind: str = "build", amount: float = 0.0) -> Version:
        """CI uploads; answers production's version."""
        return self.world.account.build(kind, amount)[WORKER]

    async def says(self, person: str, line: str) -> Reply:
        """What somebody typed in #ops, past Slack's delivery and pace."""
        name = self.world.workspace.people[person].name
        asked = Invocation(reference(), Person(person, name), Surface.SLASH, line, OPS)
        return await self.house.dispatcher.run(asked, Nobody())

    async def deployed_to_staging(self, tag: str, number: int = 1) -> DeployRecord:
        await self.says(OMAR, f"deploy {tag} to staging")
        await self.says(OMAR, f"operation {self.asked()} confirm")
        return await self.ended(number)

    async def to_production(self, line: str) -> None:
        """Omar asks, Ana approves."""
        told = await self.says(OMAR, f'{line} --reason "the weekly release"')
        assert "Waiting for approval" in told.text, told
        await self.says(ANA, f"operation {self.asked()} approve")

    async def speed_known(self) -> None:
        """Wait until the live version answered often enough for its speed to be compared with."""
        ((live, _),) = self.production.live.versions
        count = "SELECT count(*) FROM requests WHERE version = ?"
        enough = ENOUGH_BEFORE + 50
        await until(lambda: self.world.log.query(count, (live,))[0][0] >= enough, within=LONG)

    def asked(self) -> str:
        """The newest operation that waits for somebody."""
        (newest,) = self.store.operations.newest(1, (State.REQUESTED,))
        return newest.id

    async def ended(self, number: int) -> DeployRecord:
        """The deployment of that number, once it is over."""
        await self.run_is(number, lambda run: run.outcome is not None)
        await until(lambda: not self.house.dispatcher.guard.runner.tasks, within=LONG)
        return self.store.deploys.get(f"DEP-{number}")

    async def run_is(self, number: int, true: Any) -> DeployRecord:
        def found() -> DeployRecord | None:
            runs = self.store.deploys.newest(20)
            return next((run for run in runs if run.number == number and true(run)), None)

        await until(found, within=LONG)
        got = found()
        assert got is not None
        return got

    async def at(self, number: int, percent: int) -> DeployRecord:
        """The deployment of that number, once it stands at that percentage."""
        return await self.run_is(number, lambda run: run.canary.get("percent") == percent)


@asynccontextmanager
async def staged(world: World, folder: Path, **deploys: Any) -> AsyncIterator[Stage]:
    """Its own store and settings; the world is everybody's."""
    house = House.open(settings_of(world, folder, **deploys))
    connected = Connected.connect(house)
    token = house.settings.secrets.slack_app_token
    assert token is not None
    emptied(world.workspace)  # a button of an earlier test, or of its first try, is nobody's here
    handler = AsyncSocketModeHandler(connected.bolt, token.get_secret_value())
    connected.outbox.start()
    await handler.connect_async()  # type: ignore[no-untyped-call]
    connected.listeners.open()
    try:
        yield Stage(world, house, connected)
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
        await connected.aclose(2)
        await house.aclose()


def settings_of(world: World, folder: Path, **deploys: Any) -> Settings:
    settings = load(world.config_path, world.environment)
    store = settings.store.model_copy(update={"path": folder / "store.sqlite3"})
    quick = settings.deploys.model_copy(update=QUICK | deploys)
    slow = settings.metrics["response_time"].model_copy(update={"alert": TOO_SLOW_MS})
    metrics = settings.metrics | {"response_time": slow}
    return settings.model_copy(update={"store": store, "deploys": quick, "metrics": metrics})


@asynccontextmanager
async def crowd(world: World, per_second: float = 25.0) -> AsyncIterator[None]:
    """Visitors besides the sandbox's own, so that a canary has something to compare."""
    connector = aiohttp.TCPConnector(ssl=world.certificates.trust(), limit=20)
    async with aiohttp.ClientSession(world.platform.api_url, connector=connector) as session:

        async def visit(number: int) -> None:
            headers = {"CF-Connecting-IP": f"203.0.113.{number % 250}"}
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                async with session.get("/api/health/ping", headers=headers) as answer:
                    await answer.read()

        async def come() -> None:
            number = 0
            async with asyncio.TaskGroup() as group:
                while True:
                    number += 1
                    group.create_task(visit(number))
                    await asyncio.sleep(1 / per_second)

        coming = asyncio.create_task(come())
        try:
            yield
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
