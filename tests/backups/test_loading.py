"""A dump loaded by several streams side by side: the same database, and the same failures."""

from __future__ import annotations

import asyncio
import re
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import psutil
import pyrage
import pytest
import pytest_asyncio
from psycopg.conninfo import make_conninfo

from bot.backups import KeptBackup, restoring
from bot.backups.beside_databases import Standing, drop, listed
from bot.backups.processes import ProgramFailed
from bot.backups.reading import Damaged, Sums
from bot.backups.restoring import Restored, restore_into
from bot.backups.table_of_contents import Beginning, NoRoom
from bot.backups.taking import Say
from bot.errors import OpsError
from bot.journal import OperationCancelled
from bot.sandbox.world import World
from tests.backups.stage import Shop, database, owner, shop

COPY = "rich_copy"
_RICH = (
    "create schema \"odd schema\"; create type mood as enum ('a', 'b');"
    'create table "odd schema"."t "" ; 😀\nnewline" as select n as id from generate_series(1, 9) n',
    "create table large (id bigserial primary key, what text, m mood default 'a');"
    "insert into large (what) select sha512(n::text::bytea)::text from generate_series(1, 9000) n",
    "create table other (id int primary key, large_id bigint references large,"
    " twice bigint generated always as (large_id * 2) stored);"
    "insert into other (id, large_id) select n, n from generate_series(1, 5000) n;"
    "create index on other (large_id); comment on index other_large_id_idx is 'an index';"
    "alter table other enable row level security; create policy own on other using (true)",
    "create table parts (id int, at date) partition by range (at);"
    "create table part_a partition of parts for values from ('2020-01-01') to ('2021-01-01');"
    "create table part_b partition of parts for values from ('2021-01-01') to ('2022-01-01');"
    "insert into parts select n, '2020-01-01'::date + n % 700 from generate_series(1, 900) n;"
    "create index on parts (at)",
    "create materialized view kept_view as select count(*) from large;"
    "create unique index on kept_view (count); create view seen as select * from other",
    # Its owner may not write into it, and has to load it all the same.
    "create table closed as select n as id from generate_series(1, 7) n;"
    "revoke insert, update, delete on closed from pitchey",
    "create table none (); create table empty (id int); grant select (id) on empty to public",
    "create function touched() returns trigger language plpgsql as 'begin return new; end';"
    "create trigger touch before insert on large for each row execute function touched()",
    "select lo_from_bytea(70001, 'a large object'); comment on large object 70001 is 'said';"
    "grant select on large object 70001 to public",
    # Longer than what is read of the dump at first.
    "comment on function touched() is '" + "what it does " * 200_000 + "'",
    "create sequence alone start 7; select nextval('alone'), nextval('alone');"
    "comment on table large is E'two\\nlines; 5; x'; alter table large cluster on large_pkey",
)


_FUNCTIONS = (
    "create function is_copy() returns bool language sql stable as"
    " $$ select current_database() like '%\\_copy' $$;"
    "create function slow(id int) returns bool language plpgsql immutable as"
    " $$ begin if public.is_copy() then perform pg_sleep(0.05); end if; return true; end $$"
)
# `times` 1,000 is more than what lies on the way to the server: a stream waits in the middle.
_DATA = (
    "create table {table} (id int, what text, check ({check}));"
    "insert into {table} select n, repeat(sha512(n::text::bytea)::text, 60)"
    " from generate_series(1, {times}) n"
)


# Bytes of the numbers 1 to 5,000, one a line.
_DIGITS = 9 * 2 + 90 * 3 + 900 * 4 + 4001 * 5


@pytest.fixture
def side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "SIDE_BY_SIDE_FROM", 0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rich(session_world: World) -> AsyncIterator[str]:
    async with database(session_world, "rich", *_RICH) as dsn:
        yield dsn


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair(session_world: World) -> AsyncIterator[str]:
    """Two tables, each of them longer than what a stream holds on its way."""
    made = (
        "create table {} as select n as id, sha512((n * {})::text::bytea) as what "
        "from generate_series(1, 40000) n"
    )
    tables = made.format("one", 1), made.format("two", 7)
    async with database(session_world, "pair", *tables) as dsn:
        yield dsn


async def restored(made: Shop, backup: KeptBackup, say: Say | None = None) -> Restored:
    server = made.house.clients.database
    await drop(server, COPY)
    found = await restore_into(
        made.settings, made.house.clients, server, backup, COPY, standing=Standing.RESTORED,
        by="Ana Lima", say=say or made.say,
    )  # fmt: skip
    assert found.problems == ()
    return found


async def standing(made: Shop) -> Standing:
    """What the copy is said to be; it is dropped, and nothing of the restore runs any more."""
    (copy,) = await listed(made.house.clients.database)
    running = [each.name() for each in psutil.Process().children(recursive=True)]
    assert "pg_restore" not in running
    async with await owner(made.world) as connection:
        count = "select count(*) from pg_stat_activity where datname = %s"
        async with asyncio.timeout(120):  # the server ends a session soon after its client
            while (await (await connection.execute(count, [COPY])).fetchone()) != (0,):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    await drop(made.house.clients.database, COPY)
    return copy.standing


