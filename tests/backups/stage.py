"""A house over the sandbox, a database of its own that is large enough to break in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from bot.app import House
from bot.backups import KeptBackup, kept, newest_good, take
from bot.backups.leftovers import delete
from bot.backups.verifying import Verified, verify
from bot.command import Person
from bot.sandbox.world import World
from bot.settings import Settings, load

ANA = Person("U0ANA00001", "Ana Lima")


@dataclass
class Shop:
    """A house and what its backups said."""

    world: World
    house: House
    settings: Settings
    lines: list[str] = field(default_factory=list)

    async def say(self, text: str) -> None:
        self.lines.append(text)

    async def take(
        self, *, say: Callable[[str], Awaitable[None]] | None = None, waits: bool = True
    ) -> KeptBackup:
        return await take(
            self.settings, self.house.clients, self.house.store, label="manual", person=ANA,
            say=say or self.say, read_back=False, waits=waits,
        )  # fmt: skip

    async def verify(self, backup: KeptBackup) -> Verified:
        return await verify(self.settings, self.house.clients, backup, person=ANA, say=self.say)

    async def kept(self) -> tuple[KeptBackup, ...]:
        now = datetime.now(UTC)
        return await kept(self.settings, self.house.clients, deadline=30, now=now)

    async def newest_good(self) -> KeptBackup | None:
        now = datetime.now(UTC)
        return await newest_good(self.settings, self.house.clients, deadline=30, now=now)

    async def ours(self) -> list[KeptBackup]:
        """Those of this bot: the sandbox's own have a day as their id."""
        return [each for each in await self.kept() if "-" in each.id]

    async def leftovers(self) -> tuple[list[str], int]:
        """Keys of objects, and how many uploads are unfinished, of this bot's backups."""
        bucket = self.house.clients.backups
        objects = await bucket.objects(self.settings.storage.backup_prefix, deadline=30)
        uploads = await bucket.run(
            lambda s3: s3.list_multipart_uploads(Bucket=bucket.name).get("Uploads", []),
            deadline=30,
        )
        keys = [each.key for each in objects if each.key.count("/") == 2]
        return keys, len(uploads)

    async def clear(self) -> None:
        keys, _ = await self.leftovers()
        await delete(self.house.clients, keys)


@asynccontextmanager
async def shop(world: World, folder: Path, dsn: str = "", **changes: Any) -> AsyncIterator[Shop]:
    """`changes` are settings of `[backups]`; secrets have the prefix `secret_`."""
    settings = load(world.config_path, world.environment)
    secrets = {name.removeprefix("secret_"): SecretStr(changes.pop(name))
               for name in list(changes) if name.startswith("secret_")}  # fmt: skip
    if dsn:
        secrets["database_url"] = SecretStr(dsn)
    settings = settings.model_copy(
        update={
            "store": settings.store.model_copy(update={"path": folder / "store.sqlite3"}),
            "backups": settings.backups.model_copy(update=changes),
            "secrets": settings.secrets.model_copy(update=secrets),
        }
    )
    opened = House.open(settings)
    made = Shop(world, opened, settings)
    try:
        yield made
    finally:
        world.faults.clear()
        await world.settled()
        await made.clear()
        await opened.aclose()


async def owner(world: World, database: str = "postgres") -> AsyncConnection:
    """The superuser's session."""
    dsn = make_conninfo(world.database.direct_url, dbname=database)
    return await AsyncConnection.connect(dsn, autocommit=True)


@asynccontextmanager
async def database(world: World, name: str, *statements: str) -> AsyncIterator[str]:
    """A database of the application's role, made by these statements; answers its address."""
    dsn = make_conninfo(world.database.url, dbname=name)
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    async with await owner(world) as connection:
        await connection.execute(drop)
        await connection.execute(
            sql.SQL("create database {} owner pitchey").format(sql.Identifier(name))
        )
        try:
            async with await AsyncConnection.connect(dsn, autocommit=True) as own:
                for statement in statements:
                    await own.execute(statement.encode())
            yield dsn
        finally:
            await connection.execute(drop)


BIG = (
    "create table big as select n as id, sha512(n::text::bytea) as one, "
    "sha384(n::text::bytea) as other from generate_series(1, 180000) n",
    "create table small as select n as id from generate_series(1, 10) n",
)


async def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - nobody tells when a line was said
            await asyncio.sleep(0.02)
