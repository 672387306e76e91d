"""The platform's database: a real PostgreSQL with believable rows, behind a door."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import signal
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
from psycopg import AsyncConnection

from bot.sandbox.database.ailments import Ailments
from bot.sandbox.database.backup import dump
from bot.sandbox.database.cluster import MAX_CONNECTIONS, Cluster
from bot.sandbox.database.door import QUOTA_MESSAGE, DatabaseDoor
from bot.sandbox.faults import Faults
from bot.sandbox.processes import Processes

__all__ = ["MAX_CONNECTIONS", "QUOTA_MESSAGE", "Database"]

NAME = "pitchey"
_STATISTICS = "pg_stat_statements"
_TEMPLATE = "pitchey_template"
_PASSWORD = "loopback-Only-7Qv2"  # noqa: S105 (a database of invented rows, on loopback)
_TEMPLATE_AGE = timedelta(hours=20)  # its rows count back from the moment they were made
FAULTS = ("database_down", "database_slow", "database_quota", "pool_full")


class Database:
    """`url` is what an application connects to; the fault switches act there."""

    def __init__(
        self, folder: Path, processes: Processes, faults: Faults, release: Path | None = None
    ) -> None:
        self._cluster = Cluster(folder / "postgresql", processes, _PASSWORD, release)
        self._processes = processes
        self._faults = faults
        self._ailments = Ailments(faults)
        self._ready = asyncio.Event()
        self._held: list[AsyncConnection] = []
        self._version_id = ""
        self.door = DatabaseDoor(("", 0), faults)

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}:{_PASSWORD}@{self.door.address}/{NAME}"

    @property
    def direct_url(self) -> str:
        """Past the door, as the superuser: for the sandbox itself, whatever is broken."""
        return self._cluster.owner_url(NAME)

    @property
    def programs(self) -> Path:
        """Where psql, pg_dump, pgbench and the others lie."""
        return self._cluster.programs.clients

    @property
    def _major(self) -> int:
        return self._cluster.programs.major

    def count_statements(self) -> None:
        """Have pg_stat_statements from the next start on, where the release comes with it."""
        self._cluster.preload = _STATISTICS

    async def open(self) -> None:
        """Take a port, so that `url` is known before the server runs."""
        await self.door.open()

    async def start(self, version_id: str) -> None:
        """Start the server with fresh rows; `version_id` is the Worker of the past requests."""
        self._version_id = version_id
        await self._cluster.start()
        async with await self._owner() as owner:
            if await self._template_is_old(owner):
                await self._make_template(owner)
        await self.reset()
        self.door.target = ("127.0.0.1", self._cluster.port)
        await self.door.open()
        self._ready.set()

    async def backup(self, folder: Path) -> tuple[Path, dict[str, Any]]:
        """A dump of the rows as they were made, kept in `folder`, and its facts."""
        async with await self._owner() as owner:
            recipe = await self._template_note(owner)
        program = self.programs / "pg_dump"
        url = self._application_url(_TEMPLATE)
        return await dump(program, url, folder, recipe, self._processes)

    async def stop(self) -> None:
        await self._ailments.release()
        await self._release()
        await self.door.close()
        await self._cluster.stop()

    async def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """The server goes away and comes back with its rows, as after an upgrade or a crash."""
        await self._cluster.stop(how)
        await self._cluster.start()
        self.door.target = ("127.0.0.1", self._cluster.port)

    async def reset(self) -> None:
        """Put every row back: the database is cloned anew from its template."""
        await self._ailments.release()
        async with await self._owner() as owner:
            await owner.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            # Before 15 there was no other way to copy one.
            how = " STRATEGY file_copy" if self._major >= 15 else ""
            await owner.execute(
                f"CREATE DATABASE {NAME} TEMPLATE {_TEMPLATE} OWNER {NAME}{how}".encode()
            )
        if self._cluster.preloads:
            async with await AsyncConnection.connect(self.direct_url) as superuser:
                await superuser.execute(f"CREATE EXTENSION {_STATISTICS}")
        async with await AsyncConnection.connect(self._application_url(NAME)) as connection:
            await connection.execute(
                "SELECT set_config('sandbox.version', %s, false)", [self._version_id]
            )
            await connection.execute(_script("history"))
            self._ailments.forget()
            # a clone counts no rows until it is analysed; small samples are enough for that
            await connection.execute("SET default_statistics_target = 5; ANALYZE")

    async def apply(self) -> None:
        """Bring the network edge in line with the fault switches."""
        await self._ready.wait()
        await self._release()
        await self._ailments.apply(self._application_url(NAME))
        if self._faults.on("database_down"):
            await self.door.shut()
            return
        await self.door.open()
        if self._faults.on("database_quota") or self._faults.on("database_waking"):
            await self.door.cut()
        if self._faults.on("pool_full"):
            await self._hold(self._faults.amount("pool_full"))

    async def _hold(self, percent: float) -> None:
        """Take that share of all connections, besides whatever is connected already."""
        for _ in range(round(MAX_CONNECTIONS * percent / 100)):
            # beyond the last slot PostgreSQL refuses, and then the pool is as full as it gets
            with contextlib.suppress(psycopg.OperationalError):
                self._held.append(
                    await AsyncConnection.connect(
                        self._application_url(NAME), application_name="pitchey-worker"
                    )
                )

    async def _release(self) -> None:
        held, self._held = self._held, []
        await asyncio.gather(*(connection.close() for connection in held))

    async def _template_is_old(self, owner: AsyncConnection) -> bool:
        made, _, recipe = (await self._template_note(owner)).partition(" ")
        if not made or recipe != _recipe():
            return True
        return datetime.now(UTC) - datetime.fromisoformat(made) > _TEMPLATE_AGE

    async def _template_note(self, owner: AsyncConnection) -> str:
        """When the template was made, and by which scripts; "" where there is no whole one."""
        found = await (
            await owner.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
                [_TEMPLATE],
            )
        ).fetchone()
        return found[0] or "" if found else ""

    async def _make_template(self, owner: AsyncConnection) -> None:
        await owner.execute(f"DROP DATABASE IF EXISTS {_TEMPLATE} WITH (FORCE)")
        role = await (
            await owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME])
        ).fetchone()
        if role is None:
            await owner.execute(
                f"CREATE ROLE {NAME} LOGIN CREATEDB CREATEROLE REPLICATION PASSWORD '{_PASSWORD}'"
            )
            roles = "pg_monitor, pg_signal_backend"
            if self._major >= 16:  # before, subscriptions were a superuser's
                roles += ", pg_create_subscription"
            await owner.execute(f"GRANT {roles} TO {NAME}".encode())
        await owner.execute(f"CREATE DATABASE {_TEMPLATE} OWNER {NAME}")
        async with await AsyncConnection.connect(self._application_url(_TEMPLATE)) as connection:
            for name in ("schema", "seed", "indexes"):
                await connection.execute(_script(name))
        async with await AsyncConnection.connect(
            self._application_url(_TEMPLATE), autocommit=True
        ) as connection:
            await connection.execute("VACUUM ANALYZE")
        # written last: a template without its comment is an unfinished one
        note = f"{datetime.now(UTC).isoformat()} {_recipe()}"
        await owner.execute(f"COMMENT ON DATABASE {_TEMPLATE} IS '{note}'")

    async def _owner(self) -> AsyncConnection:
        return await AsyncConnection.connect(self._cluster.owner_url(), autocommit=True)

    def _application_url(self, database: str) -> str:
        return f"postgresql://{NAME}:{_PASSWORD}@127.0.0.1:{self._cluster.port}/{database}"


def _script(name: str) -> bytes:
    return files(__package__).joinpath(f"{name}.sql").read_bytes()


def _recipe() -> str:
    """Changes whenever a script that fills the template does."""
    scripts = b"".join(_script(name) for name in ("schema", "seed", "indexes"))
    return hashlib.sha256(scripts).hexdigest()[:12]
