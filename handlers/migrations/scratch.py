"""A copy of the database to try a migration on, and its end, whatever happens.

Where nobody is connected it is cloned on the server, else a fresh backup is restored beside. Its
name holds the operation's id, so that what a killed bot left is known by its name.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.backups import KeptBackup, fresh_or_new
from bot.backups.beside_databases import Standing, acting, describe, described, drop, elsewhere
from bot.backups.beside_databases import listed as listed_beside
from bot.backups.restoring import restore_into
from bot.clients.postgres import Database
from bot.errors import OpsError
from bot.store.operation_rows import State

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.command import Person
    from bot.runtime import Runtime
    from bot.settings import Settings
    from bot.store import Store

PREFIX = "pitchey_migration_test_"
_NAME = re.compile(rf"{PREFIX}([a-z0-9]+)")
_CLONED_AT_MOST = 2_000_000_000  # bytes: while it is cloned, nobody can connect anew
_DEADLINE = 30.0
_CLONING = 600.0
_FOREIGN = timedelta(days=1)  # the copy of another bot's test is left alone so long
# Cloning ends an automatic vacuum by itself.
_OTHERS = """
select count(*)::int as sessions, pg_database_size(current_database()) as bytes,
  current_database() as name
from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
  and backend_type <> 'autovacuum worker'
"""
_LOOKS, _PAUSE = 3, 0.5  # somebody who only looked something up is gone by then
Say = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Copied:
    """`how` in words, such as "cloned on the server"; `seconds` it took."""

    database: Database
    name: str
    how: str
    seconds: float


def name_of(operation: str) -> str:
    return f"{PREFIX}{operation.removeprefix('OP-').lower()}"


@asynccontextmanager
async def copy(
    settings: Settings,
    clients: Clients,
    *,
    backup: KeptBackup | None,
    operation: str,
    person: Person,
    say: Say,
) -> AsyncIterator[Copied]:
    """The copy, dropped at the end. Raises OpsError; a `backup` is used where it is not cloned."""
    name, began = name_of(operation), time.monotonic()
    own = settings.secrets.scratch_database_url
    server = clients.database
    if own is not None:
        server = Database(own.get_secret_value(), redact=clients.database.redact)
    await drop(server, name)
    try:
        how = ""
        if own is None:
            how = await _cloned(clients.database, name, person, say)
        if not how:
            if backup is None:
                raise OpsError("There is no backup to make the copy from.")
            await restore_into(
                settings, clients, server, backup, name, standing=Standing.SCRATCH,
                by=person.name, say=say,
            )  # fmt: skip
            where = "on the scratch server" if own is not None else "beside"
            how = f"backup {backup.id}, restored {where}"
        yield Copied(elsewhere(server, name), name, how, time.monotonic() - began)
    finally:
        await asyncio.shield(_dropped(server, name))


async def backed_up(
    runtime: Runtime, settings: Settings, *, after: datetime | None, person: Person, say: Say
) -> tuple[KeptBackup, bool]:
    """A good backup that is fresh and newer than `after`; True where it was made for this."""
    return await fresh_or_new(
        runtime, settings, label="pre-migration", person=person, say=say, after=after
    )


async def clear(runtime: Runtime) -> tuple[str, ...]:
    """Drop what killed tests left; their names. Raises DatabaseFailure."""
    found = await listed_beside(runtime.clients.database)
    gone = []
    for each in found:
        if each.standing not in (Standing.SCRATCH, Standing.RESTORING):
            continue
        if abandoned(runtime.store, each.name, each.at, runtime.now()):
            await drop(runtime.clients.database, each.name)
            gone.append(each.name)
    return tuple(gone)


def abandoned(store: Store, name: str, at: datetime | None, now: datetime) -> bool:
    """Whether no test can still be using a database of that name."""
    found = _NAME.fullmatch(name)
    if found is None:
        return False
    record = store.operations.get(f"OP-{found[1].upper()}")
    if record is None:
        return at is not None and now - at > _FOREIGN
    return record.state is not State.RUNNING


async def _cloned(database: Database, name: str, person: Person, say: Say) -> str:
    """How it was cloned; empty where somebody is connected, or it would take too long."""
    from psycopg import errors, sql

    for look in range(_LOOKS):
        await asyncio.sleep(_PAUSE if look else 0)
        told = (await database.query(_OTHERS, deadline=_DEADLINE))[0]
        if told["bytes"] > _CLONED_AT_MOST:
            return ""
        if not told["sessions"]:
            break
    else:
        return ""
    await say(f"Nobody is connected: cloning {told['name']} on the server")
    try:
        async with acting(database, "postgres", deadline=_CLONING) as connection:
            made = sql.SQL("create database {} template {}")
            await connection.execute(
                made.format(sql.Identifier(name), sql.Identifier(told["name"]))
            )
    except (OpsError, errors.Error):
        await drop(database, name)
        return ""  # somebody has connected since, or there is no database postgres
    await describe(database, name, described(Standing.SCRATCH, "", by=person.name))
    return "cloned on the server"


async def _dropped(server: Database, name: str) -> None:
    """Again where the server was away; what stays is found by its name later."""
    for attempt in range(3):
        try:
            await drop(server, name)
        except OpsError:
            await asyncio.sleep(2.0 * (attempt + 1))
        else:
            return
