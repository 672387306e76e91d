"""The live database and a restored one change names, in one transaction of the server.

ALTER DATABASE … RENAME locks the database against new sessions and waits five seconds for the
old ones to leave; they are ended meanwhile from a second session. Both renames commit together
or not at all. Where the connection is lost on the way, which of the two it was is asked afterwards.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.backups.beside_databases import (
    SECONDS,
    BesideDatabase,
    Standing,
    acting,
    described,
    listed,
)
from bot.backups.switch_outcome import Attempt, lost, not_switched, switched_after_all
from bot.clients.postgres_trouble import DatabaseFailure
from bot.errors import BadInput, OpsError, Refused

if TYPE_CHECKING:
    from bot.clients.postgres import Connection, Database

_TRIES = 2
_LOOK_FOR = 60.0  # seconds, in which a server restarts
_END_SESSIONS = """
select count(pg_terminate_backend(pid)) as ended from pg_stat_activity
where datname = any(%s) and pid <> pg_backend_pid() and backend_type = 'client backend'
"""
_THIRD = """
select datname as name from pg_database where datallowconn and datname <> all(%s)
  and has_database_privilege(oid, 'connect')
  and coalesce(shobj_description(oid, 'pg_database'), '') not like 'pitchey-ops-bot %%'
order by datname <> 'postgres', datistemplate, datname
"""
_OWNS = """
select bool_and(pg_has_role(datdba, 'member')) as owns,
  (select rolcreatedb or rolsuper from pg_roles where rolname = current_user) as creates,
  current_user as role
from pg_database where datname = any(%s)
"""


_NOT_OURS = """
select a.datname as name, a.usename as role from pg_stat_activity a
join pg_roles r on r.oid = a.usesysid
where a.datname = any(%s) and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
  and not pg_has_role(a.usesysid, 'member')
  and (r.rolsuper or not pg_has_role('pg_signal_backend', 'usage'))
