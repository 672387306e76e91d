"""Archives one table after the other, and goes on with what a crash left half done."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clients.postgres_trouble import DatabaseFailure
from bot.clients.postgres_working import StatementCancelled, Working
from bot.clients.storage_trouble import StorageFailure
from bot.errors import BadAnswer, NotConfigured, OpsError
from bot.short_ids import short_id
from bot.store.database_archives import ArchiveRecord, ArchiveState
from handlers.database_care.archiving import shelf
from handlers.database_care.archiving.aims import Aim, count
from handlers.database_care.archiving.copying import copy_rows
from handlers.database_care.archiving.deleting import Tally, delete_only, delete_rows
from handlers.database_care.restarting import AWAY, Outage, outage
from handlers.database_care.subjects import CONNECT
from handlers.database_care.wording import counted

if TYPE_CHECKING:
    from bot.command import Context
    from handlers.database_care.care import Care


@dataclass(frozen=True, slots=True)
class Moved:
    """One table. `archive` is "" where nothing was copied; `problem` says what is left to do."""

    table: str
    archive: str
    copied: int
    deleted: int
    stayed: int  # changed since they were copied, or pointed to by now
    held: int  # pointed to from the beginning
    bytes: int  # compressed
    seconds: float
    resumed: bool = False
    problem: str = ""
    nothing_deleted: bool = False
    outage: Outage | None = None  # the server went away, and this is how it went on


@dataclass(frozen=True, slots=True)
class Archived:
    done: tuple[Moved, ...]
    left: tuple[str, ...]
    ended: str  # "", "cancelled", "window" or why the rest was given up
    seconds: float
    bucket: str


async def archive(care: Care, aims: Sequence[Aim]) -> Archived:
    """Each table to its end before the next begins; a failure of one is told, the others go on."""
    began = time.monotonic()
    done: list[Moved] = []
    waiting = list(aims)
    ended, tried_again = "", False
    while waiting:
        if care.stop() or care.closed():
            ended = "cancelled" if care.stop() else "window"
            break
        each = waiting.pop(0)
        await care.operation.step(f"Archive {each.table.name}" if not each.deletes_only
                                  else f"Delete old rows of {each.table.name}")  # fmt: skip
        moved = await _one(care, each)
        if moved.outage is not None and moved.outage.back and not tried_again:
            # Once a run: what was noted makes sure that nothing is lost or doubled.
            tried_again, before = True, moved.deleted
            again = await _one(care, each)
            moved = replace(again, outage=moved.outage)
            if each.deletes_only:
                moved = replace(moved, deleted=before + again.deleted)
        done.append(moved)
        if moved.outage is not None and not moved.outage.back:
            ended = "cancelled" if care.stop() else moved.outage.sentence
            break
        if care.stop():
            ended = "cancelled"
            break
    bucket = care.context.clients.backups.name
    names = tuple(each.table.name for each in waiting)
    return Archived(tuple(done), names, ended, time.monotonic() - began, bucket)


async def _one(care: Care, aim: Aim) -> Moved:
    began = time.monotonic()
    store = care.context.store.database_archives
    moved = Moved(aim.table.name, "", 0, 0, 0, 0, 0, 0.0)
    record: ArchiveRecord | None = None
    problem, tally = "", Tally()
    try:
        async with care.working() as session:
            async with care.database.looking(deadline=CONNECT) as looking:
                _, held = await count(looking, aim)
            moved = replace(moved, held=held)
            if aim.deletes_only:
                whole = await delete_only(care, session, aim, tally)
                problem = "" if whole else "It was cancelled; the rest stays."
            else:
                record, resumed = await _record(care, aim)
                aim = _at(aim, record)
                moved = replace(moved, archive=record.id, resumed=resumed)
                problem = await _both_halves(care, session, aim, record)
    except StatementCancelled:
        problem = "It was cancelled."
    except DatabaseFailure as failure:
        problem = f"{failure.message} {failure.hint}".strip()
        if failure.trouble in AWAY:
            gone = await outage(care)
            problem, moved = gone.sentence, replace(moved, outage=gone)
            with contextlib.suppress(DatabaseFailure):
                await tally.settle(care.database.direct())
    except (StorageFailure, BadAnswer, NotConfigured) as failure:
        problem = f"{failure.message} {failure.hint}".strip()
    if aim.deletes_only:
        moved = replace(moved, deleted=tally.deleted)
        if tally.unsure is not None:
            problem += f" Whether its last {counted(tally.unsure[1], 'row')} are gone is not known."
    now = store.get(record.id) if record is not None else None
    if now is not None:
        copied = 0 if now.state is ArchiveState.ABANDONED else now.rows
        moved = replace(
            moved, copied=copied, deleted=now.deleted, stayed=now.stayed, bytes=now.bytes,
            nothing_deleted=now.state is ArchiveState.COPYING,
        )  # fmt: skip
    took = time.monotonic() - began
    care.record(
        "archive", aim.table.name, took, bytes_before=int(moved.copied * aim.row_bytes),
        rows=moved.deleted, problem=problem,
    )  # fmt: skip
    return replace(moved, seconds=took, problem=problem)


async def _both_halves(care: Care, session: Working, aim: Aim, record: ArchiveRecord) -> str:
    """Why it is not finished; empty where it is."""
    store = care.context.store.database_archives
    if record.state is ArchiveState.COPYING and not await copy_rows(care, session, aim, record):
        await abandon(care.context, record, "It was cancelled while rows were copied.")
        return "It was cancelled while rows were copied: none was deleted, the copies are removed."
    now = store.get(record.id)
    if now is None or now.state is not ArchiveState.DELETING:
        return ""
    if not await delete_rows(care, session, aim, now):
        return "It was cancelled while rows were deleted: the rest lies in both places until then."
    return ""


async def _record(care: Care, aim: Aim) -> tuple[ArchiveRecord, bool]:
    """The archive to go on with, or a new one; True where it was begun before."""
    store, context = care.context.store.database_archives, care.context
    for old in store.unfinished(aim.table.name):
        if old.bucket != context.clients.backups.name:
            continue
        if old.state is ArchiveState.DELETING or await _fits(context, aim, old):
            return old, True
        await abandon(context, old, "Its rule or the table's columns are others by now.")
    while True:
        name = short_id("AR")
        prefix = f"{context.settings.database.archive_prefix}{name}/"
        record = ArchiveRecord(
            name, care.operation.id, aim.table.name, aim.column.name, aim.cutoff.isoformat(),
            ArchiveState.COPYING, context.runtime.now(), None, context.clients.backups.name,
            prefix, 0, 0, 0, 0, None, context.invocation.person.name, "",
        )  # fmt: skip
        if store.begin(record):
            return record, False


def _at(aim: Aim, record: ArchiveRecord) -> Aim:
    """The aim as it was when the archive began; never more than the rule allows now."""
    return replace(aim, cutoff=min(aim.cutoff, datetime.fromisoformat(record.cutoff)))


async def _fits(context: Context, aim: Aim, old: ArchiveRecord) -> bool:
    """Whether what was copied is what the rule and the table's columns say now."""
    if datetime.fromisoformat(old.cutoff) > aim.cutoff:
        return False
    parts = context.store.database_archives.parts(old.id)
    if not parts:
        return True
    try:
        read = await shelf.read_part(
            context.clients.backups, parts[0].key, parts[0].sha256,
            [each.raw for each in aim.key], aim.column.raw,
        )  # fmt: skip
    except BadAnswer:
        return False
    return read.columns[:-1] == tuple(each.raw for each in aim.columns)


async def abandon(context: Context, record: ArchiveRecord, why: str) -> None:
    """Nothing was deleted: the copies go, as far as the bucket lets them."""
    store = context.store.database_archives
    try:
        await shelf.remove(context.clients.backups, record.prefix)
    except OpsError as error:
        why = f"{why} Copies stay under {record.prefix}: {error.message}"
    store.move(record.id, ArchiveState.ABANDONED, context.runtime.now(), why)
