"""A bot that is killed in the middle of an upload: what is left, what is listed, what goes."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from datetime import timedelta
from pathlib import Path

from bot.backups.leftovers import abandoned, abort, unfinished
from bot.backups.shelf import bucket_clock
from bot.sandbox.configuration import surroundings
from bot.sandbox.world import World
from tests.backups.stage import database, owner, shop
from tests.engines import surroundings as of_store

_SESSIONS = "select count(*) from pg_stat_activity where datname = 'large' and pid <> 0"


async def test_parts_of_a_killed_bot_are_listed_and_taken_away_later(
    world: World, tmp_path: Path, big: str
) -> None:
    async with shop(world, tmp_path, big) as made, await owner(world) as connection:
        # Others that were killed in this sandbox have left theirs.
        house = made.house
        await abort(house.clients, await unfinished(made.settings, house.clients))
        world.faults.switch("storage_slow", True, 0.4)
        await world.settled()
        variables = surroundings(world.environment | {"DATABASE_URL": big}) | of_store(
            tmp_path / "killed.sqlite3"
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.backups.killed", str(world.config_path),
            str(tmp_path / "killed.sqlite3"), env=variables, stdout=PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        async with asyncio.timeout(120):
            while line := await process.stdout.readline():
                if line.startswith(b"Dumping") and not line.startswith(b"Dumping: 0 bytes"):
                    break
        process.send_signal(signal.SIGKILL)
        await process.wait()
        world.faults.clear()
        await world.settled()

        clients, settings = made.house.clients, made.settings
        left = await unfinished(settings, clients)
        assert [each.key.rpartition("/")[2] for each in left] == ["database.dump.zst"]
        now = await bucket_clock(clients)
        assert abandoned(left, settings, now) == ()  # another bot might be writing it
        later = now + timedelta(minutes=settings.backups.most_minutes + 31)
        assert await made.ours() == []  # no manifest, no backup
        assert await abort(clients, abandoned(left, settings, later)) == 1
        assert await made.leftovers() == ([], 0)
        async with asyncio.timeout(120):  # pg_dump ends by itself: nobody reads what it writes
            while (await (await connection.execute(_SESSIONS)).fetchone()) != (0,):  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def test_many_tables_need_no_more_locks_than_the_server_has(
    world: World, tmp_path: Path
) -> None:
    made_of = (
        "do $$ begin for n in 1..10000 loop execute format('create table t%s (id int)', n); "
        "if n % 500 = 0 then commit; end if; end loop; end $$"
    )
    async with database(world, "many", made_of) as dsn, shop(world, tmp_path, dsn) as made:
        verified = await made.verify(await made.take())
    assert verified.proof.problems == ()
    assert len(verified.proof.tables) == 10_000