"""


@dataclass(frozen=True, slots=True)
class Switched:
    """`before` is the name that the database of before has now; it is kept.

    `seen_later`: the server's answer was lost, and a look afterwards found it switched.
    """

    live: str
    source: str
    before: str
    sessions_ended: int
    seen_later: bool = False


async def find(database: Database, name: str) -> BesideDatabase:
    """The finished database of that name; raises BadInput, which lists those there are."""
    found = await listed(database)
    usable = [each for each in found if each.standing in (Standing.RESTORED, Standing.REPLACED)]
    for each in found:
        if each.name == name and each in usable:
            return each
        if each.name == name:
            raise BadInput(
                f"{name} is not a whole copy: it is {each.standing.value}.",
                "Drop it, and restore again.",
                offers=((f"Drop {name}", f"restore drop {name}"),),
            )
    names = ", ".join(each.name for each in usable)
    raise BadInput(
        f"There is no restored database called {name}.",
        f"There are: {names}." if names else "First restore a backup beside the live one.",
        offers=(("All databases", "restore list"), ("Show backups", "backups")),
    )


async def live_name(database: Database) -> str:
    told = await database.query("select current_database() as name", deadline=20.0)
    return str(told[0]["name"])


def name_before(live: str, now: datetime, taken: Collection[str] = ()) -> str:
    """What the live database is called once it is replaced; at most 63 bytes. Pure."""
    for number in itertools.count(1):
        stamp = f"_before_{now.astimezone(UTC):%Y%m%d_%H%M%S}"
        stamp += f"_{number}" if number > 1 else ""
        name = live.encode()[: 63 - len(stamp)].decode(errors="ignore") + stamp
        if name not in taken:
            break
    return name


async def switch(
    database: Database, source: str, live: str, by: str, *, patience: float = _LOOK_FOR
) -> Switched:
    """`source` becomes `live`, and what was live gets a name that says so.

    Raises Refused where the role may not, OpsError where a session does not end, DatabaseFailure;
    in each of these nothing was changed. Where the connection was lost, the server is asked for
    `patience` seconds what is true; OpsError says so where it does not tell.
    """
    names = await database.query("select datname as name from pg_database", deadline=20.0)
    before = name_before(live, datetime.now(UTC), {str(each["name"]) for each in names})
    third = await _third(database, live, source)
    await _may_rename(database, live, source)
    await _may_end(database, live, source)
    ended = 0
    for _ in range(_TRIES):
        attempt = Attempt(source, live, before, third)
        try:
            ended += await _renamed(database, attempt, by)
        except DatabaseFailure as error:
            # object_in_use: somebody who may not be ended, or who came back in that moment
            if error.state == "55006":
                continue
            if not attempt.pid or not lost(error):
                error.message += " Nothing was switched."
                raise
            if await switched_after_all(database, attempt, patience=patience):
                return Switched(live, source, before, ended, seen_later=True)
            raise not_switched(attempt) from error
        return Switched(live, source, before, ended)
    raise OpsError(
        f"Sessions in {live} could not be ended, so nothing was switched.",
        "Stop what writes (`/pitchey maintenance on`), see who is there "
        "(`/pitchey db connections`), and switch again.",
    )


async def _renamed(database: Database, attempt: Attempt, by: str) -> int:
    from psycopg import sql

    third, both = attempt.third, [attempt.live, attempt.source]
    rename = sql.SQL("alter database {} rename to {}")
    say = sql.SQL("comment on database {} is {}")
    live, source, before = map(sql.Identifier, (*both, attempt.before))
    async with (
        acting(database, third, deadline=SECONDS) as connection,
        acting(database, third, deadline=SECONDS) as other,
    ):
        ended: list[int] = []
        ending = asyncio.create_task(_end_sessions(other, both, ended))
        try:
            async with connection.transaction():
                attempt.pid = await _began(connection)
                await connection.execute(rename.format(live, before))
                await connection.execute(rename.format(source, live))
                replaced = described(Standing.REPLACED, "", by=by)
                await connection.execute(say.format(before, sql.Literal(replaced)))
                await connection.execute(say.format(live, sql.SQL("null")))
        finally:
            ending.cancel()
            await asyncio.gather(ending, return_exceptions=True)
        return sum(ended)


async def _began(connection: Connection) -> int:
    """The server's process; what it commits is on its disk before it says so."""
    await connection.execute("set local lock_timeout = '20s'; set local synchronous_commit = 'on'")
    row = await (await connection.execute("select pg_backend_pid() as pid")).fetchone()
    return int(row["pid"]) if row else 0


async def _end_sessions(connection: Connection, names: list[str], ended: list[int]) -> None:
    while True:
        row = await (await connection.execute(_END_SESSIONS, (names,))).fetchone()
        ended.append(int(row["ended"]) if row else 0)
        await asyncio.sleep(0.1)


async def _third(database: Database, *not_these: str) -> str:
    """A database to be in meanwhile: neither of the two. Raises OpsError."""
    rows = await database.query(_THIRD, (list(not_these),), deadline=20.0)
    for row in rows:
        try:
            async with acting(database, row["name"], deadline=20.0) as connection:
                await connection.execute("select 1")
        except DatabaseFailure:
            continue
        return str(row["name"])
    raise OpsError(
        "There is no third database to sign in to while the two change names.",
        "Let the database's owner run: `CREATE DATABASE postgres;`",
        permanent=True,
    )


async def _may_end(database: Database, live: str, source: str) -> None:
    rows = await database.query(_NOT_OURS, ([live, source],), deadline=20.0)
    if rows:
        raise OpsError(
            f"A session of {rows[0]['role']} in {rows[0]['name']} may not be ended by the bot, so "
            "nothing was switched.",
            "Let it end (`/pitchey db connections` shows it), or grant pg_signal_backend to the "
            "bot's database user.",
        )


async def _may_rename(database: Database, live: str, source: str) -> None:
    rows: list[dict[str, Any]] = await database.query(_OWNS, ([live, source],), deadline=20.0)
    told = rows[0]
    if told["owns"] and told["creates"]:
        return
    raise Refused(
        f"The database user {told['role']} may not rename {live}.",
        f'It has to own both databases and may make databases: `ALTER DATABASE "{live}" OWNER TO '
        f'"{told["role"]}"; ALTER ROLE "{told["role"]}" CREATEDB;`',
    )
