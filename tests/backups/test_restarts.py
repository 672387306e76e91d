"""The server is really restarted in the middle: nothing half-made is left, the next one works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.backups.beside_databases import (
    Standing,
    create,
    describe,
    described,
    drop,
    listed,
)
from bot.backups.drilling import drill
from bot.backups.switching import switch
from bot.clients.postgres import Database
from bot.errors import OpsError
from bot.sandbox.door import Talk
from bot.sandbox.world import World
from handlers.backups.restoring import restore
from tests.backups.restarting import Restartable, server
from tests.backups.stage import ANA, BIG, Shop, shop
from tests.backups.test_resuming import begun, context
from tests.backups.test_switch_lost import COMMITTED, Cutting


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Restartable]:
    async with server(tmp_path_factory.mktemp("restarts"), *BIG) as made:
        yield made


def restarting(
    made: Shop, own: Restartable, mode: str, words: str
) -> tuple[Callable[[str], Awaitable[None]], list[asyncio.Task[None]]]:
    """What is told of the progress: at those words, once, the server is restarted."""
    restarts: list[asyncio.Task[None]] = []

    async def say(text: str) -> None:
        await made.say(text)
        if text.startswith(words) and not text.startswith(f"{words} 0 bytes") and not restarts:
            restarts.append(asyncio.create_task(own.restart(mode)))

    return say, restarts


def amid(
    made: Shop, own: Restartable, mode: str, words: str, program: str
) -> tuple[Callable[[str], Awaitable[None]], list[asyncio.Task[None]]]:
    """As `restarting`, but once that program, which is about to run, copies rows."""
    restarts: list[asyncio.Task[None]] = []

    async def say(text: str) -> None:
        await made.say(text)
        if text.startswith(words) and not restarts:
            restarts.append(asyncio.create_task(own.restart_amid(program, mode)))

    return say, restarts


class Telling:
    """Progress that says so."""

    def __init__(self, say: Callable[[str], Awaitable[None]]) -> None:
        self.say = say


def clear(error: OpsError) -> bool:
    """It says that the server went, and that trying again helps."""
    return "connection" in error.message and "again" in error.hint


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_in_the_middle_of_a_dump_and_of_a_restore(
    world: World, own: Restartable, tmp_path: Path, mode: str
) -> None:
    async with shop(world, tmp_path, own.url("shop")) as made:
        world.faults.switch("storage_slow", True, 0.4)
        await world.settled()
        say, restarts = amid(made, own, mode, "Looking at the database", "pg_dump")
        with pytest.raises(OpsError) as dumping:
            await made.take(say=say)
        assert clear(dumping.value), dumping.value
        await restarts[0]
        assert await made.leftovers() == ([], 0)
        backup = await made.take()

        say, restarts = amid(made, own, mode, "Making the database", "pg_restore")
        running = context(made, begun(made, f"OP-{mode.upper():X<7.7}", ""))
        running = replace(running, progress=Telling(say))
        with pytest.raises(OpsError) as loading:
            await restore(running, backup, "shop_copy")
        assert clear(loading.value), loading.value
        await restarts[0]
        world.faults.clear()
        await world.settled()
        database = made.house.clients.database
        assert await listed(database) == ()  # once the server was back, half a copy went
        done = await restore(running, backup, "shop_copy")
        assert done.restored.problems == ()
        (copy,) = await listed(database)
        assert (copy.name, copy.standing) == ("shop_copy", Standing.RESTORED)
        await drop(database, "shop_copy")


async def test_a_crash_in_the_middle_of_a_drill_leaves_no_scratch_database(
    world: World, own: Restartable, tmp_path: Path
) -> None:
    async with shop(world, tmp_path, own.url("shop")) as made:
        backup = await made.take()
        say, restarts = restarting(made, own, "immediate", "Counting the rows")
        with pytest.raises(OpsError) as caught:
            await drill(made.settings, made.house.clients, backup, person=ANA, say=say)
        assert "database" in caught.value.message
        await restarts[0]
        assert await listed(made.house.clients.database) == ()
        assert (await made.kept())[0].restored_at is None


class Crashing(Cutting):
    """The server crashes once it has committed, before anybody hears of it."""

    def __init__(self, own: Restartable) -> None:
        super().__init__(("127.0.0.1", own.port), COMMITTED)
        self._own = own
        self.crash: asyncio.Task[None] | None = None

    async def before_answer(self, chunk: bytes, talk: Talk) -> None:
        try:
            await super().before_answer(chunk, talk)
        except ConnectionResetError:
            self.crash = asyncio.create_task(self._own.restart("immediate"))
            raise


async def test_a_server_that_crashes_at_commit_is_asked_once_it_is_back(
    own: Restartable,
) -> None:
    direct, door = Database(own.url("shop")), Crashing(own)
    await create(direct, "shop_copy", "20261128", Standing.RESTORED)
    await describe(direct, "shop_copy", described(Standing.RESTORED, "20261128"))
    await door.open()
    dsn = own.url("shop").replace(f":{own.port}/", f":{door.port}/")
    done = await switch(Database(dsn), "shop_copy", "shop", "Ana Lima")
    assert door.crash is not None
    await door.crash
    assert done.seen_later  # what it had committed was on its disk
    (before,) = await listed(direct)
    assert before.name == done.before
    await switch(direct, done.before, "shop", "Ana Lima")
    await door.close()
