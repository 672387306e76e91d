"""Rows of an archive back into their table: as often as one likes, nothing twice."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.clients.postgres_working import Working
from bot.errors import BadInput, OpsError, Refused
from handlers.database_care.archiving import shelf
from handlers.database_care.archiving.aims import VERSION
from handlers.database_care.archiving.manifest import Manifest
from handlers.database_care.subjects import (
    CONNECT,
    QUESTION,
    Table,
    find_table,
    query,
    read_with,
)
from handlers.database_care.wording import counted, listed

if TYPE_CHECKING:
    from bot.command import Context
    from handlers.database_care.care import Care

_PASSES = 5  # rows that point to others of the same archive come after those


@dataclass(frozen=True, slots=True)
class Target:
    """The table that the rows go back to; `columns` as SQL writes them, by their plain names."""

    table: Table
    columns: dict[str, str]
    key: tuple[str, ...]
    references: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """`same` were there already, `different` are there with other values and were left alone.

    `orphaned` point to rows that are gone; `refused` are kept out by another unique key.
    """

    manifest: Manifest
    inserted: int
    same: int
    different: int
    orphaned: int
    refused: int
    seconds: float
    whole: bool


@dataclass
class _Counts:
    total: int = 0
    inserted: int = 0
    different: int = 0
    orphaned: int = 0
    refused: int = 0


async def manifest_of(context: Context, archive: str) -> tuple[str, Manifest]:
    """(prefix, manifest) of an archive, also of one that this store does not know."""
    record = context.store.database_archives.get(archive)
    prefix = record.prefix if record else f"{context.settings.database.archive_prefix}{archive}/"
    bucket = context.clients.backups
    found = {each.key for each in await bucket.objects(prefix, deadline=30.0)}
    if f"{prefix}{shelf.MANIFEST}" not in found:
        raise BadInput(
            f"There is no archive {archive} in {bucket.name}.",
            "`/pitchey db archives` lists them.",
        )
    manifest = await shelf.get_manifest(bucket, prefix)
    missing = [part.key for part in manifest.parts if part.key not in found]
    if missing:
        raise OpsError(
            f"{archive} is not whole: {counted(len(missing), 'part')} of {len(manifest.parts)} "
            "are missing in the bucket.",
            f"Look for {missing[0]} among the bucket's older versions.",
        )
    return prefix, manifest


async def target_of(context: Context, manifest: Manifest) -> Target:
    """Raises Refused where the table cannot take the rows."""
    async with context.clients.database.looking(deadline=CONNECT) as looking:
        subjects = await read_with(looking)
        table = find_table(subjects.tables, manifest.table)
        if table is None:
            raise Refused(
                f"The table {manifest.table} is not there any more.",
                "Make it again, with the columns "
                + listed([f"{name} {kind}" for name, kind in manifest.columns], 40),
            )
        asked = {"table_oid": table.oid}
        columns = await looking.rows(query("columns"), asked, deadline=QUESTION)
        key = await looking.rows(query("primary_key"), asked, deadline=QUESTION)
        references = await looking.rows(query("refers_to"), asked, deadline=QUESTION)
        rights = (await looking.rows(query("rights"), asked, deadline=QUESTION))[0]
    role = subjects.server.role_quoted
    if not (rights["selects"] and rights["inserts"]):
        raise Refused(
            f"The bot's database user may not insert into {table.name}.",
            f"As the owner: `GRANT SELECT, INSERT ON {table.name} TO {role};`",
        )
    by_raw = {each["raw"]: each["name"] for each in columns if not each["generated"]}
    gone = [name for name, _ in manifest.columns if name not in by_raw]
    if gone:
        raise Refused(
            f"{table.name} has no column {listed(gone)} any more, so its rows would be cut.",
            "Add it again, or restore into a copy of the table.",
        )
    if tuple(each["raw"] for each in key) != manifest.key:
        raise Refused(f"{table.name} has another primary key than when it was archived.")
    hidden = [each["on_table"] for each in references if not each["readable"]]
    if hidden:
        raise Refused(
            f"{table.name} points to {hidden[0]}, which the bot may not read.",
            f"As the owner: `GRANT SELECT ON {hidden[0]} TO {role};`",
        )
    return Target(
        table,
        {name: by_raw[name] for name, _ in manifest.columns},
        tuple(each["name"] for each in key),
        tuple(references),
    )


async def restore(care: Care, manifest: Manifest, target: Target) -> Restored:
    """Part by part, each in one transaction; rows that are there are never changed."""
    began, bucket = time.monotonic(), care.context.clients.backups
    own = any(each["itself"] for each in target.references)
    sums, whole, inserted = _Counts(), True, 0
    async with care.working() as session:
        for _ in range(_PASSES if own else 1):
            sums = _Counts()
            for number, part in enumerate(manifest.parts, 1):
                if care.stop():
                    whole = False
                    break
                await care.say(
                    f"Restore {manifest.table}: part {number} of {len(manifest.parts)}, "
                    f"{counted(inserted + sums.inserted, 'row')} so far"
                )
                read = await shelf.read_part(
                    bucket, part.key, part.sha256, manifest.key, manifest.column
                )
                await _insert(session, target, read.text, read.columns, sums)
            inserted += sums.inserted
            if not (own and sums.orphaned and sums.inserted and whole):
                break
    took = time.monotonic() - began
    care.record("unarchive", target.table.name, took, rows=inserted)
    # Of several passes only the first saw which rows had been there before.
    same = sums.total - inserted - sums.different - sums.orphaned - sums.refused
    return Restored(
        manifest, inserted, same, sums.different, sums.orphaned, sums.refused, took, whole
    )


async def _insert(
    session: Working, target: Target, text: str, columns: tuple[str, ...], sums: _Counts
) -> None:
    table, named = target.table.name, [target.columns[name] for name in columns[:-1]]
    listing = ", ".join(named)
    same_key = " and ".join(f"t.{each} = x.{each}" for each in target.key)
    equal = " and ".join(f"t.{each}::text is not distinct from x.{each}::text" for each in named)
    there = f"exists (select from {table} t where {same_key})"
    lost = " or ".join(_missing(each) for each in target.references) or "false"
    async with session.told(shelf.SECONDS), session.connection.transaction():
        connection = session.connection
        await connection.execute(
            f"create temporary table pitchey_rows on commit drop as "  # noqa: S608
            f"select {listing}, ''::text as {VERSION} from {table} with no data".encode()
        )
        async with (
            connection.cursor() as cursor,
            cursor.copy(
                f"copy pitchey_rows ({listing}, {VERSION}) from stdin "
                "(format csv, header true)".encode()
            ) as copy,
        ):
            await copy.write(text.encode())
        counts = await connection.execute(
            f"select count(*) as total, count(*) filter (where {there}) as present, "  # noqa: S608
            f"count(*) filter (where exists (select from {table} t where {same_key} and {equal})) "
            f"as same, count(*) filter (where not {there} and ({lost})) as orphaned "
            "from pitchey_rows x".encode()
        )
        row = await counts.fetchone()
        inserted = await connection.execute(
            f"insert into {table} ({listing}) overriding system value "  # noqa: S608
            f"select {listing} from pitchey_rows x where not {there} and not ({lost}) "
            "on conflict do nothing".encode()
        )
    if row is None:
        return
    sums.inserted += inserted.rowcount
    sums.total += row["total"]
    sums.different += row["present"] - row["same"]
    sums.orphaned += row["orphaned"]
    sums.refused += row["total"] - row["present"] - row["orphaned"] - inserted.rowcount


def _missing(reference: dict[str, Any]) -> str:
    """SQL: whether row `x` points to a row that is not there."""
    pairs = list(zip(reference["columns"], reference["others"], strict=True))
    set_all = " and ".join(f"x.{one} is not null" for one, _ in pairs)
    same = " and ".join(f"f.{other} = x.{one}" for one, other in pairs)
    return f"({set_all} and not exists (select from {reference['on_table']} f where {same}))"
