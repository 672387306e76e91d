"""The first half: old rows are copied to the bucket, each part read back, the manifest last."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from bot.clients.postgres_working import Working
from bot.errors import BadAnswer
from bot.store.database_archives import ArchivePart, ArchiveRecord, ArchiveState
from handlers.database_care.archiving import shelf
from handlers.database_care.archiving.aims import VERSION, Aim
from handlers.database_care.archiving.manifest import Manifest, ManifestPart, compress
from handlers.database_care.wording import counted, size

if TYPE_CHECKING:
    from handlers.database_care.care import Care


async def copy_rows(care: Care, session: Working, aim: Aim, record: ArchiveRecord) -> bool:
    """Copy what is not copied yet, and verify the manifest; False where somebody cancelled.

    Nothing is deleted here. Raises StorageFailure, BadAnswer and DatabaseFailure: what was copied
    stays noted, and another run goes on after it.
    """
    archives, bucket = care.context.store.database_archives, care.context.clients.backups
    kept = list(archives.parts(record.id))
    while True:
        if care.stop():
            return False
        number = len(kept) + 1
        await care.say(
            f"Copy {aim.table.name}: {counted(sum(each.rows for each in kept), 'row')} in "
            f"{counted(len(kept), 'part')}, {size(sum(each.bytes for each in kept))}"
        )
        content, rows = await _copy(session, aim, kept[-1].last if kept else "")
        if not rows:
            break
        key = f"{record.prefix}part-{number:06}.csv.zst"
        packed = await asyncio.to_thread(compress, content)
        sha256 = await shelf.put(bucket, key, packed, "application/zstd")
        primary = [each.raw for each in aim.key]
        read = await shelf.read_part(bucket, key, sha256, primary, aim.column.raw)
        if read.rows != rows or read.text.encode() != content:
            raise BadAnswer(f"Part {number} was read back with other rows than were copied.")
        part = ArchivePart(
            number, key, rows, len(packed), sha256, json.dumps(read.keys[-1][:-1]), read.least,
            read.most,
        )  # fmt: skip
        archives.keep_part(record.id, part)
        kept.append(part)
        if rows < aim.batch:
            break
    if not kept:
        archives.move(
            record.id, ArchiveState.ABANDONED, care.context.runtime.now(), "No row was old enough."
        )
        return True
    await care.say(f"Write and verify the manifest of {aim.table.name}")
    await shelf.put_manifest(bucket, record.prefix, _manifest(care, aim, record, kept))
    archives.move(record.id, ArchiveState.DELETING, care.context.runtime.now())
    return True


async def _copy(session: Working, aim: Aim, last: str) -> tuple[bytes, int]:
    """The next rows after the key `last` (JSON), as CSV with a header, and how many."""
    from psycopg.sql import SQL, Literal

    after = ""
    if last:
        values = ", ".join(
            f"{Literal(each).as_string(session.connection)}::{column.type}"
            for each, column in zip(json.loads(last), aim.key, strict=True)
        )
        after = f" and ({aim.order}) > ({values})"
    columns = ", ".join(f"t.{each.name}" for each in aim.columns)
    statement = (
        f"copy (select {columns}, t.xmin::text as {VERSION} from {aim.table.name} t "  # noqa: S608
        f"where {aim.old}{aim.free}{after} order by {aim.order} limit {aim.batch}) "
        "to stdout (format csv, header true)"
    )
    blocks: list[bytes] = []
    async with session.told(shelf.SECONDS), session.connection.cursor() as cursor:
        async with cursor.copy(SQL(statement)) as copy:
            blocks = [bytes(block) async for block in copy]
        return b"".join(blocks), max(0, cursor.rowcount)


def _manifest(care: Care, aim: Aim, record: ArchiveRecord, kept: list[ArchivePart]) -> Manifest:
    return Manifest(
        record.id,
        aim.database,
        aim.server,
        aim.table.name,
        tuple((each.raw, each.type) for each in aim.columns),
        tuple(each.raw for each in aim.key),
        aim.column.raw,
        record.cutoff,
        record.began_at.isoformat(),
        record.person_name,
        care.operation.id,
        tuple(
            ManifestPart(each.key, each.rows, each.bytes, each.sha256, each.least, each.most)
            for each in kept
        ),
    )
