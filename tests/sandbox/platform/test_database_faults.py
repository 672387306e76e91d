"""The database's switches, seen by an ordinary client and through the platform's answers."""

from __future__ import annotations

import time
from typing import Any

import httpx
import psycopg
import pytest

from bot.sandbox.database import MAX_CONNECTIONS
from bot.sandbox.world import World


async def ask(world: World, statement: Any = "SELECT 1") -> Any:
    async with await psycopg.AsyncConnection.connect(world.database.url, autocommit=True) as own:
        row = await (await own.execute(statement)).fetchone()
    return row[0] if row else None


async def turn_on(world: World, name: str, amount: float | None = None) -> None:
    world.faults.switch(name, True, amount)
    await world.settled()


async def test_rows_are_many_and_believable(world: World) -> None:
    assert await ask(world, "SELECT count(*) FROM pitches") == 30_000
    assert await ask(world, "SELECT count(*) FROM users") >= 20_000
    title = await ask(world, "SELECT title FROM pitches WHERE id = 7")
    assert title == "The Midnight Harbor 7"
    unindexed = await ask(
        world,
        """SELECT count(*) FROM pg_constraint AS key WHERE contype = 'f' AND NOT EXISTS (
             SELECT 1 FROM pg_index WHERE indrelid = key.conrelid AND indkey[0] = key.conkey[1])""",
    )
    assert unindexed >= 4
    same = await ask(
        world,
        """SELECT count(*) FROM (SELECT 1 FROM pg_index JOIN pg_class ON oid = indrelid
             WHERE relnamespace = 'public'::regnamespace
             GROUP BY indrelid, indkey, coalesce(pg_get_expr(indpred, indrelid), ''),
                      coalesce(pg_get_expr(indexprs, indrelid), '') HAVING count(*) > 1) AS same""",
    )
    assert same >= 2


async def test_rows_can_be_put_back(world: World) -> None:
    await ask(world, "DELETE FROM pitch_views RETURNING id")
    await world.reset(rows=True)
    assert await ask(world, "SELECT count(*) FROM pitch_views") == 40_000


async def test_database_down(world: World, api: httpx.AsyncClient) -> None:
    async with await psycopg.AsyncConnection.connect(world.database.url) as kept:
        await turn_on(world, "database_down")
        with pytest.raises(psycopg.OperationalError):
            await kept.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="refused"):
        await ask(world)
    one = await api.get("/api/health/database")
    assert (one.status_code, one.json()["status"]) == (503, "down")
    whole = await api.get("/health")
    assert (whole.status_code, whole.json()["checks"]["database"]) == (503, "unhealthy")
    services = (await api.get("/api/health")).json()["data"]
    assert (services["status"], services["services"]["database"]["status"]) == ("degraded", "error")
    assert (await api.get("/api/status")).json()["overall"] == "major_outage"
    assert (await api.get("/api/admin/metrics")).status_code == 500
    world.faults.switch("database_down", False)
    await world.settled()
    assert await ask(world) == 1


async def test_an_upstream_error_tells_too_much_as_the_real_one_does(
    world: World, api: httpx.AsyncClient
) -> None:
    await turn_on(world, "database_down")
    assert world.database.url in (await api.get("/api/health/database")).json()["details"]


async def test_database_slow(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "database_slow", 0.6)
    begun = time.perf_counter()
    assert await ask(world) == 1
    assert time.perf_counter() - begun >= 0.6
    assert (await api.get("/api/health/database")).json()["latency"] >= 600


async def test_a_long_answer_of_a_slow_database_is_late_once(world: World) -> None:
    await turn_on(world, "database_slow", 1.0)
    begun = time.perf_counter()
    async with await psycopg.AsyncConnection.connect(world.database.url, autocommit=True) as own:
        rows = await (await own.execute("SELECT title, logline FROM pitches")).fetchall()
    assert len(rows) == 30_000
    assert time.perf_counter() - begun < 30  # each piece late, it would be a minute and more


async def test_the_platform_gives_up_on_a_very_slow_database(
    world: World, api: httpx.AsyncClient
) -> None:
    await turn_on(world, "database_slow", 5.5)
    answer = await api.get("/api/health/database", timeout=20)
    assert answer.json()["details"] == "Timeout"


async def test_pool_full(world: World) -> None:
    await turn_on(world, "pool_full", 95)
    async with await psycopg.AsyncConnection.connect(world.database.direct_url) as owner:
        row = await (
            await owner.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            )
        ).fetchone()
    assert row is not None
    assert row[0] >= 0.94 * MAX_CONNECTIONS
    held = []
    with pytest.raises(psycopg.OperationalError, match=r"slots|clients"):  # noqa: PT012
        for _ in range(8):
            held.append(await psycopg.AsyncConnection.connect(world.database.url))
    for connection in held:
        await connection.close()
    world.faults.switch("pool_full", False)
    await world.settled()
    assert await ask(world) == 1


async def test_quota_exhausted(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "database_quota")
    with pytest.raises(psycopg.OperationalError, match="compute time quota"):
        await ask(world)
    services = (await api.get("/api/health")).json()["data"]["services"]
    assert services["neon_quota"] == {"status": "exhausted"}
    assert "HTTP status 402" in services["database"]["error"]
