"""The pool's own numbers, from a real PgBouncer in front of the sandbox's database."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict

from bot.sandbox.world import World
from bot.settings import load
from handlers.database.pooling import findings, told
from handlers.database.result import Severity
from tests.logs.stage import opened, run

_NOBODY = 65_534
POOL = {"database": "p", "user": "u", "cl_active": 3, "cl_waiting": 2, "sv_active": 2, "sv_idle": 1}


def test_who_waits_for_long_is_a_finding() -> None:
    assert findings([POOL | {"maxwait": 0, "maxwait_us": 500_000}]) == []
    (found,) = findings([POOL | {"maxwait": 12, "maxwait_us": 0}])
    assert found.severity is Severity.CRITICAL
    assert "2 clients wait for a connection, the longest for 12.0\u00a0s" in found.reason
    said = told([POOL | {"maxwait": 1}], {"default_pool_size": "20"})
    assert "3 clients at work, 2 waiting (1.0\u00a0s); 2 of 3 server connections" in said
    assert "pool size 20" in said


@asynccontextmanager
async def pool(world: World) -> AsyncIterator[tuple[str, str]]:
    """(address of the console, address of the database through the pool of one connection)."""
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    if not os.access(program, os.X_OK):
        pytest.skip("PgBouncer is not installed: apt-get install pgbouncer")
    parts = conninfo_to_dict(world.database.url)
    user, password = parts["user"], parts["password"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="pitchey-pool-"))
    (folder / "users.txt").write_text(f'"{user}" "{password}"\n')
    (folder / "pool.ini").write_text(
        f"[databases]\npitchey = host={parts['host']} port={parts['port']} dbname=pitchey\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = plain\n"
        f"auth_file = {folder}/users.txt\nadmin_users = {user}\nunix_socket_dir =\n"
        "pool_mode = transaction\ndefault_pool_size = 1\nmax_client_conn = 50\n"
    )
    own = _NOBODY if os.geteuid() == 0 else None
    if own is not None:
        for each in (folder, folder / "users.txt", folder / "pool.ini"):
            os.chown(each, own, own)
    process = await asyncio.create_subprocess_exec(
        program, folder / "pool.ini", user=own, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        url = f"postgresql://{user}:{password}@127.0.0.1:{port}"
        for _ in range(400):
            try:
                connection = await AsyncConnection.connect(f"{url}/pitchey")
            except psycopg.OperationalError:
                await asyncio.sleep(0.05)
            else:
                await connection.close()
                break
        yield f"{url}/pgbouncer", f"{url}/pitchey"
    finally:
        process.terminate()
        await process.wait()
        shutil.rmtree(folder)


async def test_the_pools_numbers_stand_beside_the_servers(world: World, tmp_path: Path) -> None:
    async with pool(world) as (console, through):
        environment = {**world.environment, "POOLER_ADMIN_URL": console}
        async with opened(world, tmp_path, load(world.config_path, environment)) as house:
            holder = await AsyncConnection.connect(through)
            await holder.execute("SELECT 1")
            waiter = await AsyncConnection.connect(through)
            waiting = asyncio.create_task(waiter.execute("SELECT 2"))
            await asyncio.sleep(1.3)
            reply = await run(house, "db connections")
            text = json.dumps(reply.blocks, ensure_ascii=False)
            assert "1 waiting" in text
            assert "1 client waits for a connection" in text
            assert "db pool-restart" in text
            await holder.close()
            await waiting
            await waiter.close()
            reply = await run(house, "db")
            assert "0 waiting" in json.dumps(reply.blocks, ensure_ascii=False)


async def test_a_console_that_is_away_keeps_nothing_else_back(world: World, tmp_path: Path) -> None:
    environment = {
        **world.environment,
        "POOLER_ADMIN_URL": "postgresql://a:b@127.0.0.1:1/pgbouncer",
    }
    async with opened(world, tmp_path, load(world.config_path, environment)) as house:
        reply = await run(house, "db connections")
        assert "1 part not read" in reply.text
        assert "connections are used" in reply.text
    async with opened(world, tmp_path) as house:
        reply = await run(house, "db connections")
        assert "POOLER_ADMIN_URL" in json.dumps(reply.blocks)
