"""Where the migrations of an environment stand: the folder held against the database."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.backups.beside_databases import elsewhere
from bot.clients.postgres import Database
from bot.errors import NotConfigured
from bot.store.migration_tests import MigrationTest
from handlers.migrations.ledger import Ledger
from handlers.migrations.result import MigrationFile, Size, Standing
from handlers.migrations.source import fingerprint, read_folder, stand

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.runtime import Runtime
    from bot.settings import Settings

_DEADLINE = 20.0
# The names are not quoted, so to_regclass would miss "Users", and before 16 fail at an apostrophe.
_SIZES = """
select name, pg_total_relation_size(c.oid) as bytes, case when c.relpages = 0
  and pg_relation_size(c.oid) > 0 then -1 else c.reltuples end::float8 as rows
from unnest(%(names)s::text[]) as name, pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm') and
  (c.relname = name and pg_table_is_visible(c.oid) or n.nspname || '.' || c.relname = name)
"""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a plan is made of. `database` is the name of the platform's database.

    `command` is the declared program, empty where files are run; `sizes` of the tables that the
    pending files lock, by name; `test` is the last one of exactly these files.
    """

    environment: str
    database: str
    files: Standing
    command: tuple[str, ...]
    fingerprint: str
    sizes: dict[str, Size]
    test: MigrationTest | None

    @property
    def pending(self) -> tuple[MigrationFile, ...]:
        return self.files.pending


async def situation(runtime: Runtime) -> Situation:
    """Read it all. Raises NotConfigured, DatabaseFailure and OpsError."""
    settings, clients = runtime.settings, runtime.clients
    wanted = settings.migrations
    if not wanted.configured:
        raise NotConfigured(
            "No migrations are configured.",
            "Name a `folder` of SQL files, or a `command`, under [migrations] in pitchey.toml.",
        )
    files: tuple[MigrationFile, ...] = ()
    if wanted.folder is not None:
        files = await asyncio.to_thread(read_folder, wanted.folder)
    direct = own(clients)
    async with direct.session(deadline=_DEADLINE) as connection:
        cursor = await connection.execute(b"select current_database() as name")
        row = await cursor.fetchone()
        name = str(row["name"]) if row else ""
        # A declared program keeps its own record of what it has applied.
        rows = () if wanted.command else await Ledger(wanted.table).read(connection)
        standing = stand(files, rows, wanted.baseline)
        names = [lock.relation for each in standing.pending for s in each.statements
                 for lock in s.locks]  # fmt: skip
        cursor = await connection.execute(_SIZES.encode(), {"names": sorted(set(names))})
        sizes = {
            str(each["name"]): Size(
                int(each["rows"]) if each["rows"] >= 0 else None, int(each["bytes"])
            )
            for each in await cursor.fetchall()
        }
    environment = settings.default_environment
    mark = mark_of(settings, standing)
    test = runtime.store.migration_tests.newest(environment, mark)
    return Situation(environment, name, standing, wanted.command, mark, sizes, test)


def mark_of(settings: Settings, standing: Standing) -> str:
    """What a test proves: these files in this order, and the program where one is declared."""
    files = fingerprint(standing.pending)
    command = settings.migrations.command
    return f"{files} {' '.join(command)}" if command else files


def own(clients: Clients) -> Database:
    """The direct host: a pooled one keeps neither locks nor settings of a session."""
    return elsewhere(clients.database, "") if clients.database.configured else clients.database


def folder_of(settings: Settings) -> Path:
    """Where declared commands run."""
    return settings.migrations.command_folder or Path.cwd()
