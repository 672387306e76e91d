"""The server restarts in the middle of the work, by a fast shutdown and as after a crash."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest
from psycopg import AsyncConnection

from bot.app import House
from bot.command import Reply
from bot.sandbox.world import World
from bot.store.database_archives import ArchiveState
from handlers.database_care import restarting
from handlers.database_care.archiving.deleting import Tally
from tests.database.stage import owner
from tests.database_care.stage import caring, table, typed, until, value
from tests.database_care.test_archiving import archive_id, archiving, count
from tests.database_care.test_treatments import shown

HOW = pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "crash"])
INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
WORDS = "id int PRIMARY KEY, word int"
RESTARTED = "The database server was restarted in the middle of it"


async def restarted_during(
    world: World, house: House, line: str, how: signal.Signals, *, mode: str, statement: str,
    name: str = "spoilt",
) -> Reply:  # fmt: skip
    """The answer to `line`, whose `statement` somebody's lock holds up until the restart."""
    holder = await AsyncConnection.connect(world.database.url, application_name="admin-console")
    await holder.execute(f"LOCK TABLE {name} IN {mode} MODE".encode())
    running = asyncio.create_task(typed(house, line))
    try:
        async with await owner(world) as watcher:
            await until(
                watcher,
                "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' "  # noqa: S608
                f"AND query ILIKE '{statement}%'",
            )
        await world.database.restart(how)
    finally:
        await holder.close()
    return await running


@HOW
async def test_a_vacuum_is_told_as_cut_off_and_the_lock_is_given_back(
    world: World, tmp_path: Path, how: signal.Signals
) -> None:
    async with (
        caring(world, tmp_path, lock_seconds=30.0) as house,
        table(world, "spoilt", WORDS, rows=100),
    ):
        reply = await restarted_during(
            world, house, "db vacuum spoilt", how, mode="ACCESS EXCLUSIVE", statement="VACUUM"
        )
        assert reply.outcome == "failed", reply.text
        assert f"*public.spoilt* was not done. {RESTARTED}." in shown(reply)
        assert "db vacuum public.spoilt" in shown(reply)
        reply = await typed(house, "db vacuum spoilt")
        assert reply.outcome == "succeeded", reply.text


@HOW
async def test_indexes_leave_nothing_invalid_behind(
    world: World, tmp_path: Path, how: signal.Signals
) -> None:
    async with (
        caring(world, tmp_path, lock_seconds=30.0) as house,
        table(world, "spoilt", WORDS, rows=100),
    ):
        reply = await restarted_during(
            world, house, "db reindex spoilt", how, mode="ROW EXCLUSIVE", statement="REINDEX"
        )
        assert RESTARTED in shown(reply)
        assert "Invalid leftovers dropped: `public.spoilt_pkey_ccnew`" in shown(reply)
        line = "db create-index spoilt --columns=word --name=spoilt_word"
        reply = await restarted_during(
            world, house, line, how, mode="ROW EXCLUSIVE", statement="CREATE INDEX"
        )
        assert reply.outcome == "failed", reply.text
        assert RESTARTED in reply.text
        assert "Nothing invalid stays." in shown(reply)
        assert "Try again" in shown(reply)
        async with await owner(world) as watcher:
            assert await value(watcher, INVALID) == 0
        reply = await typed(house, line)
        assert reply.outcome == "succeeded", reply.text


@HOW
@pytest.mark.parametrize("mode", ["archive", "delete"])
async def test_an_archive_goes_on_and_counts_right(
    world: World, tmp_path: Path, how: signal.Signals, mode: str
) -> None:
    async with archiving(world, tmp_path, 1_000, mode=mode, lock_seconds=30.0) as (house, first):
        await first.close()
        line = 'db archive old_things --reason "by the rules" --break-glass'
        reply = await restarted_during(
            world, house, line, how, mode="SHARE", name="old_things",
            statement="delete from public.old_things" if mode == "archive" else "with old as",
        )  # fmt: skip
        assert reply.outcome == "succeeded", reply.text + shown(reply)
        assert f"{RESTARTED}, and it went on" in shown(reply)
        async with await AsyncConnection.connect(world.database.url, autocommit=True) as now:
            gone = 1_000 - int(await count(now))
            assert gone > 250
            assert f"{gone} rows deleted" in reply.text
            if mode == "archive":
                name = archive_id(reply)
                record = house.store.database_archives.get(name)
                assert record is not None
                assert (record.state, record.rows, record.deleted) == (
                    ArchiveState.FINISHED, gone, gone,
                )  # fmt: skip
                await typed(house, f"db unarchive {name}")
                assert await count(now) == 1_000


async def test_a_server_that_stays_away_is_said_to(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarting, "COMES_BACK_WITHIN", 0.5)
    async with (
        caring(world, tmp_path, lock_seconds=30.0) as house,
        table(world, "spoilt", WORDS, rows=100),
    ):
        holder = await owner(world, autocommit=False)  # past the door, so that it is not cut
        await holder.execute("LOCK TABLE spoilt IN ROW EXCLUSIVE MODE")
        running = asyncio.create_task(typed(house, "db reindex spoilt"))
        async with await owner(world) as watcher:
            await until(watcher, INVALID.replace("count(*)", "count(*) > 0"))
            world.faults.switch("database_down", True)
            await world.settled()
            reply = await running
            world.faults.clear()
            await world.settled()
            assert "Stopped while spoilt was reindexed: The server went away" in reply.text
            assert "An invalid leftover may have stayed" in shown(reply)
            # The server may go on with a statement whose client is gone.
            reindexing = "FROM pg_stat_activity WHERE query LIKE 'REINDEX%' AND state = 'active'"
            await watcher.execute(f"SELECT pg_terminate_backend(pid) {reindexing}".encode())
            await until(watcher, f"SELECT count(*) = 0 {reindexing}")
        await holder.close()
        reply = await typed(house, "db maintain daily")
        assert "1 invalid leftover dropped" in shown(reply), shown(reply)


async def test_a_batch_whose_commit_was_not_answered_is_asked_for(world: World) -> None:
    from bot.clients.postgres import Database

    database, tally = Database(world.database.url), Tally(5)
    async with await AsyncConnection.connect(world.database.url) as connection:
        for end, deleted in ((connection.commit, 12), (connection.rollback, 12)):
            await connection.execute("UPDATE users SET email = email WHERE id = 1")
            identity = await value(connection, "SELECT pg_current_xact_id()::text")
            await end()
            tally.unsure = (str(identity), 7)
            await tally.settle(database)
            assert (tally.deleted, tally.unsure) == (deleted, None)
