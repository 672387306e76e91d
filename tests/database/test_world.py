"""The commands in a terminal and in Slack: all looks, a real lock, typos, and a database away."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.workspace import RITA
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.world import World
from bot.settings import load
from bot.store import Sample
from handlers.database.commands import COMMANDS
from tests.database.stage import blocking
from tests.logs.stage import in_slack, opened, run

LOOKS = [command.name for command in COMMANDS if command.name != "db explain"]


async def test_every_look_answers_and_is_audited(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        for line in LOOKS:
            reply = await run(house, line)
            assert reply.outcome == "succeeded", line
            assert reply.data is not None
            assert "not read" not in reply.text, line
        audited = {entry.command for _, entry in house.store.audit.after(0)}
        assert set(LOOKS) <= audited


async def test_growth_comes_from_the_samples(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        now = house.dispatcher.runtime.now()
        house.store.samples.add(
            [
                Sample("production", "database_size", now - timedelta(days=day), 4.0e9 - day * 1e8)
                for day in range(1, 11)
            ]
        )
        reply = await run(house, "db size")
    assert "+100\u00a0MB a day" in json.dumps(reply.blocks, ensure_ascii=False)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("db indxes", "db indexes"),
        ("db explain", "query"),
        ("db explain 12x", "not a query id"),
        ("db explain 123456789", "is known to the database"),
        ("db nonsense at all", "nonsense"),
    ],
)
async def test_bad_input(world: World, tmp_path: Path, line: str, words: str) -> None:
    async with opened(world, tmp_path) as house:
        reply = await run(house, line)
    assert reply.exit_code == 64
    assert words in json.dumps(reply.blocks)


async def test_a_database_that_is_away_is_told_by_its_name(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        for fault, words in (
            ("database_down", "refuses connections"),
            ("database_quota", "quota is exhausted"),
        ):
            world.faults.switch(fault, True)
            await world.settled()
            reply = await run(house, "db")
            assert (reply.exit_code, words in reply.text) == (69, True), reply.text
            world.faults.clear()
            await world.settled()
    plain = {**world.environment, "DATABASE_URL": ""}
    async with opened(world, tmp_path, load(world.config_path, plain)) as house:
        assert "not configured" in (await run(house, "db locks")).text


async def test_a_real_lock_in_slack(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house, in_slack(house):
        rita = Actor(world.workspace, RITA)
        async with blocking(world) as (holder, waiter):
            await rita.types("/pitchey db")
            await rita.sees(f"{waiter} waits for {holder}")
            await rita.presses("Show locks")
            await rita.sees("1 session waiting for 1 blocker")
            await rita.sees(f"SELECT pg_terminate_backend({holder});")
            await rita.never_sees("secret@example.com", seconds=0.1)
        await rita.presses("Look again")
        await rita.sees("Nobody waits for a lock")
        await rita.types("/pitchey db indexes")
        await rita.sees("DROP INDEX CONCURRENTLY public.idx_users_email;")
