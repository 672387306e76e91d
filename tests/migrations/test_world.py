"""Migrations against a real PostgreSQL: tested on a copy, applied, failed, and gone on with."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

import psycopg

from bot.backups.beside_databases import Standing, describe, described
from bot.sandbox.workspace import ANA, OMAR
from bot.store.operation_rows import Decision, State
from handlers.migrations.recovering import clear
from handlers.migrations.scratch import name_of
from tests.migrations.conftest import GLASS, Migrating

WITHIN = 60.0
ODD = '"mt_O\'Brien ""q"" 😀"'


async def test_planned_refused_tested_approved_and_applied(migrating: Migrating) -> None:
    migrating.write("0001_names.sql", f'create table {ODD} (id int primary key, "ä;b" text);')
    index = f"create index concurrently mt_i on {ODD} (id);"
    migrating.write("0002_index.sql", f"-- no-transaction\n{index}")
    await migrating.sql("create table mt_big as select g as id from generate_series(1, 30000) g")
    migrating.write("0003_type.sql", "alter table mt_big alter id type bigint;")
    plan = await migrating.terminal("migrate plan")
    assert "3 migrations pending: 1 danger" in plan.text
    assert "ACCESS EXCLUSIVE on mt_big" in str(plan.blocks)
    refused = await migrating.apply("")
    assert "have not passed a test" in refused.text
    holder = await migrating.connection()  # so the copy cannot be cloned
    tested = await migrating.terminal("migrate test")
    await holder.close()
    assert tested.exit_code == 0, tested
    assert "3 files passed on a copy" in tested.text
    shown = str(tested.blocks)
    assert "restored beside" in shown
    assert "ACCESS EXCLUSIVE on mt_big" in shown
    assert not await migrating.exists(ODD)
    assert await migrating.databases() == set()
    omar, ana = migrating.stage.person(OMAR), migrating.stage.person(ANA)
    await omar.types('/pitchey migrate apply --reason "release needs it"')
    await omar.sees("Waiting for approval in", within=WITHIN)
    await ana.presses("Approve migrate apply", confirming="Approve")
    await ana.sees("3 migrations are applied", anytime=True, within=WITHIN)
    assert await migrating.exists(ODD)
    state = await migrating.terminal("migrate")
    assert "every migration is applied" in state.text
    (row, *_) = await migrating.sql("select person, operation, checksum from pitchey_migrations")
    assert row["person"] == "omar"
    assert row["operation"].startswith("OP-")
    migrating.write("0001_names.sql", "select 'edited';")
    wrong = await migrating.terminal("migrate plan")
    assert "edited after it was applied" in str(wrong.blocks)
    assert "cannot be run" in (await migrating.apply()).text


async def test_a_test_is_over_after_some_hours_and_of_exactly_these_files(
    migrating: Migrating,
) -> None:
    migrating.write("1.sql", "create table mt_one (id int);")
    assert (await migrating.terminal("migrate test")).exit_code == 0
    migrating.stage.clock.ahead = timedelta(hours=25)
    assert "have not passed a test" in (await migrating.apply("")).text
    migrating.stage.clock.ahead = timedelta()
    migrating.write("1.sql", "create table mt_one (id bigint);")
    assert "have not passed a test" in (await migrating.apply("")).text
    assert not await migrating.exists("mt_one")


async def test_what_fails_on_the_copy_is_told_and_the_copy_is_dropped(migrating: Migrating) -> None:
    await migrating.sql("create table mt_rows as select 1 as id")
    migrating.write("1.sql", "alter table mt_rows add column n int not null;")
    tested = await migrating.terminal("migrate test")
    assert "failed on a copy, in 1.sql" in tested.text
    assert "contains null values" in str(tested.blocks)
    assert await migrating.databases() == set()
    migrating.write("1.sql", "do $$ begin delete from mt_rows; end $$;")
    lost = await migrating.terminal("migrate test")
    assert "mt_rows 1 → 0" in str(lost.blocks)
    assert lost.exit_code == 1
    migrating.settings(verify=("select count(*) > 5 from mt_rows", "select nonsense"))
    migrating.write("1.sql", "insert into mt_rows values (2);")
    bad = await migrating.terminal("migrate test")
    assert "answered False, not true" in str(bad.blocks)
    assert 'column "nonsense" does not exist' in str(bad.blocks)
    assert await migrating.databases() == set()


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


async def test_one_migration_at_a_time_whoever_runs_it(migrating: Migrating) -> None:
    migrating.write("1.sql", "create table mt_one (id int);")
    other = await migrating.connection()
    try:
        await other.execute("select pg_advisory_lock(hashtext('pitchey migrations'))")
        refused = await migrating.apply()
    finally:
        await other.close()
    assert "Another migration still runs in the database (session" in refused.text
    assert not await migrating.exists("mt_one")


async def test_missing_rights_are_named(migrating: Migrating) -> None:
    migrating.write("1.sql", "create table mt_one (id int);")
    database = migrating.stage.world.database
    async with await psycopg.AsyncConnection.connect(database.direct_url, autocommit=True) as owner:
        await owner.execute("drop role if exists mt_reader")
        await owner.execute("create role mt_reader login password 'reader-9Xq'")
        await owner.execute("grant pg_read_all_data to mt_reader")
    clients = migrating.stage.house.clients
    clients.database.dsn = database.url.replace("pitchey:", "mt_reader:", 1).replace(
        "loopback-Only-7Qv2", "reader-9Xq"
    )
    refused = await migrating.apply()
    assert "may not make the table pitchey_migrations" in refused.text
    assert "reader-9Xq" not in str(refused)


async def test_another_tools_table_is_left_alone(migrating: Migrating) -> None:
    await migrating.sql("create table mt_prisma (id int)")
    migrating.settings(table="mt_prisma")
    migrating.write("1.sql", "select 1;")
    refused = await migrating.terminal("migrate")
    assert "it is not the bot's" in refused.text


async def test_a_declared_command_gets_the_database_and_no_secret_is_told(
    migrating: Migrating,
) -> None:
    code = (
        "import os, psycopg; url = os.environ['DATABASE_URL']; print('using', url);"
        "assert not [n for n in os.environ if 'TOKEN' in n or 'SECRET' in n];"
        "c = psycopg.connect(url); c.execute('create table mt_command (id int)'); c.commit()"
    )
    migrating.settings(command=(sys.executable, "-c", code), folder=None)
    tested = await migrating.terminal("migrate test")
    assert tested.exit_code == 0, tested
    assert not await migrating.exists("mt_command")
    applied = await migrating.apply("")
    assert applied.exit_code == 0, applied
    assert await migrating.exists("mt_command")
    told = str(tested) + str(applied)
    assert "using" in told
    assert "loopback-Only-7Qv2" not in told
    again = await migrating.apply("")
    assert "ended with code 1" in str(again.blocks)
    assert "already exists" in str(again.blocks)


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


async def test_what_makes_no_sense_is_said(migrating: Migrating) -> None:
    nothing = await migrating.terminal("migrate")
    assert "every migration is applied" in nothing.text
    assert "Nothing is pending" in (await migrating.apply()).text
    migrating.write("1.sql", "selec 1;")
    broken = await migrating.terminal("migrate test")
    assert "syntax error" in broken.text
    migrating.settings(folder=None)
    bare = await migrating.terminal("migrate plan")
    assert "No migrations are configured" in bare.text
    typo = await migrating.terminal(f"migrate aply {GLASS}")
    assert "migrate apply" in typo.text + str(typo.blocks)


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
    shown = await ana.sees_message(f"The migration {killed} was cut off", anytime=True, within=60)
    assert "of its files are applied: 1.sql" in str(shown.blocks)
    assert "Nothing of these was changed: 2.sql" in str(shown.blocks)
    assert "Resume" in str(shown.blocks)
