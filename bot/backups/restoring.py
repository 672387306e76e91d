"""bucket → (age) → zstd → pg_restore, as one stream into an empty database; rows compared after.

The target is always a new database: the live one is never touched here.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.backups.beside_databases import Standing, create, describe, described, elsewhere
from bot.backups.manifest import plain
from bot.backups.names import Table, parsed
from bot.backups.processes import Child, ProgramFailed
from bot.backups.reading import Read, pour
from bot.backups.verifying import differences
from bot.backups.words import size
from bot.clients.postgres_programs import Program, find, sign_in
from bot.errors import OpsError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.backups.shelf import KeptBackup
    from bot.backups.taking import Say
    from bot.clients import Clients
    from bot.clients.postgres import Database
    from bot.settings import Settings

_CLEANING = 60.0
_COUNTING = 3_600.0
_AT_ONCE = 50
# For the time of the restore only: nothing else uses that database, and a crash starts it anew.
_QUICKLY = "-c synchronous_commit=off -c maintenance_work_mem=256MB"
_NOT_TO_WORRY = re.compile(
    r"must be owner of extension|unrecognized configuration parameter \"transaction_timeout\""
    r"|role \"[^\"]*\" does not exist|no privileges were granted"
)
_ERROR = re.compile(r"^pg_restore: error: (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Restored:
    """`problems` are where its rows differ from the manifest; `skipped` what could not be set."""

    database: str
    backup: KeptBackup
    rows: dict[Table, int]
    problems: tuple[str, ...]
    skipped: tuple[str, ...]
    seconds: float
    loading_seconds: float

    @property
    def total(self) -> int:
        return sum(self.rows.values())


async def restore_into(
    settings: Settings,
    clients: Clients,
    server: Database,
    backup: KeptBackup,
    name: str,
    *,
    standing: Standing,
    by: str,
    say: Say,
) -> Restored:
    """Make the database `name` on that server and fill it. Raises OpsError.

    Where it fails or is cancelled, the database stays, described as `restoring`: the caller
    decides whether it is dropped.
    """
    began = time.perf_counter()
    major = await _major(server)
    program = await asyncio.to_thread(find, "pg_restore", major, settings.backups.programs)
    await say(f"Making the database {name}")
    await create(server, name, backup.id, Standing.RESTORING)
    skipped = await _load(settings, clients, server, backup, name, program, say)
    loaded = time.perf_counter() - began
    await say("Counting the rows and comparing them")
    target = elsewhere(server, name)
    rows = await counted(target)
    wanted = plain(backup.manifest.tables) if backup.manifest else {}
    problems = differences(wanted, rows)
    if not problems:
        comment = described(standing, backup.id, rows=sum(rows.values()), by=by)
        await describe(server, name, comment)
    return Restored(
        name, backup, rows, tuple(problems), skipped, time.perf_counter() - began, loaded
    )


async def _load(
    settings: Settings,
    clients: Clients,
    server: Database,
    backup: KeptBackup,
    name: str,
    program: Program,
    say: Say,
) -> tuple[str, ...]:
    environment, connection = sign_in(elsewhere(server, name).dsn or "")
    environment["PGOPTIONS"] = f"{environment.get('PGOPTIONS', '')} {_QUICKLY}".strip()
    arguments = ["--no-password", f"--dbname={connection}"]
    if not await _may_own(server):
        arguments.append("--no-owner")
    loader = _Loader(
        settings, clients.backups.name, backup, program, tuple(arguments), environment,
        server.redact,
    )  # fmt: skip
    read, stop = Read(), threading.Event()
    expected = backup.manifest.raw_bytes if backup.manifest else 0

    def work(client: S3Client) -> tuple[str, ...]:
        return loader.run(client, read, stop)

    loading = asyncio.create_task(
        clients.backups.run(work, deadline=settings.backups.most_minutes * 60.0)
    )
    try:
        while not loading.done():
            await asyncio.wait({loading}, timeout=1.0)
            await say(_progress(read.raw, expected))
        return await loading
    finally:
        stop.set()
        await asyncio.wait({loading}, timeout=_CLEANING)
        if loading.done() and not loading.cancelled():
            loading.exception()  # seen


@dataclass(frozen=True, slots=True)
class _Loader:
    settings: Settings
    bucket: str
    backup: KeptBackup
    program: Program
    arguments: tuple[str, ...] = field(repr=False)
    environment: dict[str, str] = field(repr=False)
    redact: Callable[[str], str] = field(repr=False)

    def run(self, client: S3Client, read: Read, stop: threading.Event) -> tuple[str, ...]:
        """Blocks; answers what pg_restore could not set and a copy can do without."""
        child = Child(
            self.program.path, self.arguments, self.environment, redact=self.redact,
            takes_input=True, ends_at=grave,
        )  # fmt: skip
        try:
            pour(client, self.bucket, self.backup, self.settings, child.input, read, stop)
            child.close_input()
            child.finish(stop)
        except ProgramFailed as error:
            if child.grave or not _ERROR.search(error.said):
                raise
        except BaseException:
            # What pg_restore said is nearer to the cause than that it took no more input.
            if child.grave:
                child.finish(stop)
            raise
        finally:
            child.end()
        return tuple(dict.fromkeys(_ERROR.findall(child.said)))


def grave(line: str) -> bool:
    """Whether a line of pg_restore means that the copy would not be whole. Pure."""
    return line.startswith("pg_restore: error:") and not _NOT_TO_WORRY.search(line)


def _progress(raw: int, expected: int) -> str:
    if expected and raw >= expected:
        return "Everything is read; building indexes and constraints"
    share = f" ({100 * raw // expected} %)" if expected else ""
    return f"Loading: {size(raw)}{f' of {size(expected)}' if expected else ''}{share}"


async def counted(database: Database) -> dict[Table, int]:
    """Rows of every table of a database. Raises DatabaseFailure."""
    from bot.backups.snapshot import TABLES

    found: dict[Table, int] = {}
    async with database.session(deadline=_COUNTING) as connection:
        names = [row["name"] for row in await (await connection.execute(TABLES)).fetchall()]
        for at in range(0, len(names), _AT_ONCE):
            some = names[at : at + _AT_ONCE]
            selects = " union all ".join(
                f"select {number} as number, count(*) as rows from only {name}"  # noqa: S608
                for number, name in enumerate(some)
            )
            for row in await (await connection.execute(selects.encode())).fetchall():
                if (table := parsed(some[row["number"]])) is not None:
                    found[table] = row["rows"]
    return found


async def _major(server: Database) -> int:
    told = await server.query(
        "select current_setting('server_version_num')::int / 10000 as major", deadline=20.0
    )
    return int(told[0]["major"])


async def _may_own(server: Database) -> bool:
    """Whether objects can be given to the owners they have: else all belong to the bot's role."""
    told = await server.query(
        "select bool_and(pg_has_role(relowner, 'member')) as may from pg_class c "
        "join pg_namespace n on n.oid = c.relnamespace where nspname !~ '^pg_' "
        "and nspname <> 'information_schema'",
        deadline=20.0,
    )
    return bool(told[0]["may"])


def check_readable(backup: KeptBackup) -> None:
    """Raises OpsError for a dump that pg_restore cannot read. Pure."""
    name = backup.object.removesuffix(".age").removesuffix(".zst").removesuffix(".gz")
    if not name.endswith((".dump", ".pgdump")):
        raise OpsError(
            f"{backup.id} is a plain SQL dump, which the bot does not restore by itself.",
            "By hand, into an empty database: `gunzip -c database.sql.gz | psql -X -1 "
            "-v ON_ERROR_STOP=1 --dbname=…`; then `/pitchey restore list`.",
            permanent=True,
        )
