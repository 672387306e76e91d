"""Backups of the sandbox's real database into its real bucket."""

from __future__ import annotations

from pathlib import Path

from bot.backups import newest_good, take
from bot.command import Person
from bot.sandbox.world import World
from tests.backups.stage import house, said


async def test_a_backup_is_whole_and_the_newest_good_one(world: World, tmp_path: Path) -> None:
    lines: list[str] = []
    async with house(world, tmp_path) as opened:
        backup = await take(
            opened.settings,
            opened.clients,
            opened.store,
            label="manual",
            person=Person("U1", "Ana"),
            say=said(lines),
        )
        newest = await newest_good(opened.settings, opened.clients, deadline=20)
    assert newest is not None
    assert (newest.id, newest.bytes) == (backup.id, backup.bytes)
    assert newest.manifest is not None
    assert newest.manifest.tables["public.users"] > 0
    assert newest.manifest.missing == ()
    assert [each.object for each in newest.manifest.beside] == [
        "configuration.json",
        "platform.json",
        "store.sqlite3.zst",
    ]
    assert any(line.startswith("Dumping: ") for line in lines)
