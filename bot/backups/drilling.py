"""A rehearsal of the worst day: the newest backup is really restored, compared, and dropped."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict

from bot.backups.beside_databases import Standing, drop, drop_unfinished, elsewhere
from bot.backups.contents import Contents
from bot.backups.marking import mark
from bot.backups.names import parsed, shown
from bot.backups.processes import Child
from bot.backups.restoring import restore_into
from bot.backups.shelf import RESTORED, KeptBackup
from bot.backups.verifying import Proof, verify
from bot.clients.postgres import Database
from bot.clients.postgres_programs import find, sign_in
from bot.errors import OpsError

if TYPE_CHECKING:
    from bot.backups.taking import Say
    from bot.clients import Clients
    from bot.command import Person
    from bot.settings import Settings

PREFIX = "pitchey_drill_"  # of a scratch database's name
_SHOWN = 5
_CLEANING = 30.0


class Drill(BaseModel):
    """What `restored.json` says. Seconds; `rpo` is how old the data was when the drill began."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: AwareDatetime
    by: str = ""
    rto_seconds: float = 0.0
    loading_seconds: float = 0.0
    compared_seconds: float = 0.0
    rpo_seconds: float = 0.0
    rto_target_seconds: float = 0.0
    rpo_target_seconds: float = 0.0
    tables: int = 0
    rows: int = 0
    problems: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Everything was there, and quickly and freshly enough."""
        return not self.problems and self.in_time and self.fresh

    @property
    def in_time(self) -> bool:
        return self.rto_seconds <= self.rto_target_seconds

    @property
    def fresh(self) -> bool:
        return self.rpo_seconds <= self.rpo_target_seconds


@dataclass(frozen=True, slots=True)
class Place:
    """Where the scratch database is made: the live server, or one of its own."""

    server: Database
    name: str
    live_server: bool


def place(settings: Settings, clients: Clients, backup: KeptBackup) -> Place:
    """SCRATCH_DATABASE_URL names another server; without it the live one is used. Pure."""
    name = f"{PREFIX}{backup.id.replace('-', '_')}"
    server = scratch_server(settings, clients)
    return Place(server, name, server is clients.database)


def scratch_server(settings: Settings, clients: Clients) -> Database:
    """The one of SCRATCH_DATABASE_URL, without it the live one. Pure."""
    other = settings.secrets.scratch_database_url
    if other is None:
        return clients.database
    return Database(other.get_secret_value(), redact=clients.database.redact)


async def drill(
    settings: Settings, clients: Clients, backup: KeptBackup, *, person: Person, say: Say
) -> Drill:
    """Verify, restore into scratch, compare rows and checksums, drop; the result is marked.

    Raises OpsError where it could not be carried out; the scratch database is dropped anyway.
    """
    began = datetime.now(UTC)
    where = place(settings, clients, backup)
    verified = await verify(settings, clients, backup, person=person, say=say)
    if not verified.good:
        raise OpsError(
            f"The backup {backup.id} is not whole: {verified.proof.problems[0]}",
            "Make a new one now.",
            permanent=True,
            offers=(("Make a backup now", "backup now"), ("Which one is good", "backups")),
        )
    await drop(where.server, where.name)
    try:
        restored = await restore_into(
            settings, clients, where.server, backup, where.name,
            standing=Standing.SCRATCH, by=person.name, say=say,
        )  # fmt: skip
        await say("Comparing the checksum of every table")
        compared = datetime.now(UTC)
        contents = await _contents(settings, where)
        problems = (*restored.problems, *_sums(verified.proof, contents))
        found = Drill(
            at=began, by=person.name, rto_seconds=round(restored.seconds, 1),
            loading_seconds=round(restored.loading_seconds, 1),
            compared_seconds=round((datetime.now(UTC) - compared).total_seconds(), 1),
            rpo_seconds=max(0.0, (began - backup.data_from).total_seconds()),
            rto_target_seconds=settings.backups.rto_minutes * 60.0,
            rpo_target_seconds=timedelta(hours=settings.backups.rpo_hours).total_seconds(),
            tables=len(restored.rows), rows=restored.total, problems=problems,
            skipped=restored.skipped,
        )  # fmt: skip
    finally:
        await asyncio.shield(drop_unfinished(where.server, where.name, scratch=True))
    if not problems:
        await mark(clients, backup, RESTORED, found.model_dump_json(indent=1))
    return found


async def _contents(settings: Settings, where: Place) -> Contents:
    """Rows and checksums of the restored tables, by the way that the dump's were read."""
    told = await where.server.query(
        "select current_setting('server_version_num')::int / 10000 as major", deadline=20.0
    )
    program = await asyncio.to_thread(
        find, "pg_dump", int(told[0]["major"]), settings.backups.programs
    )
    environment, connection = sign_in(elsewhere(where.server, where.name).dsn or "")
    environment["PGTZ"] = "UTC"
    contents, stop = Contents(), threading.Event()

    def work() -> None:
        arguments = ("--data-only", "--no-password", f"--dbname={connection}")
        child = Child(program.path, arguments, environment, redact=where.server.redact)
        try:
            while not stop.is_set() and (piece := child.read(1 << 20)):
                contents.feed(piece)
        finally:
            child.end()

    reading = asyncio.create_task(asyncio.to_thread(work))
    try:
        await asyncio.shield(reading)
    finally:
        stop.set()
        await asyncio.wait({reading}, timeout=_CLEANING)
    return contents


def _sums(proof: Proof, contents: Contents) -> list[str]:
    """Tables whose text differs though their rows are as many. Pure."""
    found = []
    for name, (rows, sha256) in proof.tables.items():
        table = parsed(name)
        there = contents.tables.get(table) if table else None
        if there is not None and there.rows == rows and there.sha256 != sha256:
            found.append(f"{shown(table) if table else name} has another checksum.")
    return found[:_SHOWN]
