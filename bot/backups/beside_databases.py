"""Databases beside the live one: made for a restore, described in their comment, dropped again.

The comment is the record: it is in the server itself, so it outlives the bot and its store, and
says `restoring` for one whose restore never ended.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.clients.postgres import Database
from bot.clients.postgres_programs import direct
from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.errors import BadInput, OpsError, Refused

if TYPE_CHECKING:
    from bot.clients.postgres import Connection

log = logging.getLogger(__name__)
_PAUSE = 1.0  # seconds between two looks whether the server is back
_MARK = "pitchey-ops-bot "
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
SECONDS = 60.0
RESTORE_SESSION = "pitchey-ops-bot restore"  # as what the server's list of sessions shows it
_LISTED = """
select d.datname as name, shobj_description(d.oid, 'pg_database') as comment,
  d.datallowconn as open, pg_database_size(d.oid) as bytes,
  (select count(*) from pg_stat_activity a where a.datid = d.oid) as sessions
from pg_database d
where shobj_description(d.oid, 'pg_database') like 'pitchey-ops-bot %%'
  and has_database_privilege(d.oid, 'connect')
order by d.oid
"""
_SOURCE = """
select pg_encoding_to_char(encoding) as encoding, datcollate, datctype, datname as name,
  to_jsonb(d) ->> 'datlocprovider' as provider,
  coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale,
  pg_get_userbyid(datdba) as owner, pg_has_role(datdba, 'member') as may_own,
  coalesce((select s.setconfig from pg_db_role_setting s
    where s.setdatabase = d.oid and s.setrole = 0), '{}') as settings,
  current_setting('server_version_num')::int / 10000 as major
from pg_database d where datname = current_database()
"""
_GRANTS = """
select case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as role,
  privilege_type as privilege, is_grantable as grantable
