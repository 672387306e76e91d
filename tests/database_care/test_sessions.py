"""Ending sessions: the right one, with what it was doing, and never one that is another by now."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path

import psycopg
import pytest
from psycopg import AsyncConnection

from bot.sandbox.world import World
from bot.settings import load
from handlers.database_care.sessions import killing
from tests.database.stage import as_stranger, owner
from tests.database_care.stage import Agreeing, care_settings, caring, typed, until, value
from tests.database_care.test_treatments import shown
from tests.logs.stage import opened

SLEEP = "SELECT pg_sleep(60), 'secret@example.com'"


async def test_a_query_is_cancelled_and_its_session_lives(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house:
        victim = await AsyncConnection.connect(world.database.url, autocommit=True)
        pid = victim.info.backend_pid
        sleeping = asyncio.create_task(victim.execute(SLEEP))
        async with await owner(world) as watcher:
            await until(
                watcher,
                f"SELECT state = 'active' FROM pg_stat_activity WHERE pid = {pid}",  # noqa: S608
            )
        reply = await typed(house, f"db kill {pid}")
        assert reply.outcome == "succeeded", reply.text
        assert "was cancelled" in reply.text
        assert "secret@example.com" not in shown(reply)
        with pytest.raises(psycopg.errors.QueryCanceled):
            await sleeping
        assert await value(victim, "SELECT 1") == 1
        await victim.close()


async def test_who_sits_in_a_transaction_is_ended(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house:
        victim = await AsyncConnection.connect(world.database.url)
        await victim.execute("SELECT 1")
        reply = await typed(house, f"db kill {victim.info.backend_pid}")
        assert "was ended" in reply.text, reply.text
        with pytest.raises(psycopg.OperationalError):
            await victim.execute("SELECT 1")
        await victim.close()


async def test_a_number_that_was_given_anew_is_not_hit(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        context = house.dispatcher.runtime
        victim = await AsyncConnection.connect(world.database.url, autocommit=True)
        _, session = await killing.read(context, victim.info.backend_pid)  # type: ignore[arg-type]
        planned = json.loads(killing.fingerprint(session, killing.TERMINATE))
        planned[2] = "2020-01-01 00:00:00+00"
        done = await killing.end(context, session, json.dumps(planned))  # type: ignore[arg-type]
        assert done.seconds == 0
        assert await value(victim, "SELECT 1") == 1
        await victim.close()


async def test_what_must_not_be_ended_says_why(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house:
        for line, words in (
            ("db kill 0", "no session"),
            ("db kill 2147483647", "There is no session"),
            ("db kill 99999999999999", "whole number"),
        ):
            reply = await typed(house, line)
            assert words in shown(reply) + reply.text, line
        superuser = await owner(world)
        reply = await typed(house, f"db kill {superuser.info.backend_pid}")
        assert "belongs to a superuser" in reply.text
        await superuser.close()
        async with as_stranger(world) as stranger:
            victim = await AsyncConnection.connect(world.database.url)
            house.dispatcher.runtime.clients.database.dsn = stranger.dsn
            reply = await typed(house, f"db kill {victim.info.backend_pid}")
            assert "GRANT pg_signal_backend TO stranger" in shown(reply) + reply.text
            await victim.close()


async def test_the_pool_is_reset_and_the_workers_secret_set(world: World, tmp_path: Path) -> None:
    world.faults.switch("pool_full", True, 20.0)
    await world.settled()
    environment = {**world.environment, "WORKER_DATABASE_URL": world.database.url}
    care_settings(world, tmp_path)
    async with opened(world, tmp_path, load(tmp_path / "pitchey.toml", environment)) as house:
        house.dispatcher.guard.desk = Agreeing()
        await asyncio.sleep(2.2)  # a session counts as idle only after some seconds
        reply = await typed(house, "db pool-restart")
        assert reply.outcome == "succeeded", reply.text
        assert "20 sessions of pitchey ended" in reply.text, reply.text
        assert "set anew" in shown(reply)
        assert world.database.url not in shown(reply)
    with contextlib.suppress(psycopg.OperationalError):
        world.faults.clear()
        await world.settled()
