"""Restores beside a live database, the switch, the drill, and what is left where they break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo

from bot.backups.beside_databases import BesideDatabase, Standing, check_name, drop, listed
from bot.backups.drilling import drill
from bot.backups.restoring import restore_into
from bot.backups.switching import find, name_before, switch
from bot.clients.postgres_grants import read_everything
from bot.errors import BadInput, OpsError, Refused
from bot.journal import OperationCancelled
from bot.sandbox.world import World
from tests.backups.stage import ANA, Shop, database, owner, shop

COPY = "shop_copy"
_SHOP = (
    "create table orders (id int primary key, what text); "
    "insert into orders select n, 'order ' || n from generate_series(1, 2000) n",
    "create table customers as select n as id from generate_series(1, 50) n; "
    "create index on customers (id); create view many as select count(*) from orders",
    "alter database shop set statement_timeout to '61s'",
)


@pytest_asyncio.fixture(loop_scope="session")
async def live(world: World, tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop whose live database is called `shop`."""
    async with database(world, "shop", *_SHOP) as dsn, shop(world, tmp_path, dsn) as made:
        yield made
        for each in await listed(made.house.clients.database):
            await drop(made.house.clients.database, each.name)


async def rows(world: World, name: str) -> int:
    async with await owner(world, name) as connection:
        found = await (await connection.execute("select count(*) from orders")).fetchone()
    assert found is not None
    return int(found[0])


async def restored(live: Shop, name: str = COPY, say: object = None) -> list[BesideDatabase]:
    backup = await live.take()
    server = live.house.clients.database
    await restore_into(
        live.settings, live.house.clients, server, backup, name, standing=Standing.RESTORED,
        by="Ana Lima", say=say or live.say,  # type: ignore[arg-type]
    )  # fmt: skip
    return list(await listed(server))


async def test_a_copy_stands_beside_the_live_one_with_its_settings(
    world: World, live: Shop
) -> None:
    (copy,) = await restored(live)
    assert (copy.name, copy.standing, copy.rows) == (COPY, Standing.RESTORED, 2050)
    async with await owner(world, COPY) as connection:
        told = await (await connection.execute("show statement_timeout")).fetchone()
        owns = await (
            await connection.execute("select tableowner from pg_tables where tablename = 'orders'")
        ).fetchone()
    assert told == ("61s",)
    assert owns == ("pitchey",)
    with pytest.raises(BadInput, match=f"There is a database called {COPY} already"):
        await restored(live)


async def test_the_switch_gives_the_name_at_once_and_keeps_what_was_live(
    world: World, live: Shop
) -> None:
    await restored(live)
    server = live.house.clients.database
    dsn = server.dsn or ""
    async with await AsyncConnection.connect(dsn, autocommit=True) as busy:
        await busy.execute("insert into orders values (9999, 'after the backup')")
        switched = await switch(server, COPY, "shop", "Ana Lima")
        with pytest.raises(psycopg.OperationalError):
            await busy.execute("select 1")
    assert switched.sessions_ended >= 1
    assert (await rows(world, "shop"), await rows(world, switched.before)) == (2000, 2001)
    (before,) = await listed(server)
    assert (before.name, before.standing) == (switched.before, Standing.REPLACED)
    # And back again, the same way.
    back = await switch(server, switched.before, "shop", "Ana Lima")
    assert (await rows(world, "shop"), await rows(world, back.before)) == (2001, 2000)


async def test_applications_that_come_back_all_the_time_do_not_stop_the_switch(
    live: Shop,
) -> None:
    await restored(live)
    server, stop = live.house.clients.database, asyncio.Event()
    served: list[int] = []

    async def visit() -> None:
        after = 0
        while not stop.is_set() or after < 2:
            with suppress(psycopg.OperationalError):  # cut, or signed in in that very moment
                async with await AsyncConnection.connect(server.dsn or "") as connection:
                    await connection.execute("select count(*) from orders")
                    after += stop.is_set()
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0)
        served.append(after)

    visitors = [asyncio.create_task(visit()) for _ in range(4)]
    await switch(server, COPY, "shop", "Ana Lima")
    stop.set()
    await asyncio.gather(*visitors)
    assert served == [2, 2, 2, 2]


