"""`/pitchey morning` over the whole sandbox: well, and with everything broken that it looks at."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.sandbox.world import World
from bot.schedule import run_due, run_now
from handlers.morning.commands import CHECK
from handlers.morning.operations import _bounded, check_morning
from handlers.morning.result import Found, State
from tests.logs.stage import opened, run, settings_of


def states(data: Any) -> dict[str, str]:
    return {part: told["state"] for part, told in data["parts"].items()}


async def test_a_good_morning_and_what_is_not_known(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        reply = await run(house, "morning")
    told = states(reply.data)
    assert told | {"errors": "", "deployments": "", "incidents": ""} == {
        "health": "good", "metrics": "not checked", "errors": "", "backups": "good",
        "space": "good", "certificates": "good", "alerts": "good", "incidents": "",
        "deployments": "", "actions": "good",
    }  # fmt: skip
    assert "was the bot running?" in reply.data["parts"]["metrics"]["summary"]
    assert reply.text.startswith(":grey_question: Good morning: nothing known needs you")


async def test_every_part_that_fails_is_named_and_keeps_nothing_back(
    world: World, tmp_path: Path
) -> None:
    for fault in ("database_down", "storage_refuses", "cloudflare_down"):
        world.faults.switch(fault, True)
    await world.settled()
    async with opened(world, tmp_path) as house:
        now = datetime.now(UTC)
        house.store.alerts.raise_external("neon", "quota", "Quota used up", "critical", "x", now)
        reply = await run(house, "morning")
    told = states(reply.data)
    assert (told["health"], told["alerts"], told["space"]) == ("needs you", "needs you", "good")
    assert told["backups"] == told["errors"] == told["deployments"] == "not checked"
    assert reply.text.startswith(":red_circle: Good morning: 2 things need you: ")
    assert "Quota used up fires" in reply.text
    assert reply.exit_code == 2
    assert reply.data["took_ms"] < 30_000


async def test_missing_backups_need_somebody(world: World, tmp_path: Path) -> None:
    world.faults.switch("backup_old", True, 60.0)
    await world.settled()
    async with opened(world, tmp_path) as house:
        found = await check_morning(house.dispatcher.runtime)
    backups = next(each for each in found.found if each.part == "backups")
    assert "old (limit 26 h)" in backups.why


async def test_evidence_in_the_same_bucket_is_no_backup(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        before = (await check_morning(house.dispatcher.runtime)).found
        bucket = house.dispatcher.runtime.clients.backups
        client = await asyncio.to_thread(bucket.connect)
        stored = {"Bucket": bucket.name, "Key": "evidence/INC-1/bundle.tar.gz"}
        await asyncio.to_thread(client.put_object, **stored, Body=b"x")
        try:
            after = (await check_morning(house.dispatcher.runtime)).found
        finally:
            await asyncio.to_thread(client.delete_object, **stored)
    told = [next(each for each in found if each.part == "backups") for found in (before, after)]
    assert told[0].data == told[1].data


async def test_a_hanging_part_costs_its_own_time_only() -> None:
    async def hangs() -> Found:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    found = await _bounded("errors", hangs(), 0.01)
    assert (found.state, found.summary) == (State.UNCHECKED, "no answer within 0.01 s")


async def test_missed_it_runs_late_once_and_says_so(world: World, tmp_path: Path) -> None:
    settings = settings_of(world, tmp_path)
    async with opened(world, tmp_path, settings) as house:
        runtime = house.dispatcher.runtime
        due = datetime(2026, 7, 1, 7, tzinfo=UTC)  # a Wednesday
        zone = settings.team.timezone
        assert CHECK.when(settings) == "0 9 * * mon-fri"
        runtime.clock = lambda: due - timedelta(hours=3)
        runtime.store.schedules.know(CHECK.name, runtime.now())
        runtime.clock = lambda: due + timedelta(hours=8)  # in any zone of Europe after nine
        assert zone
        assert await run_due(runtime, CHECK)
        assert not await run_due(runtime, CHECK)
        record = runtime.store.schedules.find(CHECK.name)
        assert record is not None
        assert record.due is not None
        assert record.outcome == "succeeded", record.detail
        posted = runtime.store.outbox.find(f"morning:{record.due:%Y-%m-%dT%H:%M}")
        assert posted is not None
        assert "run late, it was due" in str(posted.blocks)
        assert posted.channel == settings.slack.ops_channel
        # The same time again, as after a kill: nothing is told twice.
        await run_now(runtime, CHECK, record.due)
        assert runtime.store.outbox.counts().waiting == 1
