"""A PostgreSQL server of a test's own, which can be restarted as an administrator does it."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from psycopg import AsyncConnection

from bot.sandbox.database.cluster import Cluster
from bot.sandbox.processes import Processes

_COPYING = "select from pg_stat_activity where application_name = %s and query ilike 'copy%%'"
_NOBODY = 65_534  # the server refuses to run as root


class Restartable:
    """`url` stays the same through `restart`."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    @property
    def port(self) -> int:
        return self._cluster.port

    def url(self, database: str) -> str:
        return self._cluster.owner_url(database)

    async def restart(self, mode: str) -> None:
        """`pg_ctl restart -m fast` ends sessions; `-m immediate` is a crash with its recovery."""
        await self._pg_ctl("restart", "-m", mode)

    async def restart_amid(self, program: str, mode: str) -> None:
        """Once a session of that program copies rows, however quickly they are all there."""
        async with await AsyncConnection.connect(self.url("postgres"), autocommit=True) as owner:
            for _ in range(3_000):
                if await (await owner.execute(_COPYING, (program,))).fetchone() is not None:
                    break
                await asyncio.sleep(0.01)
        await self.restart(mode)

    async def stop(self) -> None:
        await self._pg_ctl("stop", "-m", "immediate")

    async def _pg_ctl(self, *words: str) -> None:
        user = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        process = await asyncio.create_subprocess_exec(
            self._cluster.programs.server / "pg_ctl", *words, "-w", "-D", self._cluster.folder,
            "-l", self._cluster.folder / "restarts.log", cwd="/", stdin=DEVNULL, stdout=PIPE,
            stderr=STDOUT, start_new_session=True, **user,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode(errors="replace")


@asynccontextmanager
async def server(folder: Path, *statements: str) -> AsyncIterator[Restartable]:
    """One with a database `shop` made by these statements."""
    processes = Processes()
    cluster = Cluster(folder / "postgresql", processes, "restarts-Qz7-long")
    made = Restartable(cluster)
    try:
        await cluster.start()
        async with await AsyncConnection.connect(made.url("postgres"), autocommit=True) as owner:
            await owner.execute("create database shop")
        async with await AsyncConnection.connect(made.url("shop"), autocommit=True) as owner:
            for statement in statements:
                await owner.execute(statement.encode())
        yield made
    finally:
        await made.stop()
        await processes.close()
