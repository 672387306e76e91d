"""Backups encrypted to a key that the bot has, has no longer, or has another one instead of."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest
from pydantic import SecretStr

from bot.backups.fresh import standing
from bot.check import State
from bot.check.backups import ENCRYPTION, backups
from bot.errors import OpsError
from bot.sandbox.world import World
from bot.settings import Settings
from tests.backups.stage import shop
from tests.logs.stage import agreeing, opened, run, settings_of
from tests.settings.files import LEAST, told


def _with_key(settings: Settings, key: str | None) -> Settings:
    held = settings.secrets.model_copy(
        update={"backup_age_identity": SecretStr(key) if key else None}
    )
    return settings.model_copy(update={"secrets": held})


def _key() -> str:
    return str(pyrage.x25519.Identity.generate())


async def test_a_lost_key_is_told_before_anything_is_begun(world: World, tmp_path: Path) -> None:
    """Of a restore over the live database maintenance mode would be on already."""
    settings = settings_of(world, tmp_path)
    async with shop(world, tmp_path, secret_backup_age_identity=_key()) as made:
        backup = await made.take()
        for key in (None, _key()):
            async with opened(world, tmp_path, _with_key(settings, key)) as house:
                listed = await run(house, "backups")
                assert listed.text.startswith(":warning: 31 backups")
                assert listed.text.endswith("but the bot does not have its key")
                assert listed.exit_code == 1
                shown = await run(house, f"backup show {backup.id}")
                assert "a key that the bot does not have" in str(shown.blocks)
                for line in (
                    "backup verify last", "restore drill last", "backup files last",
                    'restore last --reason "orders are gone"',
                    'restore last --over pitchey --reason "orders are gone"',
                ):  # fmt: skip
                    reply = await run(house, line)
                    told_first = f"The bot cannot read the backup {backup.id}: it does not have its"
                    assert told_first in reply.text, line
                    said = str(reply.blocks)
                    assert "begins with AGE-SECRET-KEY-1 from" in said, line
                    assert "All backups" in said, line
                    assert ("the bot has no key" in said) is (key is None)
                assert house.store.operations.newest(5) == ()


async def test_the_check_finds_out_whether_the_newest_can_be_read(
    world: World, tmp_path: Path, tiny: str
) -> None:
    key = _key()
    async with shop(world, tmp_path, tiny, secret_backup_age_identity=key) as made:
        await made.take()
        for held, state, words in (
            (key, State.GOOD, "Encrypted to age1"),
            (_key(), State.FAILED, "does not have that key"),
            (None, State.FAILED, "does not have that key"),
        ):
            settings = _with_key(made.settings, held)
            found = {each.title: each for each in await backups(settings, made.house.clients)}
            assert found[ENCRYPTION].state is state
            assert words in found[ENCRYPTION].line


async def test_a_backup_says_that_it_is_not_encrypted_as_those_before(
    world: World, tmp_path: Path, tiny: str
) -> None:
    async with shop(world, tmp_path, secret_backup_age_identity=_key()) as made:
        before = await made.take()
        async with agreeing(world, tmp_path) as house:
            reply = await run(house, "backup now")
        said = str(reply.blocks)
        assert f"It is not encrypted; {before.id} was" in said


def test_a_public_key_is_told_from_none(tmp_path: Path) -> None:
    public = str(pyrage.x25519.Identity.generate().to_public())
    found = told(tmp_path, LEAST, {"BACKUP_AGE_IDENTITY": public})["BACKUP_AGE_IDENTITY"]
    assert "public half" in found
    assert public not in found


async def test_a_damaged_text_is_damage_and_no_missing_key(
    world: World, tmp_path: Path, tiny: str
) -> None:
    async with shop(world, tmp_path, tiny, secret_backup_age_identity=_key()) as made:
        backup = await made.take()
        world.faults.switch("backup_damaged", True)
        await world.settled()
        try:
            found = await made.verify(backup)
        except OpsError as error:
            pytest.fail(f"nothing was learnt: {error}")
        assert not found.good
        assert "cannot be decrypted" in found.proof.problems[0]


async def test_a_backup_that_nobody_can_read_is_fresh_for_nothing(
    world: World, tmp_path: Path, tiny: str
) -> None:
    async with shop(world, tmp_path, tiny, secret_backup_age_identity=_key()) as made:
        backup = await made.take()
        runtime = made.house.dispatcher.runtime
        found = await standing(runtime, made.settings)
        assert found.usable is not None
        assert found.usable.id == backup.id
        assert found.words.startswith(f"backup {backup.id} is ")
        other = await standing(runtime, _with_key(made.settings, _key()))
        assert other.usable is None
        line = f"a backup is made first: the bot does not have the key of {backup.id}"
        assert other.words == line