async def dumped(world: World, dsn: str) -> list[str]:
    program = str(world.database.programs / "pg_dump")
    process = await asyncio.create_subprocess_exec(program, dsn, stdout=PIPE)
    told, _ = await process.communicate()
    assert process.returncode == 0
    # The words of the day that pg_dump puts around its text.
    return [line for line in told.decode().splitlines() if "restrict " not in line[:12]]


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_copy_is_the_same_database(
    world: World, tmp_path: Path, rich: str, side_by_side: None, encrypted: bool
) -> None:
    key = {"secret_backup_age_identity": str(pyrage.x25519.Identity.generate())}
    async with shop(world, tmp_path, rich, **(key if encrypted else {})) as made:
        found = await restored(made, await made.take())
        copy = await dumped(world, make_conninfo(rich, dbname=COPY))
        assert await standing(made) is Standing.RESTORED
    assert copy == await dumped(world, rich)
    assert (found.streams, found.skipped, found.why_one) == (2, (), "")


async def test_a_database_without_tables_is_restored(
    world: World, tmp_path: Path, side_by_side: None
) -> None:
    async with database(world, "void") as dsn, shop(world, tmp_path, dsn) as made:
        found = await restored(made, await made.take())
        assert await standing(made) is Standing.RESTORED
    assert (found.rows, found.streams) == ({}, 1)


async def test_without_a_folder_for_files_it_is_loaded_as_one_stream(
    world: World, tmp_path: Path, rich: str, side_by_side: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shop(world, tmp_path, rich) as made:
        backup = await made.take()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
        found = await restored(made, backup)
        assert await standing(made) is Standing.RESTORED
    assert found.streams == 1
    assert found.why_one == "the bot has no folder for it: No such file or directory"


def test_a_full_disk_is_told() -> None:
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(NoRoom, match="No space left on device"),
    ):
        Beginning(full, lambda _arguments, _files: pytest.fail("nothing to list")).write(b"x")


@pytest.mark.parametrize(
    ("fault", "said"),
    [("storage_cuts", "cut the connection"), ("backup_damaged", "cannot be unpacked|SHA-256")],
)
async def test_what_breaks_in_the_middle_ends_every_stream(
    world: World, tmp_path: Path, pair: str, side_by_side: None, fault: str, said: str
) -> None:
    async with shop(world, tmp_path, pair) as made:
        backup = await made.take()
        assert backup.bytes > 4 << 20  # so that the beginning is read before it breaks
        world.faults.switch(fault, True)
        await world.settled()
        with pytest.raises(OpsError) as caught:
            await restored(made, backup)
        assert await standing(made) is Standing.RESTORING
    assert re.search(said, caught.value.message)


async def test_sizes_are_told_by_the_verification_and_another_sum_is_found(
    world: World, tmp_path: Path, rich: str, side_by_side: None
) -> None:
    async with shop(world, tmp_path, rich) as made:
        backup = await made.take()
        clients = made.house.clients
        assert (await restoring.sizes_of(clients, backup))["public", "other"] == 500_000  # a guess
        assert (await made.verify(backup)).good
        assert (await restoring.sizes_of(clients, backup))["public", "other"] == 2 * _DIGITS
        assert backup.manifest is not None
        other = backup.manifest.model_copy(update={"sha256": "0" * 64})
        with pytest.raises(Damaged, match="000000000000… was stored"):
            await restored(made, replace(backup, manifest=other))
        assert await standing(made) is Standing.RESTORING


async def test_a_row_that_the_server_refuses_ends_every_stream(
    world: World, tmp_path: Path, side_by_side: None
) -> None:
    slowly = _DATA.format(table="one", check="public.slow(id)", times=4000)
    refused = _DATA.format(table="two", check="not public.is_copy()", times=400)
    async with (
        database(world, "halves", _FUNCTIONS, slowly, refused) as dsn,
        shop(world, tmp_path, dsn) as made,
    ):
        with pytest.raises(ProgramFailed, match="violates check constraint"):
            await restored(made, await made.take())
        assert await standing(made) is Standing.RESTORING


@pytest.mark.parametrize(
    ("made_of", "at"),
    [
        ((_DATA.format(table="one", check="public.slow(id)", times=4000),), "Loading"),
        (("create index on one ((public.slow(id)))",), "Everything is read; building indexes"),
    ],
)
async def test_cancel_ends_every_child(
    world: World, tmp_path: Path, side_by_side: None, made_of: tuple[str, ...], at: str
) -> None:
    async def say(text: str) -> None:
        if text.startswith(at):
            raise OperationCancelled("Somebody pressed Cancel.")

    first = () if at == "Loading" else (_DATA.format(table="one", check="true", times=400),)
    other = _DATA.format(table="two", check="true", times=400)
    async with (
        database(world, "slow", _FUNCTIONS, other, *first, *made_of) as dsn,
        shop(world, tmp_path, dsn) as made,
    ):
        with pytest.raises(OperationCancelled):
            await restored(made, await made.take(), say)
        assert await standing(made) is Standing.RESTORING


def test_two_readers_of_one_object_are_given_the_same_bytes() -> None:
    sums = Sums()
    sums.compare(1, sha256(b"one").digest())
    sums.compare(2, sha256(b"onetwo").digest())
    sums.compare(1, sha256(b"one").digest())
    with pytest.raises(Damaged, match="other bytes the second time, in MB 2"):
        sums.compare(2, sha256(b"onetvo").digest())
