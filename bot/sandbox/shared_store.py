"""A PostgreSQL server of its own for the bot's store, where several copies of the bot share one."""

from __future__ import annotations

from pathlib import Path

from psycopg import AsyncConnection

from bot.sandbox.database.cluster import Cluster
from bot.sandbox.processes import Processes

NAME = "pitchey_store"
_PASSWORD = "loopback-Only-3Kd8"  # noqa: S105 (on loopback, for invented records)


class SharedStore:
    """Not the platform's server: the bot's records must live when the platform does not."""

    def __init__(self, folder: Path, processes: Processes) -> None:
        self._cluster = Cluster(folder / "store-postgresql", processes, _PASSWORD)

    @property
    def url(self) -> str:
        """Valid once it is started."""
        return self._cluster.owner_url(NAME)

    async def start(self) -> None:
        """Start it with the records of before, as the file of a single bot keeps its own."""
        await self._cluster.start()
        async with await AsyncConnection.connect(
            self._cluster.owner_url(), autocommit=True
        ) as owner:
            found = await owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if await found.fetchone() is None:
                await owner.execute(f"CREATE DATABASE {NAME}")

    async def stop(self) -> None:
        await self._cluster.stop()
