"""Old rows to the bucket and back: counted, verified, nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from psycopg import AsyncConnection

from bot.app import House
from bot.backups.leftovers import delete
from bot.command import Reply
from bot.sandbox.world import World
from bot.store.database_archives import ArchiveState
from tests.database.stage import as_stranger
from tests.database_care.stage import Agreeing, care_settings, table, typed, value
from tests.database_care.test_treatments import shown
from tests.engines import outlives, surroundings
from tests.logs.stage import opened

RULE = '\n[[database.archive]]\ntable = "old_things"\ncolumn = "at"\ndays = 30\n'
COLUMNS = """id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL,
  words text, "we""ird %s Näme" jsonb, twice int GENERATED ALWAYS AS (length(words) * 2) STORED"""
FILL = """INSERT INTO old_things (at, words, "we""ird %s Näme")
SELECT now() - n * interval '1 hour', CASE WHEN n % 7 = 0 THEN NULL WHEN n % 5 = 0 THEN ''
  ELSE E'a "b", c\\r\\n' || n || ' 🎬' END, jsonb_build_object('n', n)
FROM generate_series(1, {rows}) n"""
SUM = "SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM old_things t"


@asynccontextmanager
async def archiving(
    world: World, folder: Path, rows: int = 2_000, mode: str = "archive", **database: float
) -> AsyncIterator[tuple[House, AsyncConnection]]:
    """A house with one rule, and its table: rows of an hour each, those above 720 are old."""
    care_settings(world, folder, **({"archive_rows": 100} | database))
    path = folder / "pitchey.toml"
    path.write_text(f'{path.read_text("utf-8")}{RULE}mode = "{mode}"\n', "utf-8")
    from bot.settings import load

    async with (
        opened(world, folder, load(path, world.environment)) as house,
        table(world, "old_things", COLUMNS) as connection,
    ):
        house.dispatcher.guard.desk = Agreeing()
        await connection.execute(FILL.format(rows=rows).encode())
        await connection.execute("ANALYZE old_things")
        bucket = house.dispatcher.runtime.clients.backups
        before = {each.key for each in await bucket.objects("", deadline=30)}
        try:
            yield house, connection
        finally:  # the bucket is everybody's: what was archived goes again
            world.faults.clear()
            await world.settled()
            after = {each.key for each in await bucket.objects("", deadline=30)}
            await delete(house.dispatcher.runtime.clients, sorted(after - before))


def archive_id(reply: Reply) -> str:
    found = re.search(r"AR-[0-9A-Z]{8}", shown(reply))
    assert found, reply.text
    return found[0]


async def count(connection: AsyncConnection) -> Any:
    return await value(connection, "SELECT count(*) FROM old_things")


async def test_there_and_back_again_is_the_same(world: World, tmp_path: Path) -> None:
    async with archiving(world, tmp_path) as (house, connection):
        before = await value(connection, SUM)
        reply = await typed(house, "db archive old_things")
        assert reply.outcome == "succeeded", reply.text
        left = await count(connection)
        assert 700 < left < 760
        assert f"{2_000 - left:,} rows archived, {2_000 - left:,} rows deleted" in reply.text
        name = archive_id(reply)
        record = house.store.database_archives.get(name)
        assert record is not None
        assert (record.state, record.rows, record.deleted) == (
            ArchiveState.FINISHED, 2_000 - left, 2_000 - left,
        )  # fmt: skip
        assert name in shown(await typed(house, "db archives"))
        reply = await typed(house, f"db unarchive {name.lower()}")
        assert reply.outcome == "succeeded", reply.text
        assert await value(connection, SUM) == before
        again = await typed(house, f"db unarchive {name}")
        assert "are in public.old_things already" in again.text
        assert await value(connection, SUM) == before


async def test_changed_and_missing_rows_are_told_when_restoring(
    world: World, tmp_path: Path
) -> None:
    async with archiving(world, tmp_path, 1_000) as (house, connection):
        name = archive_id(await typed(house, "db archive old_things"))
        await typed(house, f"db unarchive {name}")
        await connection.execute("UPDATE old_things SET words = 'new' WHERE id = 900")
        await connection.execute("DELETE FROM old_things WHERE id = 901")
        reply = await typed(house, f"db unarchive {name}")
        assert reply.text.startswith(":warning: 1 row of")
        assert "1 row is there with other values" in shown(reply)
        assert await value(connection, "SELECT words FROM old_things WHERE id = 900") == "new"


async def test_rows_that_others_point_to_stay(world: World, tmp_path: Path) -> None:
    child = "id int, parent bigint REFERENCES old_things (id) ON DELETE CASCADE"
    async with (
        archiving(world, tmp_path, 1_000) as (house, connection),
        table(world, "children", child) as children,
    ):
        await children.execute("INSERT INTO children VALUES (1, 950), (2, 951), (3, 1)")
        reply = await typed(house, "db archive old_things")
        assert reply.outcome == "succeeded", reply.text
        assert "2 old rows stay because other rows point to them" in shown(reply)
        assert await value(children, "SELECT count(*) FROM children") == 3
        assert await value(connection, "SELECT count(*) FROM old_things WHERE id >= 950") == 2


@pytest.mark.parametrize("fault", ["storage_refuses", "storage_down"])
async def test_a_bucket_that_refuses_loses_nothing_and_it_goes_on(
    world: World, tmp_path: Path, fault: str
) -> None:
    async with archiving(world, tmp_path, 1_000) as (house, connection):
        world.faults.switch(fault, True)
        await world.settled()
        reply = await typed(house, "db archive old_things")
        assert reply.outcome == "failed"
        assert "No row was deleted" in shown(reply)
        assert await count(connection) == 1_000
        world.faults.clear()
        await world.settled()
        reply = await typed(house, "db archive old_things")
        assert reply.outcome == "succeeded", reply.text
        assert await count(connection) < 760


async def test_a_bucket_that_cuts_transfers_loses_nothing(world: World, tmp_path: Path) -> None:
    async with archiving(world, tmp_path, 900, archive_rows=20_000) as (house, connection):
        await connection.execute(
            "UPDATE old_things SET words = (SELECT string_agg(md5(id::text || n), '') "
            "FROM generate_series(1, 400) n) WHERE id > 720"
        )
        world.faults.switch("storage_cuts", True)
        await world.settled()
        reply = await typed(house, "db archive old_things")
        world.faults.clear()
        await world.settled()
        assert reply.outcome == "failed", reply.text
        assert await count(connection) == 900
        reply = await typed(house, "db archive old_things")
        assert reply.outcome == "succeeded", reply.text
        assert await count(connection) < 760


async def test_what_the_bucket_spoilt_is_not_deleted(world: World, tmp_path: Path) -> None:
    async with archiving(world, tmp_path, 1_000, lock_seconds=0.1) as (house, connection):
        bucket = house.dispatcher.runtime.clients.backups
        async with connection.transaction():
            await connection.execute("LOCK TABLE old_things IN SHARE MODE")
            reply = await typed(house, "db archive old_things")
        assert reply.outcome == "failed"
        record = house.store.database_archives.unfinished()[0]
        assert (record.state, record.deleted) == (ArchiveState.DELETING, 0)
        key = house.store.database_archives.parts(record.id)[1].key
        await bucket.run(
            lambda client: client.put_object(Bucket=bucket.name, Key=key, Body=b"spoilt"),
            deadline=10,
        )
        reply = await typed(house, "db archive old_things")
        assert "its sum differs" in shown(reply)
        record = house.store.database_archives.unfinished()[0]
        assert await count(connection) == 1_000 - record.deleted == 900
        assert "not whole" not in shown(await typed(house, f"db unarchive {record.id}"))


async def test_a_row_that_is_changed_in_between_stays(world: World, tmp_path: Path) -> None:
    async with archiving(world, tmp_path, 1_000, lock_seconds=0.1) as (house, connection):
        async with connection.transaction():
            await connection.execute("LOCK TABLE old_things IN SHARE MODE")
            await typed(house, "db archive old_things")
        await connection.execute("UPDATE old_things SET words = 'newer' WHERE id IN (990, 991)")
        reply = await typed(house, "db archive old_things")
        assert reply.outcome == "succeeded", reply.text
        assert "2 rows stayed: changed since they were copied" in shown(reply)
        kept = await value(connection, "SELECT count(*) FROM old_things WHERE words = 'newer'")
        assert kept == 2


async def test_deleting_without_a_copy_wants_a_second_person(world: World, tmp_path: Path) -> None:
    async with archiving(world, tmp_path, 1_000, mode="delete") as (house, connection):
        assert "needs a reason" in (await typed(house, "db archive old_things")).text
        reply = await typed(house, 'db archive old_things --reason "by the rules" --break-glass')
        assert reply.outcome == "succeeded", reply.text
        assert "no copy" in shown(reply)
        assert 700 < await count(connection) < 760


async def test_kill_9_at_any_moment_loses_and_doubles_nothing(world: World, tmp_path: Path) -> None:
    async with archiving(world, tmp_path, 1_500, archive_rows=40) as (house, connection):
        before = await value(connection, SUM)
        environment = os.environ | world.environment | {
            "PITCHEY_CONFIG": str(tmp_path / "pitchey.toml")
        } | surroundings(house.settings.store.path)  # fmt: skip
        reached = {
            "copying": lambda record: record.rows >= 120,
            "deleting": lambda record: record.deleted >= 80,
        }
        for moment in ("copying", "deleting"):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "db", "archive", "old_things", "--yes",
                env=environment, stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            already = sum(each.deleted for each in house.store.database_archives.unfinished())
            for _ in range(4_000):
                found = house.store.database_archives.unfinished()
                if (
                    found
                    and reached[moment](found[0])
                    and (moment == "copying" or found[0].deleted > already)
                ):
                    break
                if process.returncode is not None:
                    break
                await asyncio.sleep(0.01)
            assert process.returncode is None, "it ended before it could be killed"
            process.send_signal(signal.SIGKILL)
            await process.wait()
            await asyncio.sleep(outlives(house.settings.store.path))
        house.dispatcher.guard.look()
        assert house.store.database_archives.unfinished()[0].deleted >= 80
        reply = await typed(house, "db archive old_things")
        assert reply.outcome == "succeeded", reply.text
        assert "was begun before and went on" in shown(reply)
        name = archive_id(reply)
        record = house.store.database_archives.get(name)
        assert record is not None
        assert record.rows == record.deleted == 1_500 - int(await count(connection))
        await typed(house, f"db unarchive {name}")
        assert await value(connection, SUM) == before


async def test_what_cannot_be_archived_says_why(world: World, tmp_path: Path) -> None:
    async with archiving(world, tmp_path, 10) as (house, connection):
        for line, words in (
            ("db archive", "Nothing to archive: no row of old_things is old enough"),
            ("db archive users", "No rule says"),
            ("db unarchive nonsense", "no archive's id"),
            ("db unarchive AR-999999", "There is no archive"),
        ):
            reply = await typed(house, line)
            assert words in shown(reply) + reply.text, line
        async with as_stranger(world) as stranger:
            house.dispatcher.runtime.clients.database.dsn = stranger.dsn
            reply = await typed(house, "db archive old_things")
            assert "GRANT SELECT, UPDATE, DELETE ON public.old_things" in reply.text + shown(reply)
        house.dispatcher.runtime.clients.database.dsn = world.database.url
        await connection.execute("ALTER TABLE old_things DROP CONSTRAINT old_things_pkey")
        assert "has no primary key" in (await typed(house, "db archive old_things")).text
