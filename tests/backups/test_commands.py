"""The commands through the real bot: Slack on one side, PostgreSQL and S3 on the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.backups import kept
from bot.backups.beside_databases import drop, listed
from bot.backups.holding import release
from bot.backups.leftovers import delete
from bot.errors import OpsError
from bot.sandbox.workspace import ANA, OMAR, OPS, VIC
from bot.sandbox.world import World
from bot.store.operation_rows import State
from handlers.backups import jobs
from tests.lessons.stage import Stage, staged

_NOW = "schedule"


@pytest_asyncio.fixture(loop_scope="session")
async def stage(world: World, tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(world, tmp_path) as made:
        yield made
        world.faults.clear()
        await world.settled()
        clients = made.house.clients
        for each in await listed(clients.database):
            await drop(clients.database, each.name)
        objects = await clients.backups.objects(deadline=30)
        await delete(clients, [each.key for each in objects if each.key.count("/") == 2])


async def test_a_backup_is_made_and_restored_beside_with_a_second_person(stage: Stage) -> None:
    ana, omar = stage.person(ANA, OPS), stage.person(OMAR, OPS)
    await omar.types("/pitchey backups")
    await omar.sees("last good; not verified")
    await omar.types("/pitchey backup now")
    await omar.sees("Nothing has changed yet")
    await omar.presses("Run backup now", confirming="Yes, change it")
    await omar.sees_message("is made and verified")
    (made,) = stage.store.operations.newest(1)
    await omar.types('/pitchey restore last --reason "rehearsing with Ana"')
    await ana.presses("Approve restore", confirming="Approve")
    await ana.sees_message("is restored into pitchey_restore_")
    (copy,) = await listed(stage.house.clients.database)
    assert copy.rows > 200_000
    assert copy.backup in str(made.result)
    await ana.types("/pitchey restore list")
    await ana.sees("1 database beside pitchey")
    await ana.types(f"/pitchey restore drop {copy.name}")
    await ana.presses("Run restore drop", confirming="Yes, change it")
    await ana.sees_message(f"The database {copy.name} is dropped")
    assert await listed(stage.house.clients.database) == ()


async def test_viewers_read_and_change_nothing(stage: Stage) -> None:
    vic = stage.person(VIC, OPS)
    await vic.types("/pitchey backups")
    await vic.sees("the last good one")
    await vic.types("/pitchey backup now")
    await vic.sees("responder")
    await vic.types("/pitchey restore 20261128 --reason why-not")
    await vic.sees("operator")
    assert stage.store.operations.newest(10) == ()


async def test_who_releases_a_hold_reads_why_it_was_put(stage: Stage) -> None:
    ana = stage.person(ANA, OPS)
    runtime = stage.runtime
    every = await kept(runtime.settings, runtime.clients, deadline=20, now=runtime.now())
    backup = every[-2]  # the sandbox's backups are everybody's: one that no other test means
    await ana.types(f'/pitchey backup hold {backup.id} --reason "claim 4711"')
    await ana.presses("Run backup hold", confirming="Yes, change it")
    await ana.sees("is held: ")
    await ana.types(f"/pitchey backup hold {backup.id}")
    await ana.sees("is held already")
    await ana.types(f'/pitchey backup release {backup.id} --reason "claim 4711 is settled"')
    await ana.sees("held by ana since")
    await release(runtime.clients, backup)


async def test_words_that_mean_nothing_are_answered_with_what_would(stage: Stage) -> None:
    ana = stage.person(ANA, OPS)
    for line, told in (
        ("backup show 🎬", "There is no backup"),
        ("backup nwo", "Did you mean"),
        ("restore last --over Pitchey", "The live database is not called Pitchey"),
        ("restore last --into postgres", "cannot be the name of a new database"),
        ("restore switch nothing_here", "There is no restored database called"),
        ("restore drop pitchey", "pitchey is the live database, which no command"),
        ("restore drop nothing_here", "The bot made no database called nothing_here"),
        ("backup drill nonsense", "There is no backup"),
        ("restore switch", "restore switch needs database"),
        ("backup release last", "is not held"),
    ):
        await ana.types(f"/pitchey {line}")
        await ana.sees(told)
    assert [each.state for each in stage.store.operations.newest(10)] == []


async def test_the_schedule_makes_one_and_tells_a_failure(stage: Stage) -> None:
    runtime = stage.runtime
    told = await jobs.make(runtime, runtime.now())
    assert "is made and verified" in told
    (made,) = stage.store.operations.newest(5)
    assert (made.state, made.request.surface) == (State.SUCCEEDED, _NOW)
    assert await jobs.again(runtime, runtime.now()) == "nothing to make again"
    # A clock a year ahead would let every backup go.
    stage.clock.ahead = timedelta(days=400)
    with pytest.raises(OpsError, match="with a wrong clock, backups would go"):
        await jobs.prune(runtime, runtime.now())
    stage.clock.ahead = timedelta()
    assert "Nothing to delete" in await jobs.prune(runtime, runtime.now())
    assert "unfinished uploads taken away" in await jobs.tidy(runtime, runtime.now())
