"""The second half: what was read back from the bucket, and nothing else, is deleted in batches."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.clients.postgres_working import Working
from bot.errors import BadAnswer, OpsError
from bot.store.database_archives import ArchiveRecord, ArchiveState
from handlers.database_care.archiving import shelf
from handlers.database_care.archiving.aims import Aim
from handlers.database_care.archiving.manifest import Decoded, Manifest
from handlers.database_care.subjects import CONNECT
from handlers.database_care.wording import counted

if TYPE_CHECKING:
    from bot.clients.postgres import Database
    from handlers.database_care.care import Care

_TRIES = 3
_PAUSE = 1.0  # seconds between tries for rows that somebody locks
_AGAIN = (DatabaseTrouble.LOCKED,)
_DEADLOCK = "40P01"  # SQLSTATE


async def delete_rows(care: Care, session: Working, aim: Aim, record: ArchiveRecord) -> bool:
    """Delete what the verified manifest holds; False where somebody cancelled.

    A row that was changed after it was copied stays, and one that another row points to by now.
    Begun again after a crash, it goes on where it was. Raises StorageFailure, BadAnswer and
    DatabaseFailure.
    """
    archives, bucket = care.context.store.database_archives, care.context.clients.backups
    manifest = await shelf.get_manifest(bucket, record.prefix)
    _same(manifest, record, aim)
    parts = {part.key: part for part in archives.parts(record.id)}
    deleted = sum(part.deleted or 0 for part in parts.values())
    for number, told in enumerate(manifest.parts, 1):
        known = parts.get(told.key)
        if known is not None and known.deleted is not None:
            continue
        if care.stop():
            return False
        await care.say(
            f"Remove old rows of {aim.table.name}: part {number} of {len(manifest.parts)}, "
            f"{counted(deleted, 'row')} of {manifest.rows:,} so far"
        )
        read = await shelf.read_part(bucket, told.key, told.sha256, manifest.key, manifest.column)
        if read.rows != told.rows:
            raise BadAnswer(f"Part {number} holds other rows than the manifest says.")
        stayed = await _delete(care, session, aim, read)
        archives.deleted(record.id, number, read.rows - stayed, stayed)
        deleted += read.rows - stayed
    archives.move(record.id, ArchiveState.FINISHED, care.context.runtime.now())
    return True


@dataclass
class Tally:
    """Rows deleted without a copy; `unsure` is a batch whose commit was not answered."""

    deleted: int = 0
    unsure: tuple[str, int] | None = None  # its transaction and its rows

    async def settle(self, database: Database) -> None:
        """Ask the server what became of that batch; raises DatabaseFailure."""
        if self.unsure is None:
            return
        transaction, rows = self.unsure
        found = await database.query(
            "select pg_xact_status(%(id)s::text::xid8) as status",
            {"id": transaction},
            deadline=CONNECT,
        )
        self.unsure = None
        self.deleted += rows if found[0]["status"] == "committed" else 0


async def delete_only(care: Care, session: Working, aim: Aim, tally: Tally) -> bool:
    """Delete without a copy, as the rule says, batch by batch; False where somebody cancelled.

    What was deleted is in `tally` however it ends. Raises DatabaseFailure and StatementCancelled.
    """
    keys = ", ".join(f"t.{each.name}" for each in aim.key)
    same = " and ".join(f"t.{each.name} = old.{each.name}" for each in aim.key)
    statement = (
        f"with old as materialized (select {keys} from {aim.table.name} t "  # noqa: S608
        f"where {aim.old}{aim.free} order by {aim.order} limit {aim.batch} for update) "
        f"delete from {aim.table.name} t using old where {same}{aim.free}"
    )
    while not care.stop():
        told = counted(tally.deleted, "row")
        await care.say(f"Remove old rows of {aim.table.name}: {told} so far")
        if not await _batch(care, session, statement, tally):
            return True
    return False


async def _batch(care: Care, session: Working, statement: str, tally: Tally) -> int:
    """One transaction; how many rows it deleted."""
    await session.rows("begin")
    try:
        gone = await _patiently(care, session, statement)
        identity = await session.rows("select pg_current_xact_id()::text as id")
        tally.unsure = (str(identity[0]["id"]), gone)
        await session.rows("commit")
    except OpsError:
        if not session.connection.closed:
            await session.rows("rollback")
        raise
    tally.deleted, tally.unsure = tally.deleted + gone, None
    return gone


async def _delete(care: Care, session: Working, aim: Aim, read: Decoded) -> int:
    """Delete these rows in one transaction; how many of them are there still."""
    for attempt in range(1, _TRIES + 1):
        try:
            return await _delete_once(session, aim, read)
        except DatabaseFailure as failure:
            again = failure.trouble in _AGAIN or failure.state == _DEADLOCK
            if not again or attempt == _TRIES or session.connection.closed:
                raise
            await care.say(f"Somebody locks old rows of {aim.table.name}: once more")
            await asyncio.sleep(_PAUSE)
    raise AssertionError


async def _delete_once(session: Working, aim: Aim, read: Decoded) -> int:
    columns = [*(each.name for each in aim.key), "pitchey_version"]
    arrays = ", ".join([*(f"%s::text[]::{each.type}[]" for each in aim.key), "%s::text[]"])
    table = aim.table.name.replace("%", "%%")
    given = f"unnest({arrays}) as k ({', '.join(columns)})".replace("%%", "%")
    same = " and ".join(f"t.{each.name} = k.{each.name}" for each in aim.key)
    values = [list(column) for column in zip(*read.keys, strict=True)]
    old, free = aim.old.replace("%", "%%"), aim.free.replace("%", "%%")
    async with session.told(shelf.SECONDS), session.connection.transaction():
        # Whoever wants to point to one of them waits from here on, and finds it gone.
        await session.connection.execute(
            f"select from {table} t join {given} on {same} for update of t".encode(), values
        )
        await session.connection.execute(
            f"delete from {table} t using {given} "  # noqa: S608
            f"where {same} and t.xmin::text = k.pitchey_version and {old}{free}".encode(),
            values,
        )
        cursor = await session.connection.execute(
            f"select count(*) as stayed from {table} t join {given} on {same}".encode(),  # noqa: S608
            values,
        )
        row = await cursor.fetchone()
    return int(row["stayed"]) if row else 0


async def _patiently(care: Care, session: Working, statement: str) -> int:
    """Again, where somebody locks the rows; inside of a transaction."""
    for attempt in range(1, _TRIES + 1):
        await session.rows("savepoint batch")
        try:
            return await session.run(statement, stop=care.stop)
        except DatabaseFailure as failure:
            again = failure.trouble in _AGAIN or failure.state == _DEADLOCK
            if not again or attempt == _TRIES or session.connection.closed:
                raise
            await session.rows("rollback to savepoint batch")
            await asyncio.sleep(_PAUSE)
    raise AssertionError


def _same(manifest: Manifest, record: ArchiveRecord, aim: Aim) -> None:
    """Raises BadAnswer where the manifest is of something else."""
    wanted = (record.id, record.table_name, record.cutoff, tuple(each.raw for each in aim.key))
    if (manifest.id, manifest.table, manifest.cutoff, manifest.key) != wanted:
        raise BadAnswer(f"The manifest under {record.prefix} is not that of {record.id}.")
