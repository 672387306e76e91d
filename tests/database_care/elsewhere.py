"""Other releases of PostgreSQL than the sandbox's: what is installed on this machine."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest
from psycopg import AsyncConnection

_NOBODY = 65_534
_PASSWORD = "elsewhere-Only-9Kx1"


def programs(major: int) -> Path:
    """Where that release's programs lie; skips the test where it is not installed."""
    found = Path(f"/usr/lib/postgresql/{major}/bin")
    if not (found / "initdb").exists():
        pytest.skip(f"PostgreSQL {major} is not installed: apt-get install postgresql")
    return found


@asynccontextmanager
async def server(major: int, *options: str) -> AsyncIterator[str]:
    """A server of that release with the platform's tables; answers its superuser's address."""
    found = programs(major)
    user = _NOBODY if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pitchey-elsewhere-"))
    try:
        if user is not None:
            os.chown(folder, user, user)
        await _run(user, found / "initdb", "-D", folder / "data", "-U", "postgres", "--auth",
                   "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")  # fmt: skip
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            found / "postgres", "-D", folder / "data", "-p", str(port), "--fsync=off",
            "--listen_addresses=127.0.0.1", "--unix_socket_directories=", *options,
            user=user, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL,
        )  # fmt: skip
        try:
            url = f"postgresql://postgres:{_PASSWORD}@127.0.0.1:{port}/postgres"
            await _ready(url)
            async with await AsyncConnection.connect(url) as connection:
                for name in ("schema", "seed", "indexes"):
                    script = files("bot.sandbox.database").joinpath(f"{name}.sql").read_bytes()
                    await connection.execute(script)
            yield url
        finally:
            process.terminate()
            await process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _run(user: int | None, *words: object) -> None:
    process = await asyncio.create_subprocess_exec(
        *map(str, words), user=user, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode(errors="replace")


async def _ready(url: str) -> None:
    for _ in range(600):
        try:
            probe = await AsyncConnection.connect(url, connect_timeout=2)
        except psycopg.OperationalError:
            await asyncio.sleep(0.05)
        else:
            await probe.close()
            return
    raise AssertionError("the server never answered")
