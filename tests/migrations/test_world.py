"""Migrations against a real PostgreSQL: planned, tested on a copy, applied, refused."""

from __future__ import annotations

import sys
from datetime import timedelta

import psycopg

from bot.clients.postgres_grants import read_everything
from bot.sandbox.workspace import ANA, OMAR
from tests.migrations.conftest import GLASS, WITHIN, Migrating

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


async def test_a_table_has_its_size_whatever_it_is_called(migrating: Migrating) -> None:
    await migrating.sql("""create table "mt_O'Brien's" as select generate_series(1, 2000) as id""")
    await migrating.sql("""create table "mt_New" as select 1 as id""")
    await migrating.sql("""analyze "mt_O'Brien's\"""")
    write = """alter table "mt_O'Brien's" add n int; alter table public."mt_New" add n int;"""
    migrating.write("1.sql", write)
    plan = await migrating.terminal("migrate plan")
    assert "mt_O'Brien's (2,000 rows" in str(plan.blocks)
    assert "public.mt_New (rows not counted yet" in str(plan.blocks)


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
        await owner.execute("revoke create on schema public from public")  # a default before 15
        await owner.execute("create role mt_reader login password 'reader-9Xq'")
        major = owner.info.server_version // 10_000
        await owner.execute(read_everything("mt_reader", major).encode())
    clients = migrating.stage.house.clients
    clients.database.dsn = database.url.replace("pitchey:", "mt_reader:", 1).replace(
        "loopback-Only-7Qv2", "reader-9Xq"
    )
    refused = await migrating.apply()
    if major < 15:
        async with await psycopg.AsyncConnection.connect(database.direct_url) as owner:
            await owner.execute("grant create on schema public to public")
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


async def test_a_bucket_that_refuses_keeps_a_migration_from_beginning(migrating: Migrating) -> None:
    migrating.write("1.sql", "create table mt_never (id int)")
    faults = migrating.stage.world.faults
    faults.switch("storage_refuses", True)
    await migrating.stage.world.settled()
    try:
        told = await migrating.terminal("migrate test")
    finally:
        faults.clear()
        await migrating.stage.world.settled()
    assert "It does not go on without a fresh backup. The bucket " in told.text
    assert "Make a backup now" in str(told.blocks)
