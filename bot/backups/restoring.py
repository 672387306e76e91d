"""bucket → (age) → zstd → pg_restore, into an empty database; rows compared after.

The target is always a new database: the live one is never touched here.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bot.backups.beside_databases import Standing, create, describe, described, elsewhere
from bot.backups.loading import Loaded, Loader
from bot.backups.manifest import plain
from bot.backups.marking import text_of
from bot.backups.names import Table, parsed
from bot.backups.sharing import by_rows
from bot.backups.shelf import VERIFIED
from bot.backups.verifying import Proof, differences
from bot.clients.postgres_programs import Program, find, sign_in
from bot.clients.storage_trouble import StorageFailure
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
_QUICKLY = "-c synchronous_commit=off"
_MEMORY = 512  # MB that the server takes to build indexes, for all connections together
SIDE_BY_SIDE_FROM = 64 << 20  # bytes of a dump; a smaller one is loaded before streams are set up


@dataclass(frozen=True, slots=True)
class Restored:
    """`problems` are where its rows differ from the manifest; `skipped` what could not be set.

    `streams` loaded it side by side; `why_one` says why it was one where more were to.
    """

    database: str
    backup: KeptBackup
    rows: dict[Table, int]
    problems: tuple[str, ...]
    skipped: tuple[str, ...]
    seconds: float
    loading_seconds: float
    streams: int = 1
    why_one: str = ""

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
    loaded = Loaded(backup.manifest.raw_bytes if backup.manifest else 0)
    skipped = await _load(settings, clients, server, backup, name, program, loaded, say)
    loading_seconds = time.perf_counter() - began
    await say("Counting the rows and comparing them")
    target = elsewhere(server, name)
    rows = await counted(target)
    wanted = plain(backup.manifest.tables) if backup.manifest else {}
    problems = differences(wanted, rows)
    if not problems:
        comment = described(standing, backup.id, rows=sum(rows.values()), by=by)
        await describe(server, name, comment)
    return Restored(
        name, backup, rows, tuple(problems), skipped, time.perf_counter() - began,
        loading_seconds, len(loaded.reads), loaded.why_one,
    )  # fmt: skip


async def _load(
    settings: Settings,
    clients: Clients,
    server: Database,
    backup: KeptBackup,
    name: str,
    program: Program,
    loaded: Loaded,
    say: Say,
) -> tuple[str, ...]:
    environment, connection = sign_in(elsewhere(server, name).dsn or "")
    large = max(loaded.expected, backup.bytes) >= SIDE_BY_SIDE_FROM
    jobs = settings.backups.restore_jobs if large else 1
    quickly = f"{_QUICKLY} -c maintenance_work_mem={_MEMORY // max(2, jobs)}MB"
    environment["PGOPTIONS"] = f"{environment.get('PGOPTIONS', '')} {quickly}".strip()
    arguments = ["--no-password", f"--dbname={connection}"]
    if not await _may_own(server):
        arguments.append("--no-owner")
    sizes = await sizes_of(clients, backup) if jobs > 1 else {}
    loader = Loader(
        settings, clients.backups.name, backup, program.path, tuple(arguments), environment,
        server.redact, jobs, sizes,
    )  # fmt: skip
    stop = threading.Event()

    def work(client: S3Client) -> tuple[str, ...]:
        return loader.run(client, loaded, stop)

    loading = asyncio.create_task(
        clients.backups.run(work, deadline=settings.backups.most_minutes * 60.0)
    )
    try:
        while not loading.done():
            await asyncio.wait({loading}, timeout=1.0)
            await say(str(loaded))
        return await loading
    finally:
        stop.set()
        await asyncio.wait({loading}, timeout=_CLEANING)
        if loading.done() and not loading.cancelled():
            loading.exception()  # seen


async def sizes_of(clients: Clients, backup: KeptBackup) -> dict[Table, int]:
    """Bytes of each table's rows as its verification told them, else guessed by their number."""
    sizes: dict[str, int] = {}
    with contextlib.suppress(StorageFailure, ValidationError):  # it was not verified yet
        sizes = Proof.model_validate_json(await text_of(clients, backup, VERIFIED)).sizes
    if not sizes and backup.manifest is not None:
        sizes = by_rows(plain(backup.manifest.tables))
    return {table: each for name, each in sizes.items() if (table := parsed(name)) is not None}


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
