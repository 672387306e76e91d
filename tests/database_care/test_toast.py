"""What REINDEX CONCURRENTLY leaves in TOAST tables: only a superuser may touch it there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from psycopg import AsyncConnection

from bot.sandbox.world import World
from handlers.database_care.leftovers import leftovers
from handlers.database_care.subjects import read
from tests.database.stage import owner
from tests.database_care.stage import caring, holding, table, typed, until, value
from tests.database_care.test_treatments import shown

IN_TOAST = (
    "SELECT 'pg_toast.' || relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid "
    "WHERE NOT indisvalid AND relnamespace = 'pg_toast'::regnamespace"
)


@asynccontextmanager
async def long_texts(world: World) -> AsyncIterator[AsyncConnection]:
    """A table whose texts are so long that they lie in its TOAST table."""
    async with table(world, "scripts", "id int PRIMARY KEY, body text") as connection:
        await connection.execute("ALTER TABLE scripts ALTER body SET STORAGE EXTERNAL")
        await connection.execute(
            "INSERT INTO scripts SELECT n, repeat(md5(n::text), 200) FROM generate_series(1, 50) n"
        )
        yield connection


async def test_what_only_a_superuser_may_drop_is_told_with_its_statement(
    world: World, tmp_path: Path
) -> None:
    async with caring(world, tmp_path, lock_seconds=0.05) as house, long_texts(world) as connection:
        async with holding(world, "scripts", "ROW EXCLUSIVE"):
            reply = await typed(house, "db reindex scripts")
        name = str(await value(connection, IN_TOAST))
        assert name.endswith("_ccnew")
        statement = f"DROP INDEX CONCURRENTLY {name};"
        assert "of public.scripts is not the bot's to drop: nothing writes" in shown(reply)
        assert statement in shown(reply)

        # Its table is built anew all the same, which is no failure.
        reply = await typed(house, "db reindex scripts")
        assert reply.outcome == "succeeded", shown(reply)
        assert "dropped: `public.scripts_pkey_ccnew`" in shown(reply)
        assert "Only a superuser may use the schema pg_toast" in shown(reply)

        reply = await typed(house, "db indexes")
        (found,) = [each for each in reply.data.findings if name in each.subject]
        assert (found.fix, found.act) == (statement, None)
        assert found.subject == f"Invalid: {name} on scripts"
        for line in (f"db drop-index {name}", f"db reindex {name}"):
            reply = await typed(house, line)
            assert reply.outcome in ("failed", "not understood"), line
            assert f"DROP INDEX CONCURRENTLY {name}" in shown(reply) or "drop-index" in shown(reply)
        reply = await typed(house, "db maintain daily")
        assert f"not the bot's to drop: {name} of public.scripts" in shown(reply)


async def test_what_the_bot_may_drop_is_dropped(world: World, tmp_path: Path) -> None:
    async with (
        caring(world, tmp_path, lock_seconds=0.05) as house,
        long_texts(world) as connection,
        await owner(world) as superuser,
    ):
        # Readers hold up the last step: the old indexes stay then, and are still written to.
        async with holding(world, "scripts", "ACCESS SHARE"):
            await typed(house, "db reindex scripts")
            name = str(await value(connection, IN_TOAST))
        assert name.endswith("_ccold")
        await superuser.execute("GRANT USAGE ON SCHEMA pg_toast TO pitchey")
        try:
            reply = await typed(house, "db indexes")
            (found,) = [each for each in reply.data.findings if name in each.subject]
            assert found.act == ("Drop it", f"db drop-index {name}")
            assert "each change is written to it" in found.reason
            reply = await typed(house, f"db drop-index {name}")
            assert reply.outcome == "succeeded", shown(reply)
            assert await value(connection, IN_TOAST) is None
            async with holding(world, "scripts", "ACCESS SHARE") as pid:
                reply = await typed(house, "db reindex scripts")
            assert "Invalid leftovers dropped: `pg_toast." in shown(reply)
            assert f"session {pid} of pitchey (idle in transaction" in shown(reply)
            assert await value(connection, IN_TOAST) is None
        finally:
            await superuser.execute("REVOKE USAGE ON SCHEMA pg_toast FROM pitchey")


async def test_what_somebody_builds_at_the_moment_is_no_leftover(
    world: World, tmp_path: Path
) -> None:
    async with caring(world, tmp_path) as house, long_texts(world) as connection:
        building = await AsyncConnection.connect(world.database.url, autocommit=True)
        async with holding(world, "scripts", "ROW EXCLUSIVE"):
            work = asyncio.create_task(building.execute("REINDEX TABLE CONCURRENTLY scripts"))
            await until(connection, f"SELECT count(*) > 0 FROM ({IN_TOAST}) found")  # noqa: S608
            copies = [
                each
                for each in (await read(house.dispatcher.runtime.clients.database)).indexes
                if each.leftover
            ]
            assert len(copies) == 2
            assert leftovers(copies) == []
            reply = await typed(house, "db indexes")
            assert "ccnew" not in shown(reply)
        await work
        await building.close()
