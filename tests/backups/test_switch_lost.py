"""A switch whose connection is really lost: what is said of it is what is true on the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo

from bot.backups.beside_databases import (
    RESTORE_SESSION,
    Standing,
    create,
    describe,
    described,
    drop,
    elsewhere,
    listed,
)
from bot.backups.switch_outcome import Attempt, lost, switched_after_all
from bot.backups.switching import switch
from bot.clients.postgres import Database
from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.errors import OpsError
from bot.sandbox.door import Door, Talk
from bot.sandbox.world import World
from tests.backups.stage import Shop, database, owner, shop

COPY = "shop_copy"
RENAMED, COMMITTED = b"ALTER DATABASE\x00", b"C\x00\x00\x00\x0bCOMMIT\x00"


class Cutting(Door):
    """Once a database was renamed: drops the connection in place of an answer that holds `words`,
    and shuts if told to."""

    def __init__(self, target: tuple[str, int], words: bytes, *, shuts: bool = False) -> None:
        super().__init__(target)
        self._words, self._shuts, self._renamed, self.cuts = words, shuts, False, 0
        self._shutting: asyncio.Task[None] | None = None

    async def before_answer(self, chunk: bytes, talk: Talk) -> None:
        del talk
        self._renamed = self._renamed or RENAMED in chunk
        if self._renamed and self._words in chunk and not self.cuts:
            self.cuts += 1
            if self._shuts:
                self._shutting = asyncio.create_task(self.shut())
            raise ConnectionResetError


@asynccontextmanager
async def restored(world: World, folder: Path) -> AsyncIterator[Shop]:
    """A live database `shop` of two tables, and a whole copy of it that has none."""
    async with (
        database(world, "shop", "create table orders (id int)") as dsn,
        shop(world, folder, dsn) as made,
    ):
        server = made.house.clients.database
        await drop(server, COPY)  # of a run that was killed
        await create(server, COPY, "20261128", Standing.RESTORED)
        await describe(server, COPY, described(Standing.RESTORED, "20261128"))
        try:
            yield made
        finally:
            for each in await listed(elsewhere(server, "postgres")):
                await drop(elsewhere(server, "postgres"), each.name)


@asynccontextmanager
async def through(made: Shop, door: Door) -> AsyncIterator[Database]:
    """The same server by way of that door."""
    await door.open()
    try:
        dsn = make_conninfo(made.house.clients.database.dsn or "", port=str(door.port))
        yield Database(dsn)
    finally:
        await door.close()


async def is_copy(world: World) -> bool:
    """Whether the live database is the copy now, which has no table."""
    async with await owner(world, "shop") as connection:
        found = await connection.execute("select to_regclass('orders') is null")
        told = await found.fetchone()
    return told == (True,)


async def test_an_answer_to_commit_that_is_lost_is_asked_for_again(
    world: World, tmp_path: Path
) -> None:
    async with restored(world, tmp_path) as made:
        door = Cutting(world.database.door.target, COMMITTED)
        async with through(made, door) as server:
            switched = await switch(server, COPY, "shop", "Ana Lima")
        assert door.cuts == 1
        assert switched.seen_later
        assert await is_copy(world)
        names = [each.name for each in await listed(made.house.clients.database)]
        assert names == [switched.before]


async def test_a_connection_that_is_lost_before_commit_changed_nothing(
    world: World, tmp_path: Path
) -> None:
    async with restored(world, tmp_path) as made:
        door = Cutting(world.database.door.target, RENAMED)
        async with through(made, door) as server:
            with pytest.raises(OpsError) as caught:
                await switch(server, COPY, "shop", "Ana Lima")
            assert door.cuts == 1
            assert "nothing was changed" in caught.value.message
            assert f"restore switch {COPY}" in caught.value.hint
            assert not await is_copy(world)
            again = await switch(server, COPY, "shop", "Ana Lima")  # as the hint says
        assert not again.seen_later
        assert await is_copy(world)


async def test_a_server_that_does_not_come_back_leaves_it_unknown_and_says_how_to_look(
    world: World, tmp_path: Path
) -> None:
    async with restored(world, tmp_path) as made:
        door = Cutting(world.database.door.target, COMMITTED, shuts=True)
        async with through(made, door) as server:
            with pytest.raises(OpsError) as caught:
                await switch(server, COPY, "shop", "Ana Lima", patience=0.1)
        assert "NOT KNOWN whether shop was switched" in caught.value.message
        assert "/pitchey restore list" in caught.value.hint
        (before,) = await listed(made.house.clients.database)
        assert f"With {before.name} in it, shop is the copy now" in caught.value.hint


async def test_an_administrator_who_ends_the_session_is_no_riddle(
    world: World, tmp_path: Path
) -> None:
    """As a server that shuts down does, with its own words (57P01)."""
    end = (
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s "
        "and query like 'alter database%%'"
    )
    async with restored(world, tmp_path) as made, await owner(world) as superuser:
        # A lock that the second rename waits for: so there is time to end it there.
        await superuser.set_autocommit(False)
        await superuser.execute(f"comment on database {COPY} is 'held'")
        switching = asyncio.create_task(
            switch(made.house.clients.database, COPY, "shop", "Ana Lima")
        )
        async with await owner(world) as other, asyncio.timeout(120):
            while not await (await other.execute(end, (RESTORE_SESSION,))).fetchall():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        with pytest.raises(OpsError, match="nothing was changed"):
            await switching
        await superuser.rollback()
        assert not await is_copy(world)


async def test_a_session_that_lives_on_beyond_a_cut_line_is_ended_before_it_is_believed(
    world: World, tmp_path: Path
) -> None:
    """A line that is cut without a word: the server would hold the live database for hours."""
    async with restored(world, tmp_path) as made:
        server = made.house.clients.database
        dsn = make_conninfo(server.dsn or "", dbname="postgres", application_name=RESTORE_SESSION)
        async with await AsyncConnection.connect(dsn) as left:
            await left.execute("alter database shop rename to shop_before")
            attempt = Attempt(COPY, "shop", "shop_before", "postgres", left.info.backend_pid)
            assert not await switched_after_all(server, attempt, patience=10.0)
            async with asyncio.timeout(5):
                assert not await is_copy(world)  # nobody holds it any more
            await left.close()


def test_only_a_lost_connection_is_looked_after() -> None:
    def failure(state: str | None) -> DatabaseFailure:
        return DatabaseFailure(DatabaseTrouble.OTHER, state=state)

    assert [lost(failure(state)) for state in (None, "57P01", "57P02", "08006")] == [True] * 4
    assert [lost(failure(state)) for state in ("55P03", "42501", "57014")] == [False] * 3
