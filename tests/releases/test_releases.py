"""Every release of PostgreSQL that is installed: looks, care, backups, migrations, the store.

The bot's programs are the environment's, newer than these servers, as they often are.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from psycopg import AsyncConnection

from bot.backups.beside_databases import listed
from bot.queries import named
from bot.sandbox.world import World
from handlers.database.commands import COMMANDS
from handlers.database.looks import replication
from tests.database_care.stage import typed, until, value
from tests.database_care.test_treatments import shown
from tests.postgresql_release import MAJORS
from tests.releases.stage import Release, house, started

LOOKS = [command.name for command in COMMANDS if command.name != "db explain"]
GLASS = '--reason "a test" --break-glass'
WORK = (
    "db vacuum pitches",
    "db vacuum messages --freeze",
    "db analyze pitches",
    "db reindex pitches",
    "db reindex idx_pitches_genre",
    f"db vacuum-full ndas {GLASS}",
    "db create-index idx_users_email_lower",
    "db drop-index idx_pitches_genre_copy",
    "db archive analytics_events",
)


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=MAJORS, ids=str)
async def release(request: pytest.FixtureRequest) -> AsyncIterator[Release]:
    async with started(request.param) as found:
        yield found


async def test_every_statement_is_understood(release: Release) -> None:
    """Planned, not run: a column or a function that the release has not is refused so, too."""
    number = release.major * 10_000
    late = {each.name for each in replication.QUESTIONS if each.least_version > number}
    async with await AsyncConnection.connect(release.url, autocommit=True) as connection:
        for package in ("handlers.database", "handlers.database_care"):
            for name, text in named(package).items():
                if name in late:
                    continue
                asked = text.replace("extension_schema.", "public.")
                nothing: defaultdict[str, None] = defaultdict(lambda: None)
                await connection.execute(f"EXPLAIN {asked}".encode(), nothing)


# What the grammar wants as a literal, pg_stat_statements keeps as a parameter; and a remark first.
_KEPT = """-- the odd_one of the tests
SELECT extract(day FROM viewed_at), count(*) FROM pitch_views
 WHERE viewed_at > now() - interval '7 days' AND viewed_at < timestamptz '2100-01-01 00:00Z'
   AND viewed_at > date '2000-01-01' AND viewed_at AT TIME ZONE 'UTC' > now() - interval '9' month
   AND EXISTS (SELECT FROM pg_sleep(0.5))
 GROUP BY 1"""


async def test_every_look_works(world: World, tmp_path: Path, release: Release) -> None:
    async with (
        house(world, tmp_path, release) as bot,
        await AsyncConnection.connect(release.url) as holder,
        await AsyncConnection.connect(release.url) as waiter,
        await AsyncConnection.connect(release.owner, autocommit=True) as owner,
    ):
        await holder.execute("SELECT count(*) FROM pitches WHERE genre = 'secret-genre'")
        await holder.execute("LOCK TABLE ndas IN ACCESS EXCLUSIVE MODE")
        waiting = asyncio.create_task(waiter.execute("SELECT count(*) FROM ndas"))
        blocked = f"cardinality(pg_blocking_pids({waiter.info.backend_pid}))"
        await until(owner, f"SELECT {blocked} > 0")
        for line in LOOKS:
            reply = await typed(bot, line)
            assert reply.outcome == "succeeded", line
            assert "not read" not in reply.text + shown(reply), (reply.text, shown(reply))
        reply = await typed(bot, "db locks")
        assert str(holder.info.backend_pid) in shown(reply)
        await holder.rollback()
        await waiting
        await holder.execute(_KEPT)
        await holder.rollback()
        slow = await typed(bot, "db slow")
        assert "known" in slow.text, slow.text
        assert "secret-genre" not in shown(slow)
        number = await value(
            owner, "SELECT queryid FROM pg_stat_statements WHERE query LIKE '%pitches%genre = $1'"
        )
        reply = await typed(bot, f"db explain {number}")
        assert "idx_pitches_genre" in shown(reply), shown(reply)
        assert "without knowing the parameters" in shown(reply)
        number = await value(
            owner,
            "SELECT queryid FROM pg_stat_statements WHERE query LIKE '%odd_one%TIME ZONE%'",
        )
        assert "db explain " in str(slow.blocks)
        reply = await typed(bot, f"db explain {number}")
        assert reply.outcome == "succeeded", (reply.text, shown(reply))
        assert "pitch_views" in shown(reply)


async def test_care_works(world: World, tmp_path: Path, release: Release) -> None:
    async with (
        house(world, tmp_path, release) as bot,
        await AsyncConnection.connect(release.url, autocommit=True) as victim,
    ):
        await victim.execute("DELETE FROM messages WHERE id % 2 = 0; SELECT 1")
        for line in WORK:
            reply = await typed(bot, line)
            assert reply.outcome == "succeeded", (line, reply.text, shown(reply))
        reply = await typed(bot, f"db kill {victim.info.backend_pid}")
        assert "was ended" in reply.text
        reply = await typed(bot, "db publication create")
        assert reply.outcome == "succeeded", (reply.text, shown(reply))
        reply = await typed(bot, "db replication")
        assert "pitchey_pub" in shown(reply)
        assert (await typed(bot, "audit verify")).outcome == "succeeded"


async def test_a_backup_is_restored_compared_and_takes_the_live_ones_place(
    world: World, tmp_path: Path, release: Release
) -> None:
    async with house(world, tmp_path, release) as bot:
        reply = await typed(bot, "backup now")
        assert "is made and verified" in reply.text, (reply.text, shown(reply))
        reply = await typed(bot, f"restore drill last {GLASS}")
        assert reply.outcome == "succeeded", (reply.text, shown(reply))
        reply = await typed(bot, f"restore last --into copy {GLASS}")
        assert "is restored into copy" in reply.text, (reply.text, shown(reply))
        assert "create extension" in shown(reply)  # what only a superuser makes is told
        assert "transaction_timeout" not in shown(reply)
        reply = await typed(bot, f"restore switch copy {GLASS}")
        assert reply.outcome == "succeeded", (reply.text, shown(reply))
        (before,) = await listed(bot.clients.database)
        reply = await typed(bot, f"restore switch {before.name} {GLASS}")
        assert reply.outcome == "succeeded", (reply.text, shown(reply))


async def test_migrations_are_tried_on_a_copy_and_applied(
    world: World, tmp_path: Path, release: Release
) -> None:
    async with house(world, tmp_path, release) as bot:
        text = 'create table "Mt\'s" (id int); alter table pitches add "Großes" int;'
        (tmp_path / "sql" / "1.sql").write_text(text, "utf-8")
        for line, told in (
            ("migrate plan", "1 migration pending"),
            ("migrate test", "1 file passed on a copy"),
            (f"migrate apply {GLASS}", "1 migration is applied"),
        ):
            reply = await typed(bot, line)
            assert told in reply.text, (reply.text, shown(reply))


async def test_a_role_without_rights_is_told_what_that_release_offers(
    world: World, tmp_path: Path, release: Release
) -> None:
    async with (
        house(world, tmp_path, release, role="visitor") as bot,
        await AsyncConnection.connect(release.owner, autocommit=True) as owner,
    ):
        reply = await typed(bot, "db vacuum users")
        grant = "MAINTAIN ON TABLE public.users" if release.major >= 17 else "pitchey"
        assert f"GRANT {grant} TO visitor" in reply.text + shown(reply)
        reply = await typed(bot, "backup now")
        assert "may not read public." in reply.text + shown(reply)
        offered = shown(reply).split("`")[1].replace('\\"', '"')
        assert offered.startswith("GRANT ")
        await owner.execute(offered.encode())
        reply = await typed(bot, "backup now")
        assert "is made and verified" in reply.text, (reply.text, shown(reply))
