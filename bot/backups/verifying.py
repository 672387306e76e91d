"""Whether a backup can be used: read back whole, summed, and fully decoded.

A list of its contents would prove nothing: pg_restore answers that for truncated and bit-flipped
files as well. Here every row is decoded and counted, and the counts are those of the snapshot.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.backups.beside_checking import beside_problems
from bot.backups.contents import Contents
from bot.backups.manifest import plain
from bot.backups.marking import mark
from bot.backups.names import Table, parsed, shown
from bot.backups.processes import Child, ProgramFailed
from bot.backups.reading import Damaged, Read, pour
from bot.backups.shelf import CORRUPT, VERIFIED, KeptBackup
from bot.backups.words import size
from bot.clients.postgres_programs import Program, find, surroundings
from bot.errors import NotConfigured, OpsError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.backups.taking import Say
    from bot.clients import Clients
    from bot.command import Person
    from bot.settings import Settings

_CLEANING = 30.0
_SHOWN = 5


class Proof(BaseModel):
    """What `verified.json` says: every table's rows and the sum of their text.

    `problems` are the dump's; `beside` those of what goes with it, without which it can be used.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: AwareDatetime
    by: str = ""
    seconds: float = 0.0
    stored_bytes: int = 0
    raw_bytes: int = 0
    tables: dict[str, tuple[int, str]] = Field(default_factory=dict)  # rows, SHA-256
    sizes: dict[str, int] = Field(default_factory=dict)  # bytes of each table's rows, as text
    problems: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return sum(rows for rows, _ in self.tables.values())


@dataclass(frozen=True, slots=True)
class Verified:
    """`problems` are empty for a backup that can be used. `contents` names columns as well."""

    backup: KeptBackup
    proof: Proof
    contents: Mapping[Table, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return not self.proof.problems


async def verify(
    settings: Settings, clients: Clients, backup: KeptBackup, *, person: Person, say: Say
) -> Verified:
    """Read it back, and mark it as verified or as corrupt in the bucket.

    Raises OpsError where nothing could be learnt (the bucket, or no pg_restore), and marks
    nothing then.
    """
    began, contents, read = time.perf_counter(), Contents(), Read()
    problems = tuple(await _problems(settings, clients, backup, contents, read, say))
    beside = await beside_problems(clients, backup)
    found = {
        f"{_quoted(schema)}.{_quoted(name)}": content
        for (schema, name), content in sorted(contents.tables.items())
    }
    proof = Proof(
        at=datetime.now(UTC), by=person.name, seconds=round(time.perf_counter() - began, 3),
        stored_bytes=read.stored, raw_bytes=read.raw, problems=problems, beside=beside,
        tables={name: (content.rows, content.sha256) for name, content in found.items()},
        sizes={name: content.size for name, content in found.items()},
    )  # fmt: skip
    await mark(clients, backup, CORRUPT if problems else VERIFIED, proof.model_dump_json(indent=1))
    columns = {table: content.columns for table, content in contents.tables.items()}
    return Verified(backup, proof, columns)


async def _problems(
    settings: Settings,
    clients: Clients,
    backup: KeptBackup,
    contents: Contents,
    read: Read,
    say: Say,
) -> list[str]:
    manifest = backup.manifest
    if manifest is not None and manifest.bytes != backup.bytes:
        return [
            f"The dump has {backup.bytes:,} bytes in the bucket, {manifest.bytes:,} were stored."
        ]
    program = await asyncio.to_thread(_program, settings, backup)
    stop = threading.Event()
    seconds = settings.backups.most_minutes * 60.0

    def work(client: S3Client) -> None:
        decode(client, clients.backups.name, backup, settings, program, contents, read, stop)

    decoding = asyncio.create_task(clients.backups.run(work, deadline=seconds))
    try:
        while not decoding.done():
            await asyncio.wait({decoding}, timeout=1.0)
            await say(f"Verifying: {size(read.stored)} of {size(backup.bytes)} read back")
        await decoding
    except Damaged as error:
        return [error.message]
    except ProgramFailed as error:
        return [f"It cannot be decoded. {error.message}"]
    finally:
        stop.set()
        await asyncio.wait({decoding}, timeout=_CLEANING)
        if decoding.done() and not decoding.cancelled():
            decoding.exception()  # seen
    return differences(plain(manifest.tables) if manifest else {}, rows_of(contents))


def decode(
    client: S3Client,
    bucket: str,
    backup: KeptBackup,
    settings: Settings,
    program: Program | None,
    contents: Contents,
    read: Read,
    stop: threading.Event,
) -> None:
    """Fill `contents` from the stored dump. Blocks; raises Damaged, ProgramFailed, Stopped."""
    if program is None:
        _decode_plain(client, bucket, backup, settings, contents, read, stop)
        return
    child = Child(program.path, ("--data-only", "--file=-"), surroundings({}), takes_input=True)
    failures: list[BaseException] = []

    def parse() -> None:
        try:
            while piece := child.read(1 << 20):
                contents.feed(piece)
        except BaseException as error:  # noqa: BLE001 - raised again by the other thread
            failures.append(error)

    reader = threading.Thread(target=parse, name="backup-contents", daemon=True)
    reader.start()
    try:
        pour(client, bucket, backup, settings, child.input, read, stop)
        child.close_input()
        reader.join()
        if failures:
            raise failures[0]
        child.finish()
    finally:
        child.end()
        reader.join()
    if contents.unfinished:
        raise Damaged("The dump ends in the middle of a table.")


def _decode_plain(
    client: S3Client,
    bucket: str,
    backup: KeptBackup,
    settings: Settings,
    contents: Contents,
    read: Read,
    stop: threading.Event,
) -> None:
    """A dump of `pg_dump | gzip`: text that ends with a line that says so."""

    class Target:
        def write(self, piece: bytes) -> int:
            contents.feed(piece)
            return len(piece)

    pour(client, bucket, backup, settings, Target(), read, stop)
    if contents.unfinished or not contents.complete:
        raise Damaged("The dump ends before its last line: pg_dump did not finish it.")


def differences(wanted: Mapping[str, int], found: Mapping[Table, int]) -> list[str]:
    """Where rows differ from those of the snapshot, in sentences. Pure."""
    problems = []
    for name, rows in wanted.items():
        table = parsed(name)
        if table is None:
            continue
        if table not in found:
            problems.append(f"{shown(table)} is missing ({rows:,} rows).")
        elif found[table] != rows:
            problems.append(f"{shown(table)} has {found[table]:,} rows, not {rows:,}.")
    more = len(problems) - _SHOWN
    return problems if more <= 0 else [*problems[:_SHOWN], f"And {more:,} more tables differ."]


def rows_of(contents: Contents) -> dict[Table, int]:
    return {table: content.rows for table, content in contents.tables.items()}


def _program(settings: Settings, backup: KeptBackup) -> Program | None:
    """pg_restore for it; None for a dump that is plain text. Raises NotConfigured, OpsError."""
    name = backup.object.removesuffix(".age").removesuffix(".zst").removesuffix(".gz")
    if name.endswith(".sql"):
        return None
    if not name.endswith((".dump", ".pgdump")):
        raise OpsError(f"The bot cannot read backups such as {backup.object}.", permanent=True)
    manifest = backup.manifest
    version = (manifest.program_version or manifest.server_version) if manifest else ""
    major = version.partition(".")[0]
    try:
        return find("pg_restore", int(major) if major.isdigit() else 0, settings.backups.programs)
    except NotConfigured as error:
        raise NotConfigured(error.message, error.hint.replace("-0,", ",")) from error


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
