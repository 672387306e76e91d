"""Every statement of queries.sql against a real PostgreSQL, and what it must find there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.clients.postgres import Database
from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.errors import BadInput
from bot.sandbox.world import World
from handlers.database import overview
from handlers.database.asking import MOST, Question, ask, statement
from handlers.database.explaining import explain
from handlers.database.looks import indexes, replication, sequences, tables
from handlers.database.queries import names
from tests.database.stage import ODD, as_stranger, blocking, owner, remember, standing, statements

PARAMETERS: dict[str, Any] = {
    "most": 50, "rows": 1, "bytes": 1, "counted": False, "query_id": "5",
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def database(world: World) -> AsyncIterator[Database]:
    yield Database(world.database.url, application_name="test-of-looks")


async def rows(database: Database, name: str, **more: Any) -> list[dict[str, Any]]:
    text = statement(name, await standing(database))
    async with database.looking(deadline=5) as looking:
        return await looking.rows(text, {**PARAMETERS, **more}, deadline=10)


async def test_every_statement_runs(world: World, database: Database) -> None:
    number = (await standing(database)).version_number
    late = {each.name for each in replication.QUESTIONS if each.least_version > number}
    async with statements(world):
        for name in set(names()) - late:
            found = await rows(database, name)
            assert isinstance(found, list), name


async def test_the_sandboxs_own_mistakes_are_found(world: World, database: Database) -> None:
    doubles = {row["name"]: row for row in await rows(database, "indexes_duplicate")}
    assert doubles["public.idx_users_email"]["other"] == "users_email_key"
    assert doubles["public.idx_pitches_genre_copy"]["exact"]
    assert not doubles["public.idx_pitches_user_id"]["exact"]
    assert "public.idx_pitches_genre" not in doubles
    keys = {row["constraint_name"] for row in await rows(database, "foreign_keys_without_index")}
    assert "messages_sender_id_fkey" in keys
    assert "messages_receiver_id_fkey" not in keys  # the first column of a wider index
    unused = {row["name"] for row in await rows(database, "indexes_unused")}
    assert "public.idx_users_email" in unused
    assert not any(name.endswith(("_pkey", "_key")) for name in unused)


async def test_names_with_quotes_spaces_and_emoji(world: World, database: Database) -> None:
    quoted = '"' + ODD.replace('"', '""') + '"'
    async with await owner(world) as connection:
        for text in (
            "SET ROLE pitchey",
            f'CREATE TABLE {quoted} ("é\'\'1" smallserial, "u%s r" int REFERENCES users (id))',
            f'CREATE INDEX "first 🎬" ON {quoted} ("é\'\'1")',
            f'CREATE INDEX "second ""x" ON {quoted} ("é\'\'1")',
            f"INSERT INTO {quoted} SELECT 1 FROM generate_series(1, 5000)",  # noqa: S608 - our own name
            f"SELECT setval(pg_get_serial_sequence('{quoted}', 'é''''1'), 32000)",
            f"VACUUM ANALYZE {quoted}",
        ):
            await connection.execute(text.encode())
        try:
            answers = await ask(database, (*indexes.QUESTIONS, *tables.SIZES, *sequences.QUESTIONS))
            assert answers.unread == ()
            (widen,) = sequences.look(answers).findings
            assert any(row["name"] == f"public.{quoted}" for row in answers.all("tables"))
            fixes = [
                each.fix
                for each in indexes.look(answers).findings
                if quoted in each.fix or "second" in each.fix
            ]
            assert 'DROP INDEX CONCURRENTLY public."second ""x";' in fixes
            assert f'CREATE INDEX CONCURRENTLY ON public.{quoted} ("u%s r");' in fixes
            for text in (*fixes, *widen.fix.split("; ")):
                await connection.execute(text.encode())  # what is offered really runs
        finally:
            await connection.execute(f"DROP TABLE {quoted}".encode())


async def test_ten_thousand_tables_stay_bounded(world: World, database: Database) -> None:
    async with await owner(world) as connection:
        await connection.execute("CREATE SCHEMA many")
        for start in range(0, 10_000, 2_000):
            await connection.execute(
                f"DO $$ BEGIN FOR n IN {start}..{start + 1_999} LOOP EXECUTE "
                "'CREATE TABLE many.t' || n || ' (id int)'; END LOOP; END $$"
            )
        try:
            answers = await ask(database, (*tables.QUESTIONS, *overview.QUESTIONS))
            assert answers.unread == ()
            found = tables.look(answers)
            assert found.grid is not None
            assert (found.grid.total or 0) > 10_000
            assert len(found.grid.rows) == MOST
        finally:
            for start in range(0, 10_000, 2_000):
                await connection.execute(
                    f"DO $$ BEGIN FOR n IN {start}..{start + 1_999} LOOP EXECUTE "
                    "'DROP TABLE many.t' || n; END LOOP; END $$"
                )
            await connection.execute("DROP SCHEMA many CASCADE")


async def test_a_locked_table_is_estimated_and_keeps_nothing_back(
    world: World, database: Database
) -> None:
    async with blocking(world) as (holder, waiter):
        answers = await ask(database, (*tables.QUESTIONS, *indexes.QUESTIONS, *overview.QUESTIONS))
        assert answers.unread == ()
        estimated = {row["name"] for row in answers.all("tables") if row["estimated"]}
        assert estimated == {"public.users"}
        blocked = {row["pid"]: list(row["blockers"]) for row in answers.all("blocked")}
        assert blocked == {holder: [], waiter: [holder]}


async def test_a_question_that_hangs_keeps_no_other_back(world: World, database: Database) -> None:
    async with blocking(world), database.looking(deadline=5) as looking:
        began = time.perf_counter()
        with pytest.raises(DatabaseFailure) as locked:
            await looking.rows("select count(*) from users", deadline=5)
        assert locked.value.trouble is DatabaseTrouble.LOCKED
        with pytest.raises(DatabaseFailure) as slow:
            await looking.rows("select pg_sleep(90)", deadline=0.2)
        assert slow.value.trouble is DatabaseTrouble.TIMED_OUT
        assert await looking.rows("select 1 as one", deadline=30) == [{"one": 1}]
        assert time.perf_counter() - began < 60


async def test_nothing_can_be_written_and_nothing_stays(world: World, database: Database) -> None:
    async with database.looking(deadline=5) as looking:
        with pytest.raises(DatabaseFailure):
            await looking.rows("create table evil (id int)", deadline=1)
        with pytest.raises(DatabaseFailure):  # a second statement hides in none
            await looking.rows("select 1; select 2", deadline=1, foreign=True)
        await looking.rows("select 1 as x", deadline=1)
        found = await (await looking.connection.execute("show statement_timeout")).fetchone()
        prepared = await looking.connection.execute("select from pg_prepared_statements")
        assert (found, prepared.rowcount) == ({"statement_timeout": "0"}, 0)


async def test_a_role_without_rights_is_told_the_grant(world: World) -> None:
    async with statements(world) as connection, as_stranger(world) as stranger:
        async with blocking(world):
            answers = await ask(stranger, overview.QUESTIONS)
        await remember(connection, 6, "select 1 from users where id = $1", 1)
        found = overview.look(answers, [], 5.0)
        with pytest.raises(DatabaseFailure) as refused:
            await explain(stranger, "6")
        await connection.execute(refused.value.hint.split("`")[1].encode())
        assert "Index" in (await explain(stranger, "6")).plan  # what was offered helps
    assert not answers.standing.sees_all
    assert any("GRANT pg_monitor TO stranger" in note for note in found.notes)
    assert len(answers.rows) > 10


async def test_plans_of_known_statements(world: World, database: Database) -> None:
    async with statements(world) as connection:
        await remember(connection, -5, "select * from users where email = $1 and 7 = id", 120)
        await remember(connection, 6, "create table evil (id int)", 1)
        await remember(connection, 7, "select 1; drop table users", 1)
        found = await explain(database, "-5")
        assert "Index Scan" in found.plan
        assert "cost=" in found.plan
        assert "7" not in found.facts[0][1]
        for number, words in (("6", "Only SELECT"), ("7", "Several"), ("8", "is known")):
            with pytest.raises(BadInput, match=words):
                await explain(database, number)
    for bad in ("x", "1;2", str(2**63), "9" * 40):
        with pytest.raises(BadInput, match="not a query id"):
            await explain(database, bad)
    async with blocking(world) as (_, waiter):
        asked = asyncio.create_task(explain(database, str(waiter)))
        with pytest.raises(DatabaseFailure) as failure:  # planning waits for the same lock
            await asked
        assert failure.value.trouble is DatabaseTrouble.LOCKED, failure.value.said


async def test_unknown_columns_and_late_views_are_left_out(
    database: Database, world: World
) -> None:
    future = Question("subscription_errors", "Future", least_version=990_000)
    answers = await ask(database, (future, Question("size", "Size")))
    assert set(answers.rows) == {"size"}
    assert answers.unread == ()