from pg_database, aclexplode(datacl) where datname = current_database() and grantee <> datdba
"""


class Standing(StrEnum):
    """What a database beside the live one is."""

    RESTORING = "restoring"  # unfinished, or given up half-way
    RESTORED = "restored"
    REPLACED = "replaced"  # the live one of before
    SCRATCH = "scratch"  # of a drill


_HALF = frozenset({Standing.RESTORING, Standing.SCRATCH})


@dataclass(frozen=True, slots=True)
class BesideDatabase:
    """One database that the bot made, or moved aside. Sizes in bytes."""

    name: str
    standing: Standing
    backup: str
    at: datetime | None
    rows: int
    bytes: int
    sessions: int
    by: str = ""


def described(standing: Standing, backup: str, *, rows: int = 0, by: str = "") -> str:
    """The comment of a database. Pure."""
    told = {
        "standing": standing.value, "backup": backup, "rows": rows, "by": by,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    return _MARK + json.dumps(told)


def read_comment(row: dict[str, Any]) -> BesideDatabase | None:
    """Out of a row of `listed`; None for a comment that only looks like ours. Pure."""
    try:
        told = json.loads(str(row["comment"]).removeprefix(_MARK))
        at = datetime.fromisoformat(told["at"])
        return BesideDatabase(
            str(row["name"]), Standing(told["standing"]), str(told.get("backup", "")), at,
            int(told.get("rows", 0)), int(row["bytes"]), int(row["sessions"]),
            str(told.get("by", "")),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return None


async def listed(database: Database, *, deadline: float = 20.0) -> tuple[BesideDatabase, ...]:
    """Every database of the server that the bot made. Raises DatabaseFailure."""
    rows = await database.query(_LISTED.replace("%%", "%"), deadline=deadline)
    found = (read_comment(row) for row in rows)
    return tuple(each for each in found if each is not None)


@asynccontextmanager
async def acting(
    database: Database, name: str = "", *, deadline: float
) -> AsyncIterator[Connection]:
    """A writing connection on the direct host, in the named database or that of DATABASE_URL."""
    own = elsewhere(database, name)
    try:
        async with own.session(deadline=deadline, read_only=False) as connection:
            yield connection
    except DatabaseFailure as error:
        if error.trouble is DatabaseTrouble.OTHER and error.said:
            error.message = f"The database refused: {error.said[:300]}"
        raise


def elsewhere(database: Database, name: str) -> Database:
    """The same server and role, another database; always the direct host."""
    from psycopg.conninfo import make_conninfo

    dsn = direct(database.dsn or "")
    if name:
        dsn = make_conninfo(dsn, dbname=name)
    return Database(dsn, RESTORE_SESSION, redact=database.redact)


def check_name(name: str) -> None:
    """Raises BadInput for a name that would need quoting everywhere it is typed. Pure."""
    if not _NAME.fullmatch(name) or name in {"postgres", "template0", "template1"}:
        raise BadInput(
            f"`{name[:63]}` cannot be the name of a new database.",
            "Small letters, digits and underscores, at most 63, not beginning with a digit.",
        )


async def create(database: Database, name: str, backup: str, standing: Standing) -> None:
    """An empty database like the live one: encoding, locale, owner, settings and grants.

    Raises BadInput where it is there, Refused where the role may not, DatabaseFailure.
    """
    from psycopg import errors, sql

    async with acting(database, deadline=SECONDS) as connection:
        source = await (await connection.execute(_SOURCE.encode())).fetchone()
        grants = await (await connection.execute(_GRANTS.encode())).fetchall()
        if source is None:
            raise OpsError("The database told nothing about itself.")
        made = sql.SQL("create database {} {}").format(sql.Identifier(name), _options(source))
        try:
            await connection.execute(made)
        except errors.DuplicateDatabase:
            raise BadInput(
                f"There is a database called {name} already.",
                f"Choose another name with `--into`, or drop it: `/pitchey restore drop {name}`.",
            ) from None
        except errors.InsufficientPrivilege:
            role = connection.info.user
            raise Refused(
                f"The database user {role} may not make databases.",
                f'Let the database\'s owner run: `ALTER ROLE "{role}" CREATEDB;`',
            ) from None
        await _describe(connection, name, described(standing, backup))
        await _alike(connection, name, source, grants)


async def describe(database: Database, name: str, comment: str) -> None:
    """Raises DatabaseFailure."""
    async with acting(database, deadline=SECONDS) as connection:
        await _describe(connection, name, comment)


async def drop(database: Database, name: str) -> None:
    """Raises DatabaseFailure; harmless where it is gone."""
    from psycopg import sql

    async with acting(database, deadline=SECONDS) as connection:
        force = sql.SQL("drop database if exists {} with (force)")
        await connection.execute(force.format(sql.Identifier(name)))


async def drop_unfinished(
    database: Database, name: str, *, patience: float = 60.0, scratch: bool = False
) -> None:
    """Drop what a restore left half-way; a server that restarts is waited for. Never raises.

    One of another standing stays, unless the name is that of a `scratch` database.
    """
    until = time.monotonic() + patience
    while True:
        try:
            found = [each.name for each in await listed(database) if each.standing in _HALF]
            if scratch or name in found:
                await drop(database, name)
        except OpsError as error:
            if time.monotonic() >= until or error.permanent:
                log.warning("the unfinished database %s stays: %s", name, error)
                return
            await asyncio.sleep(_PAUSE)
        else:
            return


async def _describe(connection: Connection, name: str, comment: str) -> None:
    from psycopg import sql

    said = sql.SQL("comment on database {} is {}")
    await connection.execute(said.format(sql.Identifier(name), sql.Literal(comment)))


def _options(source: dict[str, Any]) -> Any:
    from psycopg import sql

    provider = {"c": "libc", "i": "icu", "b": "builtin"}.get(str(source["provider"] or "c"), "libc")
    options = [
        sql.SQL("template template0 encoding {}").format(sql.Literal(source["encoding"])),
        sql.SQL("lc_collate {} lc_ctype {}").format(
            sql.Literal(source["datcollate"]), sql.Literal(source["datctype"])
        ),
    ]
    if source["major"] >= 15:
        options.append(sql.SQL("locale_provider {}").format(sql.SQL(provider)))
    if source["locale"] and provider != "libc":
        word = "icu_locale" if provider == "icu" else "builtin_locale"
        options.append(sql.SQL(word + " {}").format(sql.Literal(source["locale"])))
    if source["may_own"]:
        options.append(sql.SQL("owner {}").format(sql.Identifier(source["owner"])))
    return sql.SQL(" ").join(options)


async def _alike(
    connection: Connection, name: str, source: dict[str, Any], grants: list[dict[str, Any]]
) -> None:
    """Settings and grants of a database are not in its dump."""
    from psycopg import sql

    target = sql.Identifier(name)
    for setting in source["settings"]:
        key, _, value = setting.partition("=")
        change = sql.SQL("alter database {} set {} to {}")
        await connection.execute(
            change.format(target, sql.Identifier(*key.split(".")), sql.Literal(value))
        )
    if grants:
        await connection.execute(sql.SQL("revoke all on database {} from public").format(target))
    for grant in grants:
        given = sql.SQL("grant {} on database {} to {}{}").format(
            sql.SQL(grant["privilege"]), target, sql.SQL(grant["role"]),
            sql.SQL(" with grant option" if grant["grantable"] else ""),
        )  # fmt: skip
        await connection.execute(given)
