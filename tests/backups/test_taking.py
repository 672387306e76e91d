"""Backups of real databases into a real bucket, read back, and what they hold."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import sqlite3
import tarfile
from pathlib import Path

import pyrage
import pytest
import zstandard
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from bot.backups import fresh_or_new
from bot.backups.marking import text_of
from bot.backups.snapshot import BeingMade
from bot.clients.backup_listing import newest_backup
from bot.errors import NotConfigured, Refused
from bot.sandbox.world import World
from tests.backups.stage import ANA, database, owner, shop, until

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
        before = await made.newest_good()
        verified = await made.verify(backup)
        newest = await made.newest_good()
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
        bundled = await text_of(clients, backup, "worker-bundle.tar.zst")
        live = world.account.scripts["pitchey-production"].live.versions[0][0]
        # Once Cloudflare tells nothing, the backup goes on and says what it lacks and why.
        world.faults.switch("cloudflare_forbidden", True)
        await world.settled()
        lacking = (await made.take()).manifest
        world.faults.clear()
        await world.settled()
    assert lacking is not None
    assert lacking.bundle is None
    assert {each.part for each in lacking.missing} == {"platform.json", "worker-bundle.tar"}
    assert all("refuses the bot's token" in each.why for each in lacking.missing)
    unpacked = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(bundled)).read()
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as tar:
        about, module = tar.extractfile("worker.json"), tar.extractfile("modules/index.js")
        assert about is not None
        assert module is not None
        told, source = json.loads(about.read()), module.read()
    assert (told["version"], told["main_module"]) == (live, "index.js")
    assert f"// pitchey-production {told['tag']}".encode() in source
    for secret in made.settings.secrets.values():
        assert secret.encode() not in configuration + platform
    assert b"JWT_SECRET" in platform
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)).read())
    opened = sqlite3.connect(copy)
    assert opened.execute("pragma integrity_check").fetchone() == ("ok",)
    assert opened.execute("select count(*) from audit").fetchone() is not None
    opened.close()
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]  # noqa: PTH208


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
        bundled = await text_of(made.house.clients, backup, "worker-bundle.tar.zst.age")
        other = SecretStr(str(pyrage.x25519.Identity.generate()))
        secrets = made.settings.secrets.model_copy(update={"backup_age_identity": other})
        made.settings = made.settings.model_copy(update={"secrets": secrets})
        with pytest.raises(NotConfigured, match=r"\d{8}-\d{6}-....: it does not have its key"):
            await made.verify(backup)
        assert not [each for each in await made.ours() if each.corrupt]
    assert verified.good
    assert backup.manifest is not None
    assert backup.manifest.recipient.startswith("age1")
    assert stored.startswith(b"age-encryption.org/v1")
    assert configuration.startswith(b"age-encryption.org/v1")
    assert bundled.startswith(b"age-encryption.org/v1")


async def test_two_backups_are_made_one_after_the_other_whoever_asks(
    world: World, tmp_path: Path, tiny: str
) -> None:
    """By hand, and by what needs a fresh one: maintenance, a deployment, a migration."""
    async with shop(world, tmp_path, tiny) as made, await owner(world, "tiny") as connection:
        # A backup of another copy of the bot.
        await connection.execute("begin; select pg_advisory_xact_lock(1346982979, 1)")
        with pytest.raises(BeingMade, match=r"has been running since \d\d:\d\d UTC"):
            await made.take(waits=False)
        runtime = made.house.dispatcher.runtime
        by_hand = asyncio.create_task(made.take())
        needed = asyncio.create_task(
            fresh_or_new(runtime, made.settings, label="scheduled", person=ANA, say=made.say)
        )
        await until(lambda: sum("Another backup" in line for line in made.lines) > 1)
        await connection.execute("rollback")
        one, (other, was_made) = await asyncio.gather(by_hand, needed)
        # It was there first, and made its own; or it waited, and takes what was made meanwhile.
        assert was_made is (one.id != other.id)
        known = {each.id: each.manifest for each in (one, other) if each.manifest}
        in_order = sorted(known.values(), key=lambda each: each.started_at)
        assert in_order[0].finished_at <= in_order[-1].started_at or len(in_order) == 1
        assert len(await made.ours()) == len(in_order)
        assert [(await made.verify(each)).good for each in await made.ours()] == [True] * len(known)
        fresh = await fresh_or_new(
            runtime, made.settings, label="scheduled", person=ANA, say=made.say
        )
        assert fresh[1] is False


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
                grant = caught.value.hint.split("`")[1]
                assert grant.startswith("GRANT ")
                await own.execute(grant.encode())  # what is offered really helps
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
    async with await owner(world) as connection:
        major = connection.info.server_version // 10_000
    if major <= 16:
        pytest.skip(f"There is no pg_dump here that is older than PostgreSQL {major}.")
    async with shop(world, tmp_path, programs=older) as made:
        with pytest.raises(NotConfigured) as caught:
            await made.take()
        assert "pg_dump 16" in caught.value.message
        assert f"older than the server, which is PostgreSQL {major}" in caught.value.message
        assert f"postgresql-client-{major}" in caught.value.hint
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