async def test_a_switch_that_fails_changes_nothing(world: World, live: Shop) -> None:
    await restored(live)
    server = live.house.clients.database
    async with await owner(world, "shop") as superuser:  # whom the bot's role may not end
        with pytest.raises(OpsError) as caught:
            await switch(server, COPY, "shop", "Ana Lima")
        await superuser.execute("select 1")
    assert "A session of postgres in shop" in caught.value.message
    assert "nothing was switched" in caught.value.message
    assert await rows(world, "shop") == 2000
    (copy,) = await listed(server)
    assert (copy.name, copy.standing) == (COPY, Standing.RESTORED)


async def test_an_unfinished_copy_is_told_and_never_switched_to(live: Shop) -> None:
    async def say(text: str) -> None:
        if text.startswith(("Loading", "Everything", "Counting")):
            raise OperationCancelled("Somebody pressed Cancel.")

    with suppress(OperationCancelled):
        await restored(live, say=say)
    server = live.house.clients.database
    (copy,) = await listed(server)
    assert copy.standing is Standing.RESTORING
    with pytest.raises(BadInput, match="is not a whole copy: it is restoring"):
        await find(server, COPY)
    with pytest.raises(BadInput, match="no restored database called other"):
        await find(server, "other")


async def test_a_damaged_backup_is_not_restored(world: World, live: Shop) -> None:
    backup = await live.take()
    world.faults.switch("backup_damaged", True)
    await world.settled()
    server = live.house.clients.database
    with pytest.raises(OpsError):
        await restore_into(
            live.settings, live.house.clients, server, backup, COPY, standing=Standing.RESTORED,
            by="Ana", say=live.say,
        )  # fmt: skip
    (copy,) = await listed(server)
    assert copy.standing is Standing.RESTORING


async def test_a_drill_compares_every_table_and_leaves_nothing(live: Shop) -> None:
    backup = await live.take()
    found = await drill(live.settings, live.house.clients, backup, person=ANA, say=live.say)
    assert found.problems == ()
    assert (found.tables, found.rows, found.good) == (2, 2050, True)
    assert found.rto_seconds > 0
    assert await listed(live.house.clients.database) == ()
    (kept,) = await live.ours()
    assert kept.restored_at is not None
    assert kept.verified


async def test_a_drill_that_misses_its_targets_says_so(live: Shop) -> None:
    live.settings = live.settings.model_copy(
        update={"backups": live.settings.backups.model_copy(update={"rpo_hours": 1e-9})}
    )
    found = await drill(
        live.settings, live.house.clients, await live.take(), person=ANA, say=live.say
    )
    assert (found.in_time, found.fresh, found.good) == (True, False, False)


async def test_a_role_that_may_not_make_databases_is_told_the_grant(
    world: World, live: Shop
) -> None:
    async with await owner(world, "shop") as own:
        await own.execute("drop role if exists plain_role")
        await own.execute("create role plain_role login password 'plain-Qz7-long-enough'")
        major = own.info.server_version // 10_000
        await own.execute(read_everything("plain_role", major).encode())
        try:
            backup = await live.take()
            server = type(live.house.clients.database)(
                make_conninfo(
                    live.house.clients.database.dsn or "", user="plain_role",
                    password="plain-Qz7-long-enough",
                )
            )  # fmt: skip
            with pytest.raises(Refused) as caught:
                await restore_into(
                    live.settings, live.house.clients, server, backup, COPY,
                    standing=Standing.RESTORED, by="Ana", say=live.say,
                )  # fmt: skip
            assert 'ALTER ROLE "plain_role" CREATEDB;' in caught.value.hint
        finally:
            await own.execute("drop owned by plain_role; drop role plain_role")


@pytest.mark.parametrize("name", ["", "Größe", "1st", "a b", "postgres", "x" * 64, 'a";drop'])
def test_names_that_would_need_quoting_are_refused(name: str) -> None:
    with pytest.raises(BadInput):
        check_name(name)


def test_the_name_of_before_fits_whatever_the_live_one_is_called() -> None:
    from datetime import UTC, datetime

    now = datetime(2026, 11, 28, 3, 4, 5, tzinfo=UTC)
    assert name_before("pitchey", now) == "pitchey_before_20261128_030405"
    assert name_before("shop", now, {"shop_before_20261128_030405"}) == (
        "shop_before_20261128_030405_2"
    )
    assert len(name_before("ü" * 40, now).encode()) <= 63
