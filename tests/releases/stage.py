"""The platform's database and the bot's store on a server of another release."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from psycopg import AsyncConnection

from bot.app import House
from bot.sandbox.world import World
from bot.settings import load
from bot.settings.migrations import Migrations
from tests import postgresql_release
from tests.database_care.stage import Agreeing, care_settings
from tests.logs.stage import opened

# As the platform's role is at a provider: it owns its database and is no superuser.
_ROLE = """
CREATE ROLE pitchey LOGIN CREATEDB REPLICATION;
GRANT pg_monitor, pg_signal_backend TO pitchey;
CREATE ROLE visitor LOGIN;
"""
_EXTENSIONS = "CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pgstattuple"


@dataclass(frozen=True, slots=True)
class Release:
    """`url` is the platform's database as its owner's role, `store` that of the bot's records."""

    major: int
    owner: str
    url: str
    store: str

    def as_role(self, role: str) -> str:
        return self.url.replace("//pitchey:", f"//{role}:")


@asynccontextmanager
async def started(major: int) -> AsyncIterator[Release]:
    """Skips the test where that release is not installed."""
    folder = postgresql_release.release(major)
    options = ("--shared_preload_libraries=pg_stat_statements", "--wal_level=logical")
    with ExitStack() as stack:
        running = postgresql_release.server(folder, *options)
        server = await asyncio.to_thread(stack.enter_context, running)
        owner, store = (
            urlsplit(server)._replace(path=f"/{name}").geturl() for name in ("pitchey", "store")
        )
        found = Release(major, owner, owner.replace("//postgres:", "//pitchey:"), store)
        async with await AsyncConnection.connect(server, autocommit=True) as superuser:
            await superuser.execute(_ROLE)
            await superuser.execute("CREATE DATABASE store")
            await superuser.execute("CREATE DATABASE pitchey OWNER pitchey")
        async with await AsyncConnection.connect(owner, autocommit=True) as superuser:
            await superuser.execute(_EXTENSIONS)
        async with await AsyncConnection.connect(found.url, autocommit=True) as application:
            for name in ("schema", "seed", "indexes"):
                script = files("bot.sandbox.database").joinpath(f"{name}.sql").read_bytes()
                await application.execute(script)
            await application.execute("ANALYZE")
        yield found


@asynccontextmanager
async def house(
    world: World, folder: Path, release: Release, role: str = "pitchey"
) -> AsyncIterator[House]:
    """A bot whose records are on that server too; an admin at its terminal agrees to everything."""
    care_settings(world, folder)
    addresses = {"DATABASE_URL": release.as_role(role), "STORE_URL": release.store}
    settings = load(folder / "pitchey.toml", {**world.environment, **addresses})
    (folder / "sql").mkdir()
    migrations = Migrations(folder=folder / "sql")
    settings = settings.model_copy(update={"migrations": migrations})
    async with opened(world, folder, settings) as made:
        made.dispatcher.guard.desk = Agreeing()
        yield made
