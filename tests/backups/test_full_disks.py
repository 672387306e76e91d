"""Disks that really get full: the bot's own, and the database server's."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from psycopg import AsyncConnection

from bot.backups.beside_databases import listed
from bot.errors import OpsError
from bot.sandbox.workspace import ANA, OPS
from bot.sandbox.world import World
from bot.store.operation_rows import State
from handlers.backups.keeping import tidy
from handlers.backups.restoring import restore
from tests.backups.restarting import server
from tests.backups.stage import BIG, shop, until
from tests.backups.test_resuming import begun, context
from tests.lessons.stage import staged

MEGABYTE = 1 << 20


def fill(disk: Path, left: int) -> Path:
    """A file that leaves so many bytes."""
    filler = disk / "filler"
    filler.unlink(missing_ok=True)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - left)
    return filler


def left_over(disk: Path) -> list[str]:
    return [each.name for each in disk.glob(".*")]


async def test_the_bots_full_disk_costs_its_own_data_then_the_proof_and_never_the_record(
    world: World, small_disk: Path
) -> None:
    path = small_disk / "store.sqlite3"
    with closing(sqlite3.connect(path)) as store:
        store.execute("create table years as select randomblob(6000000) as incidents")
    async with staged(world, small_disk) as stage:
        ana = stage.person(ANA, OPS)
        fill(small_disk, 3 * MEGABYTE)  # for the journal, and not for a copy of the store
        await ana.types("/pitchey backup now")
        await ana.sees("Nothing has changed yet")  # others left buttons of that name here
        await ana.presses("Run backup now", confirming="Yes, change it")
        await ana.sees_message("is made and verified")
        await ana.sees("Does not go with it: store.sqlite3")
        await ana.types("/pitchey backup show last")
        await ana.sees("is full")
        assert left_over(small_disk) == []

        world.faults.switch("storage_slow", True, 0.5)
        await world.settled()
        await ana.types("/pitchey backup now")
        await ana.sees("Nothing has changed yet")
        await ana.presses("Run backup now", confirming="Yes, change it")
        runner = stage.house.dispatcher.guard.runner
        operations = stage.store.operations
        await until(lambda: any(operations.steps(each.id) for each in operations.running()))
        filler = fill(small_disk, 0)
        await until(lambda: bool(runner.unwritten))
        assert operations.newest(1)[0].state is State.RUNNING
        world.faults.clear()
        await world.settled()
        filler.unlink()
        await ana.sees_message("is in the bucket, but it was not read back")
        await ana.sees("is full: nothing more can be recorded")
        assert operations.newest(1)[0].state is State.FAILED
        assert left_over(small_disk) == []
        # One that was killed in the middle of its copy leaves it; the hourly tidying finds it.
        room = small_disk / ".store.sqlite3.20260101-030000-k7q2-"
        room.mkdir()
        os.utime(room, (0, 0))
        told = await tidy(stage.runtime, stage.runtime.now())
        assert "1 copy of the bot's own data" in told
        assert left_over(small_disk) == []


async def test_a_full_disk_of_the_server_leaves_no_half_copy(
    world: World, tmp_path: Path, small_disk: Path
) -> None:
    if os.geteuid() == 0:
        os.chown(small_disk, 65_534, 65_534)
    async with (
        server(tmp_path, *BIG) as own,
        shop(world, tmp_path, own.url("shop")) as made,
        await AsyncConnection.connect(own.url("postgres"), autocommit=True) as owner,
    ):
        await owner.execute(f"create tablespace small location '{small_disk}'".encode())
        await owner.execute("alter database template0 set tablespace small")
        backup = await made.take()
        running = context(made, begun(made, "OP-FULL111", ""))
        with pytest.raises(OpsError) as caught:
            await restore(running, backup, "shop_copy")
        assert "No space left on device" in caught.value.message
        assert caught.value.hint == "The server's disk is full: make room there first."
        assert await listed(made.house.clients.database) == ()
        found = await owner.execute("select count(*) from pg_database where datname like 'shop%'")
        assert await found.fetchone() == (1,)
