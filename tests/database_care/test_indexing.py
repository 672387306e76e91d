"""Indexes: what is typed is checked word by word, what is there is recognised, and both ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.sandbox.world import World
from handlers.database_care.indexing.definitions import (
    concurrently,
    does_its_work,
    shape,
    wanted,
)
from tests.database_care.stage import ODD, caring, holding, table, typed, value
from tests.database_care.test_treatments import shown

KNOWN = ("id", "status", "title", 'od"d', "created_at")


@pytest.mark.parametrize(
    ("columns", "where", "statement"),
    [
        ("created_at desc", "", 'CREATE INDEX CONCURRENTLY "x" ON t ("created_at" DESC)'),
        ("LOWER(Title), id", "", 'CREATE INDEX CONCURRENTLY "x" ON t (lower("title"), "id")'),
        (
            '"od""d" asc nulls last', "status = 'it''s' and id is not null",
            'CREATE INDEX CONCURRENTLY "x" ON t ("od""d" ASC NULLS LAST) '
            "WHERE \"status\" = 'it''s' AND \"id\" IS NOT NULL",
        ),
    ],
)  # fmt: skip
def test_what_is_understood(columns: str, where: str, statement: str) -> None:
    assert wanted("t", columns, where, KNOWN, "x").statement() == statement


@pytest.mark.parametrize(
    ("columns", "where"),
    [
        ("", ""), ("nothing", ""), ("id); DROP TABLE users; --", ""), ("id, (select 1)", ""),
        ("pg_sleep(id)", ""), ("id", "id = (select 1)"), ("id", "id = 1; drop table x"),
        ("id", "id = 'a' or true"), ("id", "status = 'a\\b'"), ("id", "status = 'a' || 'b'"),
        ("id," * 9, ""),
    ],
)  # fmt: skip
def test_nothing_else_is(columns: str, where: str) -> None:
    with pytest.raises(BadInput):
        wanted("t", columns, where, KNOWN, "x")


@pytest.mark.parametrize(
    ("other", "of", "how"),
    [
        ("btree (a)", "btree (a)", "same"),
        ("btree (a)", "btree (a DESC)", "same"),
        ("btree (a)", "btree (a) WHERE (b = 1)", "all rows"),
        ("btree (a) WHERE (b = 1)", "btree (a)", ""),
        ("btree (a, b)", "btree (a)", "begins with it"),
        ("btree (b, a)", "btree (a)", ""),
        ("btree (a, b DESC)", "btree (a, b)", ""),
        ("gin (a)", "btree (a)", ""),
        ("btree (lower((a)::text), b)", "btree (lower((a)::text))", "begins with it"),
    ],
)
def test_which_index_does_the_work_of_which(other: str, of: str, how: str) -> None:
    one, two = (shape(f"CREATE INDEX i ON public.t USING {each}") for each in (other, of))
    assert one is not None
    assert two is not None
    assert does_its_work(one, two) == how


def test_a_kept_definition_is_made_without_locking() -> None:
    kept = "CREATE UNIQUE INDEX i ON t USING btree (a)"
    assert concurrently(kept) == "CREATE UNIQUE INDEX CONCURRENTLY i ON t USING btree (a)"
    never = shape("CREATE UNIQUE INDEX i ON t USING btree (a)")
    plain = shape("CREATE INDEX i ON t USING btree (a)")
    assert never is not None
    assert plain is not None
    assert does_its_work(plain, never) == ""


async def test_the_guides_three_are_recognised_and_made(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house:
        reply = await typed(house, "db create-index")
        assert "2 indexes of the guide's 3 can be made" in reply.text
        reply = await typed(house, "db create-index idx_pitches_status")
        assert "has the same columns for all rows" in reply.text
        reply = await typed(house, "db create-index idx_users_email_lower")
        assert "was made on public.users" in reply.text, reply.text
        reply = await typed(house, "db create-index idx_users_email_lower")
        assert "is the same index" in reply.text
        reply = await typed(house, "db drop-index idx_users_email_lower")
        assert "is in use" in reply.text
        line = 'db drop-index idx_users_email_lower --anyway --reason "only a test" --break-glass'
        reply = await typed(house, line)
        assert "was dropped" in reply.text, reply.text


async def test_a_duplicate_is_dropped_and_can_be_made_again(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house, table(world, ODD, "id int, b int", 0) as one:
        await one.execute(f'CREATE INDEX "a ""1"" 🎬" ON {ODD} (b)'.encode())
        await one.execute(f'CREATE INDEX "a ""2"" 🎬" ON {ODD} (b)'.encode())
        reply = await typed(house, 'db drop-index "a &quot;2&quot; 🎬"')
        assert "was dropped" in reply.text, reply.text
        reply = await typed(house, "db create-index")
        again = 'public."a ""2"" 🎬"'.replace('"', "&quot;")
        reply = await typed(house, f'db create-index "{again}"')
        assert reply.outcome == "succeeded", reply.text
        assert (
            await value(one, "SELECT count(*) FROM pg_indexes WHERE indexname = 'a \"2\" 🎬'") == 1
        )


async def test_a_lock_leaves_no_invalid_index_unsaid(world: World, tmp_path: Path) -> None:
    async with (
        caring(world, tmp_path, lock_seconds=0.05) as house,
        table(world, "spoilt", rows=50) as one,
    ):
        async with holding(world, "spoilt", "ROW EXCLUSIVE") as pid:
            reply = await typed(house, "db create-index spoilt --columns id --anyway")
            assert reply.outcome == "failed"
            assert f"session {pid}" in reply.text
            assert "public.idx_spoilt_id stays, invalid" in shown(reply)
        reply = await typed(house, "db create-index spoilt --columns id --anyway")
        assert reply.outcome == "succeeded", reply.text
        assert "public.idx_spoilt_id was made" in reply.text
        assert await value(one, "SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0


async def test_what_must_stay(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house:
        for line, words in (
            ("db drop-index users_pkey", "belongs to a constraint"),
            ("db drop-index nonsense", "There is no index"),
            ("db create-index pitches", "Which columns?"),
            ("db create-index pitches --columns nothing", "There is no column"),
            ("db create-index nothing", "neither one of the guide"),
            ('db create-index pitches --columns "id" --where "1=1"', "no condition"),
        ):
            reply = await typed(house, line)
            assert words in shown(reply) + reply.text, line


async def test_a_value_too_long_for_an_index_is_told_as_that(world: World, tmp_path: Path) -> None:
    letters = "INSERT INTO notes SELECT string_agg(md5(n::text), '') FROM generate_series(1, 600) n"
    async with table(world, "notes", "body text") as one, caring(world, tmp_path) as house:
        await one.execute(letters)
        reply = await typed(house, "db create-index notes --columns body")
    assert reply.text.startswith(":x: ")
    assert "value is too long for this index: an entry holds about 2,700 bytes" in reply.text
    assert "Index a shorter column" in shown(reply)
    assert "Nothing invalid stays" in shown(reply)
