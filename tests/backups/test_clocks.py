"""Clocks that ran ahead: what bears a time in the future is fresh for nobody, and stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.backups.keeping import FROM_THE_FUTURE, judge
from bot.backups.shelf import last_good
from bot.clients.backup_listing import dated, newest_backup
from bot.clients.storage import StoredObject
from bot.errors import BadInput
from bot.sandbox.world import World
from bot.settings.backups import Backups
from handlers.backups.finding import choose
from handlers.backups.result import Listing
from handlers.backups.views import list_reply
from handlers.backups.words import old
from handlers.metrics.sampling.scene import Scene
from handlers.metrics.sampling.surroundings import backup as sampled
from handlers.morning.backups import last_backups, verified
from tests.backups.stage import shop
from tests.backups.test_decisions import NOW, backup

AHEAD = timedelta(days=400)
NEXT_YEAR = (NOW + AHEAD).strftime("%Y%m%d")


def stored(name: str, at: datetime, size: int = 5_000) -> StoredObject:
    return StoredObject(name, size, at)


def pair(folder: str, at: datetime) -> list[StoredObject]:
    return [stored(f"{folder}/database.dump", at), stored(f"{folder}/manifest.json", at)]


@pytest.mark.parametrize(
    ("folder", "at", "age"),
    [
        ("20261127", timedelta(days=-1), timedelta(days=1)),
        ("20261128", timedelta(minutes=9), timedelta(minutes=-9)),  # as clocks do
        # The bucket's clock ran ahead, the bot's did not: its name says when it was begun.
        ("20261128/030000-k7q2", AHEAD, timedelta(hours=9)),
        ("20261128", AHEAD, timedelta(hours=12)),
        ("db/nightly", AHEAD, None),
        (NEXT_YEAR, AHEAD, None),
        ("20269999", AHEAD, None),
    ],
)
def test_how_old_an_object_is(folder: str, at: timedelta, age: timedelta | None) -> None:
    (found,) = dated([stored(f"{folder}/manifest.json", NOW + at)], NOW)
    assert (NOW - found.modified if found.known else None) == age


def test_health_the_morning_and_alerts_take_none_of_the_future_for_the_newest() -> None:
    held = [*pair(NEXT_YEAR, NOW + AHEAD), *pair("20261126", NOW - timedelta(days=2))]
    newest = newest_backup(dated(held, NOW))
    assert newest is not None
    assert (newest.key, newest.ahead) == ("20261126/manifest.json", 1)
    told = verified(last_backups(dated(held, NOW)), NOW, timedelta(hours=26), "production")
    assert "the newest whole backup is 2 days old" in told.why
    assert "nobody knows its age" in told.lines[1]
    # One whose bucket ran ahead while it was marked is as corrupt as it was.
    held.append(stored("20261126/corrupt.json", NOW + AHEAD))
    assert newest_backup(dated(held, NOW)) is None


def test_a_backup_from_the_future_stays_and_takes_the_place_of_no_other() -> None:
    good, week_before = backup(700), backup(707)
    future = backup(-400, ahead=True, verified_at=NOW, restored_at=NOW)
    limits = Backups(keep_weekly=1, keep_monthly=0)
    found = judge([good, week_before, future], limits, NOW, "UTC")
    assert {each.backup.id: each.why for each in found.judged if not each.goes} == {
        good.id: "the last good one", future.id: FROM_THE_FUTURE,
    }  # fmt: skip
    assert last_good([future]) is None
    assert choose([good, future], "last") is good
    with pytest.raises(BadInput, match="None of the backups is good"):
        choose([future], "last")
    assert choose([future], future.id) is future  # who names it has it
    assert "nobody knows" in old(future, NOW)
    assert old(good, NOW) == "700 days old"


def test_rows_are_as_old_as_the_more_careful_of_two_clocks_says() -> None:
    made = backup(3)
    assert made.manifest is not None
    ahead = made.manifest.model_copy(update={"started_at": NOW + AHEAD})
    assert backup(3, manifest=ahead).data_from == made.finished


async def test_a_backup_from_the_future_in_a_real_bucket_hides_no_old_one(
    world: World, tmp_path: Path
) -> None:
    async with shop(world, tmp_path) as made:
        before = await made.newest_good()
        assert before is not None
        world.faults.switch("backup_ahead", True)
        await world.settled()
        future = (await made.kept())[-1]
        assert future.ahead
        assert future.finished > datetime.now(UTC) + timedelta(days=399)
        newest = await made.newest_good()
        assert newest is not None
        assert newest.id == before.id
        now = datetime.now(UTC)
        # What the alert BACKUP_TOO_OLD looks at.
        environment = made.settings.environment()
        scene = Scene(made.house.clients, made.settings, made.house.store, environment, True, now,
                      now)  # fmt: skip
        values = {each.metric: each.value for each in (await sampled(scene)).samples}
        assert 6 < values["backup_age_hours"] < 8
        limit = timedelta(hours=26)
        every = await made.kept()
        listing = Listing("b", every, last_good(every), (), now, limit, None)
        reply = list_reply(listing, everything=True)
        assert "31 backups; the last good one is 7 h old" in reply.text
        assert "1 backup bears a time in the future" in str(reply.blocks)
