"""Migrations cut off in a real PostgreSQL: blocked, failed, killed; what stays and how to go on."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.backups.beside_databases import Standing, describe, described
from bot.sandbox.workspace import ANA
from bot.store.operation_rows import Decision, State
from handlers.migrations.recovering import clear
from handlers.migrations.scratch import name_of
from tests.migrations.conftest import WITHIN, Migrating


async def test_failing_in_the_middle_says_exactly_what_stays(migrating: Migrating) -> None:
    migrating.write("1.sql", "create table mt_kept (id int);")
    migrating.write(
        "2.sql", "create table mt_undone (id int);\ninsert into mt_kept values (1);\nselect 1/0;"
    )
    migrating.write("3.sql", "create table mt_never (id int);")
    failed = await migrating.apply()
    shown = str(failed.blocks)
    assert "The migration failed in 2.sql" in failed.text
    assert "division by zero (22012)" in shown
    assert "Statement 3, line 3" in shown
    assert "2.sql was rolled back whole" in shown
    assert "1 of 3 files are applied: 1.sql." in shown
    assert "restore beside from 2" in shown  # the backup of before, by its id
    assert await migrating.sql("select * from mt_kept") == []
    assert not await migrating.exists("mt_undone")
    migrating.write("2.sql", "create table mt_undone (id int);")
    done = await migrating.apply()
    assert "2 migrations are applied" in done.text, done
    assert await migrating.exists("mt_never")


async def test_without_a_transaction_it_goes_on_where_it_stopped(migrating: Migrating) -> None:
    await migrating.sql("create table mt_twice as select 1 as id from generate_series(1, 2)")
    migrating.write(
        "1.sql",
        "-- no-transaction\ncreate index concurrently mt_first on mt_twice (id);\n"
        "create unique index concurrently mt_second on mt_twice (id);\nselect 1;",
    )
    failed = await migrating.apply()
    shown = str(failed.blocks)
    assert "could not create unique index" in shown
    assert "its first 1 statement stays" in shown
    assert "1.sql in part, 1 of 3 statements" in shown
    assert not await migrating.exists("mt_second")  # invalid, and dropped
    state = await migrating.terminal("migrate")
    assert "1.sql is applied in part, 1 of 3 statements" in state.text
    await migrating.sql("truncate mt_twice")
    done = await migrating.apply()
    assert "1 migration is applied" in done.text, done
    assert await migrating.exists("mt_second")


async def test_a_real_blocker_is_named_and_nothing_is_changed(migrating: Migrating) -> None:
    await migrating.sql("create table mt_locked as select 1 as id")
    migrating.write("1.sql", "alter table mt_locked add column n int;")
    holder = await migrating.connection()
    pid = holder.info.backend_pid
    try:
        async with holder.transaction():
            await holder.execute("select * from mt_locked")
            failed = await migrating.apply()
    finally:
        await holder.close()
    shown = str(failed.blocks)
    assert "lock timeout" in shown
    assert "(55P03)" in shown
    assert f"session {pid} (psql, idle in transaction for" in shown
    assert "rolled back whole" in shown
    assert (await migrating.apply()).exit_code == 0


async def test_the_database_restarts_in_the_middle(migrating: Migrating) -> None:
    migrating.write("1.sql", "create table mt_before (id int);")
    migrating.write("2.sql", "create table mt_during (id int); select pg_sleep(60);")
    running = asyncio.create_task(migrating.apply())
    async with asyncio.timeout(WITHIN):
        await migrating.until(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where query = 'select pg_sleep(60)'"
        )
        failed = await running
    shown = str(failed.blocks)
    assert "The migration failed in 2.sql" in failed.text
    assert "terminating connection" in shown
    assert "1 of 2 files are applied: 1.sql." in shown
    assert not await migrating.exists("mt_during")


async def test_copies_of_killed_tests_are_dropped_and_no_others(migrating: Migrating) -> None:
    stage = migrating.stage
    migrating.write("1.sql", "select 1;")
    dead, alive = "OP-222222", "OP-333333"
    for operation in (dead, alive):
        await migrating.sql(f"create database {name_of(operation)}")
        comment = described(Standing.SCRATCH, "")
        await describe(stage.house.clients.database, name_of(operation), comment)
    await migrating.terminal("migrate test")  # a real operation, to copy its row from
    (record,) = stage.store.operations.newest(1)
    now = stage.runtime.now()
    later = now + timedelta(minutes=15)
    for operation in (dead, alive):
        assert stage.store.operations.add(operation, record.request, now, later, "")
    decision = Decision("U1", "omar")
    owner = stage.store.presence.sign_in("bot")
    assert stage.store.operations.begin(alive, decision, owner, now).ours
    assert await clear(stage.runtime, now) == f"Dropped {name_of(dead)}."
    assert await migrating.databases() == {name_of(alive)}
    stage.store.operations.end(alive, State.FAILED, now, owner, {})
    assert await clear(stage.runtime, now) == f"Dropped {name_of(alive)}."


async def test_after_a_kill_the_database_is_asked_what_is_applied(migrating: Migrating) -> None:
    stage = migrating.stage
    migrating.write("1.sql", "create table mt_one (id int);")
    assert (await migrating.apply()).exit_code == 0
    (record,) = stage.store.operations.newest(1)
    migrating.write("2.sql", "create table mt_two (id int);")
    now, killed = stage.runtime.now(), "OP-444444"
    later = now + timedelta(minutes=15)
    assert stage.store.operations.add(killed, record.request, now, later, "")
    begun = stage.store.operations.begin(killed, Decision("U1", "omar"), "bot-000000000000", now)
    assert begun.ours
    await migrating.sql("update pitchey_migrations set operation = 'OP-444444'")
    stage.house.dispatcher.guard.look()
    ana = stage.person(ANA)
    shown = await ana.sees_message(f"The migration {killed} was cut off", anytime=True)
    assert "of its files are applied: 1.sql" in str(shown.blocks)
    assert "Nothing of these was changed: 2.sql" in str(shown.blocks)
    assert "Resume" in str(shown.blocks)
