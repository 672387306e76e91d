"""Whether a deployment or migration may go on with the backup that is there, and the words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.backups.fresh import judged
from bot.backups.manifest import Manifest
from bot.settings import Settings
from tests.backups.test_decisions import NOW, backup
from tests.settings.files import LEAST, loaded

HOUR = 1 / 24  # days


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = loaded(tmp_path, LEAST)
    assert isinstance(made, Settings)
    return made


def long_one() -> Manifest:
    """Begun seven hours ago, ended one hour ago."""
    begun, ended = NOW - timedelta(hours=7), NOW - timedelta(hours=1)
    return Manifest(object="database.dump.zst", bytes=9, started_at=begun, finished_at=ended)


def test_a_young_one_does(settings: Settings) -> None:
    found = judged(backup(HOUR), now=NOW, settings=settings)
    assert found.usable is not None
    assert found.words == f"backup {found.usable.id} is 1 h old: fresh enough (at most 6 h)"


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        (None, "there is none yet"),
        (backup(7 * HOUR), "the newest is 7 h old, more than 6 h"),
        # Its rows count, and they are of the moment when it began.
        (backup(HOUR, manifest=long_one()), "the newest is 7 h old, more than 6 h"),
        (backup(HOUR, manifest=None), "has no manifest to prove it by"),
    ],
)
def test_the_others_say_why_one_is_made(settings: Settings, kept: object, why: str) -> None:
    found = judged(kept, now=NOW, settings=settings)  # type: ignore[arg-type]
    assert found.usable is None
    assert found.words.startswith("a backup is made first: ")
    assert found.words.endswith(why)


def test_one_from_before_a_change_does_not(settings: Settings) -> None:
    changed = NOW - timedelta(minutes=30)
    found = judged(backup(HOUR), now=NOW, settings=settings, after=changed)
    assert found.words == "a backup is made first: the database has changed since the newest"
