"""PostgreSQL 15 as Debian has it, with pg_stat_statements: every look, and care of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from psycopg import AsyncConnection

from bot.sandbox.world import World
from bot.settings import load
from handlers.database.commands import COMMANDS
from tests.database_care.elsewhere import server
from tests.database_care.stage import Agreeing, care_settings, typed, value
from tests.database_care.test_treatments import shown
from tests.logs.stage import opened

LOOKS = [command.name for command in COMMANDS if command.name != "db explain"]
WORK = (
    "db vacuum pitches",
    "db vacuum messages --freeze",
    "db analyze pitches",
    "db reindex pitches",
    "db reindex idx_pitches_genre",
    'db vacuum-full ndas --reason "a test" --break-glass',
    "db create-index idx_users_email_lower",
    "db drop-index idx_pitches_genre_copy",
    "db archive analytics_events",
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fifteen() -> AsyncIterator[str]:
    async with server(
        15, "--shared_preload_libraries=pg_stat_statements", "--wal_level=logical"
    ) as url:
        async with await AsyncConnection.connect(url, autocommit=True) as connection:
            await connection.execute("CREATE EXTENSION pg_stat_statements")
            await connection.execute("SELECT count(*) FROM pitches WHERE genre = 'secret-genre'")
        yield url


async def test_every_look_works_there(world: World, tmp_path: Path, fifteen: str) -> None:
    settings = load(world.config_path, {**world.environment, "DATABASE_URL": fifteen})
    async with opened(world, tmp_path, settings) as house:
        for line in LOOKS:
            reply = await typed(house, line)
            assert reply.outcome == "succeeded", line
            assert "not read" not in reply.text, reply.text
        slow = await typed(house, "db slow")
        assert "known" in slow.text, slow.text
        assert "secret-genre" not in shown(slow)
        async with await AsyncConnection.connect(fifteen) as connection:
            number = await value(
                connection,
                "SELECT queryid FROM pg_stat_statements WHERE query LIKE '%genre = $1'",
            )
        reply = await typed(house, f"db explain {number}")
        assert "PostgreSQL 15" in reply.text
        assert "without its values" in reply.text


async def test_care_works_there(world: World, tmp_path: Path, fifteen: str) -> None:
    care_settings(world, tmp_path)
    settings = load(tmp_path / "pitchey.toml", {**world.environment, "DATABASE_URL": fifteen})
    async with opened(world, tmp_path, settings) as house:
        house.dispatcher.guard.desk = Agreeing()
        for line in WORK:
            reply = await typed(house, line)
            assert reply.outcome == "succeeded", (line, reply.text, shown(reply))
        victim = await AsyncConnection.connect(fifteen)
        await victim.execute("SELECT 1")
        reply = await typed(house, f"db kill {victim.info.backend_pid}")
        assert "was ended" in reply.text
        await victim.close()
        reply = await typed(house, "db publication create")
        assert "Tables that are made later are published" in shown(reply)


async def test_a_role_without_rights_is_told_what_that_release_offers(
    world: World, tmp_path: Path, fifteen: str
) -> None:
    async with await AsyncConnection.connect(fifteen, autocommit=True) as connection:
        await connection.execute("CREATE ROLE visitor LOGIN")
    care_settings(world, tmp_path)
    url = fifteen.replace("//postgres:", "//visitor:")
    settings = load(tmp_path / "pitchey.toml", {**world.environment, "DATABASE_URL": url})
    async with opened(world, tmp_path, settings) as house:
        house.dispatcher.guard.desk = Agreeing()
        reply = await typed(house, "db vacuum users")
        assert "GRANT postgres TO visitor" in reply.text + shown(reply)
