"""Backups of real databases into a real bucket, read back, and what they hold."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import sqlite3
from pathlib import Path

import pyrage
import pytest
import zstandard
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from bot.backups import newest_good
from bot.backups.marking import text_of
from bot.clients.backup_listing import newest_backup
from bot.errors import NotConfigured, Refused
from bot.sandbox.world import World
from tests.backups.stage import database, owner, shop

_ODD_TABLES = (
    'create schema "Odd ""Schema"" ü"; '
    'create table "Odd ""Schema"" ü"."we""ird Táble 🎬" '
    '("Spál te, 🎬" text, "a""b" int)',
    'insert into "Odd ""Schema"" ü"."we""ird Táble 🎬" '
    "select E'line\\nbreak\\\\. \\t COPY x (y) FROM stdin;', n from generate_series(1, 1000) n",
    'create table "new\nline" (id int); insert into "new\nline" values (1), (2)',
    "create table empty_one (id int); create table no_columns ();"
    " insert into no_columns default values",
    "create table parent (id int, at date) partition by range (at);"
    " create table part_a partition of parent for values from ('2026-01-01') to ('2027-01-01');"
    " insert into parent select n, '2026-05-05' from generate_series(1, 30) n",
    'create table "select" ("from" int); insert into "select" values (1)',
    "create view seen as select 1 as one; create materialized view kept_view as select 2 as two",
)


async def test_a_backup_is_whole_verified_and_the_newest_good_one(
    world: World, tmp_path: Path
) -> None:
    async with shop(world, tmp_path) as made:
        backup = await made.take()
        before = await newest_good(made.settings, made.house.clients, deadline=30)
        verified = await made.verify(backup)
        newest = await newest_good(made.settings, made.house.clients, deadline=30)
        objects = await made.house.clients.backups.objects(deadline=30)
    assert before is not None
    assert (before.id, before.verified) == (backup.id, False)
    assert newest is not None
    assert (newest.id, newest.verified, newest.bytes) == (backup.id, True, backup.bytes)
    assert newest.manifest is not None
    assert newest.manifest.missing == ()
    assert newest.manifest.tables["public.users"] > 0
    assert verified.proof.rows == newest.manifest.rows
    assert newest.manifest.code.script == "pitchey-production"
    # Health, morning check and samples find the same one.
    listed = newest_backup(objects)
    assert listed is not None
    assert (listed.proven, listed.key) == (True, f"{backup.folder}manifest.json")
    assert any(line.startswith("Dumping: ") for line in made.lines)


async def test_what_goes_with_it_has_no_secrets_and_the_bots_own_data_opens(
    world: World, tmp_path: Path, tiny: str
) -> None:
    async with shop(world, tmp_path, tiny) as made:
        backup = await made.take()
        clients = made.house.clients
        configuration = await text_of(clients, backup, "configuration.json")
        platform = await text_of(clients, backup, "platform.json")
        packed = await text_of(clients, backup, "store.sqlite3.zst")
    for secret in made.settings.secrets.values():
        assert secret.encode() not in configuration + platform
    assert b"JWT_SECRET" in platform
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)).read())
    opened = sqlite3.connect(copy)
    assert opened.execute("pragma integrity_check").fetchone() == ("ok",)
    assert opened.execute("select count(*) from audit").fetchone() is not None
    opened.close()
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".store")]  # noqa: PTH208


async def test_odd_names_partitions_and_empty_tables(world: World, tmp_path: Path) -> None:
    async with (
        database(world, "odd name 🎬", *_ODD_TABLES) as dsn,
        shop(world, tmp_path, dsn) as made,
    ):
        verified = await made.verify(await made.take())
    assert verified.proof.problems == ()
    manifest = verified.backup.manifest
    assert manifest is not None
    assert sorted(manifest.tables.values()) == [0, 1, 1, 2, 30, 1000]
    assert len(verified.proof.tables) == 6


async def test_encrypted_it_is_read_with_its_key_only(
    world: World, tmp_path: Path, tiny: str
) -> None:
    key = str(pyrage.x25519.Identity.generate())
    async with shop(world, tmp_path, tiny, secret_backup_age_identity=key) as made:
        backup = await made.take()
        verified = await made.verify(backup)
        stored = await text_of(made.house.clients, backup, "database.dump.zst.age")
        configuration = await text_of(made.house.clients, backup, "configuration.json.age")
        other = SecretStr(str(pyrage.x25519.Identity.generate()))
        secrets = made.settings.secrets.model_copy(update={"backup_age_identity": other})
        made.settings = made.settings.model_copy(update={"secrets": secrets})
        with pytest.raises(NotConfigured, match="which the bot does not have"):
            await made.verify(backup)
        assert not [each for each in await made.ours() if each.corrupt]
    assert verified.good
    assert backup.manifest is not None
    assert backup.manifest.recipient.startswith("age1")
    assert stored.startswith(b"age-encryption.org/v1")
    assert configuration.startswith(b"age-encryption.org/v1")


async def test_two_backups_at_once_are_both_whole(world: World, tmp_path: Path, tiny: str) -> None:
    async with shop(world, tmp_path, tiny) as made:
        one, other = await asyncio.gather(made.take(), made.take())
        assert one.id != other.id
        assert [(await made.verify(each)).good for each in (one, other)] == [True, True]


async def test_a_table_dropped_before_its_lock_begins_again_without_it(
    world: World, tmp_path: Path
) -> None:
    async with (
        database(
            world, "vanishing", "create table stays (id int); create table goes (id int)"
        ) as dsn,
        shop(world, tmp_path, dsn) as made,
        await owner(world, "vanishing") as connection,
    ):
        await connection.set_autocommit(False)
        await connection.execute("drop table goes")  # holds the lock until the commit

        async def commit() -> None:
            await asyncio.sleep(1.5)  # by then the backup waits for that lock
            await connection.commit()

        backup, _ = await asyncio.gather(made.take(), commit())
    assert backup.manifest is not None
    assert list(backup.manifest.tables) == ["public.stays"]
    assert any("beginning again" in line for line in made.lines)


async def test_a_table_cannot_be_dropped_while_it_is_dumped(
    world: World, tmp_path: Path, big: str
) -> None:
    async with shop(world, tmp_path, big) as made, await owner(world, "large") as connection:
        tried: list[str] = []

        async def say(text: str) -> None:
            if text.startswith("Dumping") and not tried:
                try:
                    await connection.execute("set lock_timeout = 200; drop table small")
                    tried.append("dropped")
                except Exception as error:  # noqa: BLE001 - its name is what counts
                    tried.append(type(error).__name__)

        world.faults.switch("storage_slow", True, 0.3)
        await world.settled()
        backup = await made.take(say=say)
        world.faults.clear()
        await world.settled()
        assert tried == ["LockNotAvailable"]
        assert (await made.verify(backup)).good


async def test_a_role_without_rights_is_told_the_grant(world: World, tmp_path: Path) -> None:
    statements = ("create table open_one (id int)", "create table closed (id serial)")
    async with database(world, "rights", *statements) as dsn, await owner(world, "rights") as own:
        await own.execute("drop role if exists reader")
        await own.execute("create role reader login password 'reader-Qz7-long'")
        try:
            await own.execute("grant select on open_one to reader")
            address = make_conninfo(dsn, user="reader", password="reader-Qz7-long")
            async with shop(world, tmp_path, address) as made:
                with pytest.raises(Refused) as caught:
                    await made.take()
                assert "public.closed" in caught.value.message
                assert "open_one" not in caught.value.message
                assert 'GRANT pg_read_all_data TO "reader";' in caught.value.hint
                await own.execute("grant pg_read_all_data to reader")
                await own.execute("alter table open_one enable row level security")
                with pytest.raises(Refused, match=r"Row security hides rows of public\.open_one"):
                    await made.take()
                await own.execute("alter role reader bypassrls")
                assert (await made.verify(await made.take())).good
        finally:
            await own.execute("drop owned by reader; drop role reader")


async def test_without_a_fitting_pg_dump_it_says_which_to_install(
    world: World, tmp_path: Path
) -> None:
    older = world.database.programs.parents[1] / "pginstall" / "bin"
    assert (older / "pg_dump").exists()
    async with shop(world, tmp_path, programs=older) as made:
        with pytest.raises(NotConfigured) as caught:
            await made.take()
        assert "pg_dump 16" in caught.value.message
        assert "older than the server, which is PostgreSQL 18" in caught.value.message
        assert "postgresql-client-18" in caught.value.hint
    async with shop(world, tmp_path, programs=tmp_path) as made:
        with pytest.raises(NotConfigured, match="There is no pg_dump in"):
            await made.take()
        assert await made.leftovers() == ([], 0)


async def test_a_disk_that_takes_nothing_costs_the_bots_own_data_only(
    world: World, tmp_path: Path, tiny: str
) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    async with shop(world, folder, tiny) as made:
        shutil.rmtree(folder)
        backup = await made.take()
        folder.mkdir()
    assert backup.manifest is not None
    ((part, why),) = [(each.part, each.why) for each in backup.manifest.missing]
    assert part == "store.sqlite3"
    assert str(folder) in why
    assert backup.proven
