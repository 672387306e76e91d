"""Ending sessions where the platform keeps them: the rows stay, their time ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psycopg
import pytest_asyncio

from bot.sandbox.platform.auth import COOKIE, EMAIL, PASSWORD
from bot.sandbox.world import World
from handlers.containment.sessions import masked
from tests.cache.stage import run, whole, zoned

WHY = '--reason "stolen session cookies"'


@pytest_asyncio.fixture(loop_scope="session")
async def signed_in(world: World) -> AsyncIterator[str]:
    """The cookie of a session that is live; afterwards every row is as before."""
    async with await psycopg.AsyncConnection.connect(
        world.database.direct_url, autocommit=True
    ) as connection:
        await connection.execute("CREATE TABLE kept_sessions AS TABLE user_sessions")
        try:
            async with httpx.AsyncClient(verify=world.platform.trust(), trust_env=False) as client:
                answer = await client.post(
                    f"{world.platform.api_url}/api/auth/creator/login",
                    json={"email": EMAIL, "password": PASSWORD},
                )
            yield answer.cookies[COOKIE]
        finally:
            await connection.execute("TRUNCATE user_sessions")
            await connection.execute("INSERT INTO user_sessions TABLE kept_sessions")
            await connection.execute("DROP TABLE kept_sessions")


async def asked(world: World, cookie: str) -> int:
    async with httpx.AsyncClient(verify=world.platform.trust(), trust_env=False) as client:
        url = f"{world.platform.api_url}/api/auth/session"
        answer = await client.get(url, headers={"cookie": f"{COOKIE}={cookie}"})
    return answer.status_code


async def rows(world: World, where: str = "true") -> int:
    async with await psycopg.AsyncConnection.connect(world.database.direct_url) as connection:
        query = f"SELECT count(*) FROM user_sessions WHERE {where}"  # noqa: S608 our own words
        found = await connection.execute(query.encode())
        row = await found.fetchone()
    return int(row[0]) if row else 0


async def test_everybody_is_signed_out_and_it_is_proved(
    world: World, tmp_path: Path, signed_in: str
) -> None:
    assert await asked(world, signed_in) == 200
    world.redis.run(["SET", "session:abc", "x"])
    kept, live = await rows(world), await rows(world, "expires_at > now()")
    async with zoned(world, tmp_path, plan="") as house:
        house.clients.platform.session = signed_in
        reply = await run(house, f"sessions revoke all --break-glass {WHY}")
    assert f"Ended {live:,} sessions of everybody; none is live now" in reply.text
    assert "Proof: the bot's own session is refused now" in whole(reply)
    assert await asked(world, signed_in) == 401
    assert await rows(world) == kept  # evidence
    assert world.redis.run(["GET", "session:abc"]) is None


async def test_one_account_alone(world: World, tmp_path: Path, signed_in: str) -> None:
    others = await rows(world, "expires_at > now() AND user_id <> 1")
    async with await psycopg.AsyncConnection.connect(world.database.direct_url) as connection:
        found = await (await connection.execute("SELECT email FROM users WHERE id = 1")).fetchone()
    email = str(found[0]) if found else ""
    async with zoned(world, tmp_path, plan="") as house:
        for unknown in ("nobody@example.com", "0", "1;drop", "ü@ü"):
            assert "has no user" in (await run(house, f"sessions revoke {unknown}")).text
        reply = await run(house, f"sessions revoke {email.upper()} {WHY}")
        none = await run(house, "sessions revoke 1")
    assert f"Ended 1 session of user 1 ({masked(email)})" in reply.text
    assert email not in whole(reply)
    assert "no live session" in none.text
    assert await asked(world, signed_in) == 401
    assert await rows(world, "expires_at > now() AND user_id <> 1") == others


async def test_everybody_needs_a_second_person(
    world: World, tmp_path: Path, signed_in: str
) -> None:
    async with zoned(world, tmp_path, plan="") as house:
        reply = await run(house, f"sessions revoke all {WHY}")
    assert reply.outcome != "succeeded"
    assert await asked(world, signed_in) == 200


async def test_a_role_that_may_not_is_told_what_it_needs(
    world: World, tmp_path: Path, signed_in: str
) -> None:
    parts = psycopg.conninfo.conninfo_to_dict(world.database.url)
    async with await psycopg.AsyncConnection.connect(
        world.database.direct_url, autocommit=True
    ) as connection:
        await connection.execute("CREATE ROLE looker LOGIN PASSWORD 'looker-Qz7'")
        try:
            await connection.execute("GRANT SELECT ON user_sessions, users TO looker")
            parts |= {"user": "looker", "password": "looker-Qz7"}
            async with zoned(world, tmp_path, plan="") as house:
                house.clients.database.dsn = psycopg.conninfo.make_conninfo("", **parts)
                reply = await run(house, "sessions revoke all")
        finally:
            await connection.execute("REVOKE ALL ON user_sessions, users FROM looker")
            await connection.execute("DROP ROLE looker")
    assert "may not end sessions" in reply.text
    assert "GRANT SELECT, UPDATE" in whole(reply)
    assert await asked(world, signed_in) == 200


async def test_a_lost_database_is_told(world: World, tmp_path: Path) -> None:
    world.faults.switch("database_down", True)
    await world.settled()
    async with zoned(world, tmp_path, plan="") as house:
        reply = await run(house, "sessions revoke all")
    assert reply.exit_code != 0
    assert "Traceback" not in whole(reply)


def test_addresses_are_masked() -> None:
    assert masked("ana.lima@example.com") == "a…@example.com"
    assert masked("") == "no address"
