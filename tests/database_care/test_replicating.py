"""The guide's read replica: a second real server that follows the first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from psycopg import AsyncConnection

from bot.app import House
from bot.sandbox.database.cluster import Cluster
from bot.sandbox.processes import Processes
from bot.sandbox.world import World
from bot.settings import load
from tests import postgresql_release
from tests.database.stage import owner
from tests.database_care.stage import Agreeing, care_settings, caring, table, typed, until, value
from tests.database_care.test_treatments import shown
from tests.logs.stage import opened

PASSWORD = "replica-Only-3Tz8"


@asynccontextmanager
async def replicated(world: World, folder: Path) -> AsyncIterator[tuple[House, str]]:
    """A house that knows a second server, which has the tables' shapes and no rows."""
    processes = Processes()
    cluster = Cluster(folder / "replica", processes, PASSWORD, postgresql_release.chosen())
    await cluster.start()
    try:
        url = cluster.owner_url()
        schema = files("bot.sandbox.database").joinpath("schema.sql").read_bytes()
        async with await AsyncConnection.connect(url) as connection:
            await connection.execute(schema)
        care_settings(world, folder)
        environment = {**world.environment, "REPLICA_DATABASE_URL": url}
        async with opened(world, folder, load(folder / "pitchey.toml", environment)) as house:
            house.dispatcher.guard.desk = Agreeing()
            yield house, url
    finally:
        await cluster.stop()


async def test_the_replica_follows_and_lets_go(world: World, tmp_path: Path) -> None:
    async with replicated(world, tmp_path) as (house, url):
        reply = await typed(house, "db subscription create")
        assert "There is no publication pitchey_pub" in shown(reply)
        reply = await typed(house, "db replication")
        assert "follows nobody" in shown(reply)
        reply = await typed(house, "db publication create")
        assert "15 tables" in reply.text, reply.text
        reply = await typed(house, "db subscription create")
        assert reply.outcome == "succeeded", reply.text + shown(reply)
        assert "15 of 15 tables copied" in reply.text
        assert PASSWORD not in shown(reply)
        async with (
            await owner(world) as primary,
            await AsyncConnection.connect(url, autocommit=True) as replica,
        ):
            number = await value(primary, "SELECT count(*) FROM users")
            assert await value(replica, "SELECT count(*) FROM users") == number
            await primary.execute("UPDATE users SET username = 'arrived' WHERE id = 1")
            await until(replica, "SELECT username = 'arrived' FROM users WHERE id = 1")
        reply = await typed(house, "db replication")
        assert "Replica's subscription" in shown(reply)
        assert "follows" in shown(reply)
        again = await typed(house, "db subscription create")
        assert "has a subscription pitchey_sub already" in shown(again)
        assert "hold rows, which copying would double" in shown(again)
        reply = await typed(house, 'db subscription drop --reason "a test" --break-glass')
        assert reply.outcome == "succeeded", reply.text
        async with await owner(world) as primary:
            assert await value(primary, "SELECT count(*) FROM pg_replication_slots") == 0
        reply = await typed(house, 'db publication drop --reason "a test" --break-glass')
        assert reply.outcome == "succeeded", reply.text


async def test_what_is_in_the_way_is_told_at_once(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house, table(world, "keyless", "id int"):
        reply = await typed(house, "db publication create")
        assert "public.keyless have no primary key" in shown(reply)
        assert (
            "No read replica is configured" in (await typed(house, "db subscription create")).text
        )
        assert (
            "There is no table nothing"
            in (await typed(house, "db publication create --tables nothing")).text
        )
        reply = await typed(house, 'db publication create --name "odd &quot;one&quot; 🎬" '
                            "--tables users,keyless --leave-keyless")  # fmt: skip
        assert reply.outcome == "succeeded", reply.text
        reply = await typed(house, 'db publication drop --name "odd &quot;one&quot; 🎬" '
                            '--reason "a test" --break-glass')  # fmt: skip
        assert reply.outcome == "succeeded", reply.text
        assert "There is no publication" in (await typed(house, "db publication drop")).text


async def test_a_replica_that_is_the_primary_or_away_is_told(world: World, tmp_path: Path) -> None:
    care_settings(world, tmp_path)
    environment = {**world.environment, "REPLICA_DATABASE_URL": world.database.url}
    async with opened(world, tmp_path, load(tmp_path / "pitchey.toml", environment)) as house:
        reply = await typed(house, "db subscription create")
        assert "leads to the primary itself" in reply.text
        house.dispatcher.runtime.clients.replica.dsn = "postgresql://x:y@127.0.0.1:1/none"
        reply = await typed(house, "db replication")
        assert "refuses connections" in shown(reply)
        assert reply.exit_code == 1
