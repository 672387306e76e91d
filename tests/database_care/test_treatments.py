"""Vacuum, analyze, reindex and rewrite on the sandbox's database, and what comes in between."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from psycopg import AsyncConnection

from bot.sandbox.world import World
from bot.store.operation_rows import State
from handlers.database_care.care import blocked_by
from tests.database.stage import as_stranger, owner
from tests.database_care.stage import ODD, caring, counted, holding, table, typed, until, value


def shown(reply: object) -> str:
    return json.dumps(getattr(reply, "blocks", []), ensure_ascii=False)


async def test_vacuum_removes_dead_rows_and_keeps_the_record(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house, table(world, ODD, rows=5_000) as connection:
        await connection.execute(f"DELETE FROM {ODD} WHERE id % 2 = 0".encode())  # noqa: S608
        await counted(connection, ODD)
        reply = await typed(house, 'db vacuum "we&quot;ird Táble 🎬"')
        assert reply.outcome == "succeeded", reply.text
        assert "2,500 dead rows removed" in reply.text
        kept = house.store.maintenance_records.between(
            house.dispatcher.runtime.now() - timedelta(minutes=5),
            house.dispatcher.runtime.now() + timedelta(minutes=1),
        )
        assert [(each.kind, each.target, each.dead_before) for each in kept] == [
            ("vacuum", f"public.{ODD}", 2_500)
        ]
        assert house.store.operations.newest(1)[0].request.target == "database pitchey (care)"


async def test_all_tables_are_treated_and_a_lock_is_told_with_its_holder(
    world: World, tmp_path: Path
) -> None:
    async with (
        caring(world, tmp_path, lock_seconds=0.2) as house,
        holding(world, "messages") as pid,
    ):
        reply = await typed(house, "db analyze")
        assert "1 was not done" in reply.text, reply.text
        assert f"session {pid} of pitchey" in shown(reply)
        assert f"db kill {pid}" in shown(reply)
        records = house.store.maintenance_records.of(house.store.operations.newest(1)[0].id)
        assert {each.target for each in records if each.problem} == {"public.messages"}
        assert len(records) > 10


async def test_reindex_cleans_up_what_was_left_behind(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house, table(world, "spoilt", rows=100) as connection:
        await connection.execute("CREATE INDEX spoilt_ccnew ON spoilt (id)")
        async with await owner(world) as superuser:
            await superuser.execute(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'spoilt_ccnew'::regclass"
            )
        reply = await typed(house, "db reindex spoilt")
        assert reply.outcome == "succeeded", reply.text
        left = await value(
            connection, "SELECT count(*) FROM pg_class WHERE relname LIKE 'spoilt_cc%'"
        )
        assert left == 0
        assert "Reindexed 1 table" in reply.text


async def test_reindex_that_cannot_have_its_lock_says_what_stays_and_mends_it_later(
    world: World, tmp_path: Path
) -> None:
    invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
    async with (
        caring(world, tmp_path, lock_seconds=0.05) as house,
        table(world, "spoilt", rows=100) as connection,
    ):
        async with holding(world, "spoilt", "ROW EXCLUSIVE") as pid:
            reply = await typed(house, "db reindex spoilt")
            assert reply.outcome == "failed"
            assert "Its lock was not free" in shown(reply)
            assert "spoilt_pkey_ccnew" in shown(reply)
            assert await value(connection, invalid) == 1
            assert f"db kill {pid}" in shown(reply)
            oid = await value(connection, "SELECT 'spoilt'::regclass::oid::int8")
            async with house.dispatcher.runtime.clients.database.looking(deadline=10) as looking:
                found = [
                    (await blocked_by(looking, int(str(oid)), reads=False, least=least))[1]
                    for least in (0.0, 10_000.0)
                ]
            assert found == [pid, 0]
        reply = await typed(house, "db reindex spoilt")
        assert reply.outcome == "succeeded", reply.text
        assert await value(connection, invalid) == 0


async def test_vacuum_full_says_its_lock_and_gives_space_back(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house, table(world, "spoilt", rows=20_000) as connection:
        await connection.execute("DELETE FROM spoilt WHERE id > 100")
        reply = await typed(house, "db vacuum-full spoilt")
        assert reply.exit_code == 64
        assert "about " in shown(reply)
        reply = await typed(house, 'db vacuum-full spoilt --reason "half empty" --break-glass')
        assert reply.outcome == "succeeded", reply.text
        assert "gained" in reply.text
        record = house.store.maintenance_records.of(house.store.operations.newest(1)[0].id)[0]
        assert record.bytes_after < record.bytes_before / 2


async def test_cancel_really_ends_the_statement(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path, lock_seconds=30.0) as house, table(world, "spoilt") as one:
        async with holding(world, "spoilt") as pid:
            running = asyncio.create_task(typed(house, "db vacuum spoilt"))
            async with await owner(world) as watcher:
                await until(
                    watcher,
                    f"SELECT count(*) FROM pg_stat_activity WHERE {pid} = "  # noqa: S608
                    "ANY (pg_blocking_pids(pid)) AND query LIKE 'VACUUM%'",
                )
                record = house.store.operations.newest(1, (State.RUNNING,))[0]
                house.store.operations.ask_cancel(record.id, "Omar")
                reply = await running
                assert reply.outcome == "cancelled", reply.text
                assert "Cancelled while spoilt was vacuumed" in reply.text
                steps = house.store.operations.steps(record.id)
                assert [step.finished_at is not None for step in steps] == [True, False]
                assert not await value(
                    watcher,
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'VACUUM%' "
                    "AND state = 'active'",
                )
        assert one is not None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("db vacuum pitchez", "pitches"),
        ("db reindex 'x; DROP TABLE users'", "There is no table"),
        ("db vacuum-full", "a rewrite would win next to nothing"),
    ],
)
async def test_what_cannot_be_meant(world: World, tmp_path: Path, line: str, words: str) -> None:
    async with caring(world, tmp_path) as house:
        reply = await typed(house, line)
        assert words in shown(reply) + reply.text
        assert reply.exit_code == 64


async def test_outside_of_the_window_only_with_a_reason(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house:
        now = house.dispatcher.runtime.now()
        window = f"{now + timedelta(hours=2):%H:%M}-{now + timedelta(hours=3):%H:%M}"
    async with caring(world, tmp_path, maintenance_window=window) as house:
        reply = await typed(house, "db reindex ndas")
        assert (reply.outcome, reply.exit_code) == ("refused", 75), reply.text
        assert "Not now: the maintenance window is closed, and opens <!date^" in reply.text
        assert ":x:" not in shown(reply)
        assert "db reindex ndas --outside-window" in shown(reply)
        reply = await typed(house, "db reindex ndas --outside-window")
        assert "Say why" in reply.text
        assert "Give the reason" in shown(reply)
        reply = await typed(house, 'db reindex ndas --outside-window --reason "slow queries"')
        assert reply.outcome == "succeeded", reply.text
        assert "OUTSIDE" in " ".join(house.store.operations.newest(1)[0].request.lines)


async def test_a_role_without_rights_is_told_the_grant(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house, as_stranger(world) as database:
        house.dispatcher.runtime.clients.database.dsn = database.dsn
        reply = await typed(house, "db vacuum users")
        assert reply.outcome == "failed"
        async with await owner(world) as superuser:
            maintains = superuser.info.server_version >= 170_000
        grant = "MAINTAIN ON TABLE public.users" if maintains else "pitchey"
        assert f"GRANT {grant} TO stranger" in shown(reply) + reply.text


async def test_a_session_that_somebody_ends_is_no_restart_of_the_server(
    world: World, tmp_path: Path
) -> None:
    async with caring(world, tmp_path, lock_seconds=30.0) as house, table(world, "a_first"):
        connection = await AsyncConnection.connect(world.database.url)
        await connection.execute("LOCK TABLE a_first IN ACCESS EXCLUSIVE MODE")
        running = asyncio.create_task(typed(house, "db analyze"))
        async with await owner(world) as watcher:
            await until(
                watcher,
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'ANALYZE%a_first' "
                "AND wait_event_type = 'Lock'",
            )
            await watcher.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name LIKE 'pitchey-ops-bot%'"
            )
        await connection.close()
        reply = await running
        assert "1 was not done" in reply.text, reply.text
        assert "session was ended in the database; the server itself ran on" in shown(reply)
