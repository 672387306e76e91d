"""What breaks while a backup is made or read: nothing half-made is left, and it says what broke."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.backups.beside_checking import as_stored
from bot.backups.marking import text_of
from bot.backups.processes import ProgramFailed
from bot.backups.uploading import part_size
from bot.clients.backup_listing import newest_backup
from bot.clients.storage_trouble import StorageFailure, StorageTrouble
from bot.errors import OpsError
from bot.journal import OperationCancelled
from bot.sandbox.world import World
from tests.backups.stage import Shop, owner, shop

_PIDS = "select pid from pg_stat_activity where application_name = 'pg_dump' and datname = 'large'"


async def switch(world: World, name: str, amount: float | None = None) -> None:
    world.faults.switch(name, True, amount)
    await world.settled()


async def mended(made: Shop) -> None:
    made.world.faults.clear()
    await made.world.settled()


async def test_a_bucket_that_refuses_is_told_before_anything_is_dumped(
    world: World, tmp_path: Path
) -> None:
    async with shop(world, tmp_path) as made:
        await switch(world, "storage_refuses")
        with pytest.raises(StorageFailure) as caught:
            await made.take()
        assert caught.value.trouble is StorageTrouble.DENIED
        await mended(made)
        assert await made.leftovers() == ([], 0)


async def test_a_slow_bucket_is_waited_for(world: World, tmp_path: Path, big: str) -> None:
    async with shop(world, tmp_path, big) as made:
        await switch(world, "storage_slow", 0.3)
        backup = await made.take()
        await mended(made)
        assert backup.manifest is not None
        assert backup.bytes > 5 << 20  # so there were several parts
        assert (await made.verify(backup)).good


async def test_parts_that_are_cut_are_sent_again(world: World, tmp_path: Path, big: str) -> None:
    async with shop(world, tmp_path, big) as made:
        await switch(world, "storage_cuts", 50.0)
        backup = await made.take()
        await mended(made)
        assert (await made.verify(backup)).good


async def test_a_bucket_that_cuts_every_part_leaves_nothing(
    world: World, tmp_path: Path, big: str
) -> None:
    async with shop(world, tmp_path, big) as made:
        await switch(world, "storage_cuts")
        with pytest.raises(StorageFailure):
            await made.take()
        await mended(made)
        assert await made.leftovers() == ([], 0)


async def test_a_bucket_that_lies_about_lengths_or_gives_old_content_is_found_out(
    world: World, tmp_path: Path, tiny: str
) -> None:
    async with shop(world, tmp_path, tiny) as made:
        clients, before = made.house.clients, await made.take()
        await asyncio.sleep(1.1)  # the bucket tells times in seconds
        backup = await made.take()
        assert backup.manifest is not None
        (configuration,) = [
            each for each in backup.manifest.beside if each.object == "configuration.json"
        ]
        await switch(world, "storage_lies")
        lied = await made.verify(backup)
        stored = backup.bytes
        assert lied.proof.problems == (
            f"The bucket gives {stored - 100:,} bytes, {stored:,} were stored.",
        )
        assert f"configuration.json has {configuration.bytes - 100:,} bytes" in lied.proof.beside[0]
        with pytest.raises(OpsError, match="not what was stored"):
            as_stored(configuration, await text_of(clients, backup, "configuration.json"))
        # A manifest that nobody could read would leave a backup that does not count.
        with pytest.raises(OpsError, match="does not give the manifest back as it was stored"):
            await made.take()
        await mended(made)
        keys, uploads = await made.leftovers()
        assert {key.rpartition("/")[0] + "/" for key in keys} == {before.folder, backup.folder}
        assert uploads == 0

        await switch(world, "storage_stale")
        old = await made.verify(backup)
        assert not old.good
        # What it gives for their manifests is those of others.
        assert [each.manifest for each in await made.ours()] == [None, None]
        await mended(made)
        assert (await made.verify(backup)).proof.beside == ()
        assert [each.good for each in await made.ours()] == [True, True]


async def test_a_bucket_that_keeps_fewer_bytes_is_found_out(world: World, tmp_path: Path) -> None:
    async with shop(world, tmp_path) as made:
        await switch(world, "storage_shortens")
        with pytest.raises(OpsError, match="did not keep what it had taken"):
            await made.take()
        await mended(made)
        assert await made.leftovers() == ([], 0)


def test_the_statement_that_is_quoted_is_no_reason() -> None:
    said = (
        "pg_dump: error: query failed: server closed the connection unexpectedly\n"
        "pg_dump: detail: Query was: SET statement_timeout = 0"
    )
    assert ProgramFailed("pg_dump", 1, said).hint.startswith("The server ended the connection")
    said = "pg_restore: error: could not execute query: no connection to the server"
    assert ProgramFailed("pg_restore", 1, said).hint.startswith("The server ended the connection")


async def test_cancel_ends_it_at_once_and_leaves_nothing(
    world: World, tmp_path: Path, big: str
) -> None:
    async with shop(world, tmp_path, big) as made, await owner(world) as connection:
        await switch(world, "storage_slow", 0.3)

        async def say(text: str) -> None:
            if text.startswith("Dumping"):
                raise OperationCancelled("Somebody pressed Cancel.")

        with pytest.raises(OperationCancelled):
            await made.take(say=say)
        await mended(made)
        assert await made.leftovers() == ([], 0)
        assert await (await connection.execute(_PIDS.encode())).fetchall() == []


async def test_a_damaged_dump_is_found_marked_and_no_longer_the_last_good_one(
    world: World, tmp_path: Path, tiny: str
) -> None:
    async with shop(world, tmp_path, tiny) as made:
        before = await made.take()
        assert (await made.verify(before)).good
        await asyncio.sleep(1.1)  # the bucket tells times in seconds
        backup = await made.take()
        await switch(world, "backup_damaged")
        verified = await made.verify(backup)
        assert len(verified.proof.problems) == 1
        good = await made.newest_good()
        assert good is not None
        assert good.id == before.id
        listed = newest_backup(await made.house.clients.backups.objects(deadline=30))
        assert listed is not None
        assert listed.key == f"{before.folder}manifest.json"
        await mended(made)
        # The bytes are as they were: the mark goes as it came.
        again = next(each for each in await made.ours() if each.id == backup.id)
        assert again.corrupt
        assert (await made.verify(again)).good
        good = await made.newest_good()
        assert good is not None
        assert (good.id, good.verified) == (backup.id, True)


async def test_a_bucket_that_cuts_while_it_is_read_marks_nothing(
    world: World, tmp_path: Path
) -> None:
    async with shop(world, tmp_path) as made:
        backup = await made.take()
        await switch(world, "storage_cuts")
        with pytest.raises(OpsError, match="cut the connection"):
            await made.verify(backup)
        await mended(made)
        (kept,) = await made.ours()
        assert (kept.verified, kept.corrupt) == (False, False)


@pytest.mark.parametrize(
    ("expected", "megabytes"),
    [(0, 5), (10**9, 5), (25 * 10**9, 5), (100 * 10**9, 20), (2 * 10**12, 382)],
)
def test_parts_grow_with_what_is_expected(expected: int, megabytes: int) -> None:
    size = part_size(expected)
    assert size == megabytes << 20
    assert size * 10_000 >= 2 * expected
