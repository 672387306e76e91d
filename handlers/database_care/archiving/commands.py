"""`/pitchey db archive`, `db archives` and `db unarchive`."""

from __future__ import annotations

import re
from datetime import datetime

from bot.blocks import clip, code
from bot.command import (
    Argument,
    Arguments,
    Choice,
    Command,
    Context,
    Plan,
    Reply,
    Risk,
    Role,
    Surface,
)
from bot.errors import BadInput, OpsError, Refused
from bot.moments import date
from bot.store.database_archives import ArchiveRecord, ArchiveState
from handlers.database_care import window
from handlers.database_care.archiving import aims, restoring, shelf
from handlers.database_care.archiving.aims import Aim
from handlers.database_care.archiving.moving import archive
from handlers.database_care.archiving.result import Listed
from handlers.database_care.archiving.views import (
    archived_reply,
    list_reply,
    nothing_reply,
    restored_reply,
)
from handlers.database_care.care import care_of, expected
from handlers.database_care.planning import fingerprint, target
from handlers.database_care.subjects import CONNECT, Subjects, read_with
from handlers.database_care.wording import bare, counted, size, word

GUIDE = "Database Maintenance, Monthly Tasks"
_ID = re.compile(r"AR-[0-9A-Z]{6,8}")
_STATES = {
    ArchiveState.COPYING: "copying: nothing deleted yet",
    ArchiveState.DELETING: "copied, deleting",
    ArchiveState.FINISHED: "archived",
    ArchiveState.ABANDONED: "given up, nothing deleted",
}


async def aims_of(
    context: Context, typed: str, *, counted_too: bool
) -> tuple[Subjects, list[Aim], list[str]]:
    """What would be archived, and why some tables cannot be; raises BadInput."""
    found: list[Aim] = []
    refused: list[str] = []
    now, most = context.runtime.now(), context.settings.database.archive_rows
    async with context.clients.database.looking(deadline=CONNECT) as looking:
        subjects = await read_with(looking)
        if subjects.server.standby:
            raise Refused("This server is a standby: it only reads.", "Archive on the primary.")
        for rule in aims.ruled(context.settings.database.archive, subjects, typed):
            try:
                one = await aims.aim(looking, subjects, rule, now, most)
            except Refused as error:
                if typed:
                    raise
                refused.append(f"{error.message} {error.hint}".strip())
                continue
            if counted_too:
                rows, held = await aims.count(looking, one)
                one = aims.replaced(one, rows, held)
            found.append(one)
    return subjects, found, refused


async def plan_archive(context: Context, arguments: Arguments) -> Plan:
    typed = str(arguments.get("table") or "")
    subjects, found, refused = await aims_of(context, typed, counted_too=True)
    open_ones = context.store.database_archives.unfinished()
    going = [each for each in found if each.rows != 0 or _open(open_ones, each)]
    if not going:
        return Plan("old rows", "reads", risk=Risk.READS)
    bucket = context.clients.backups
    if not bucket.configured and any(not each.deletes_only for each in going):
        raise BadInput(
            f"The bucket {bucket.name} is not configured.",
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the bot's environment.",
        )
    rows = sum(each.rows or 0 for each in going)
    held = sum((each.rows or 0) * each.row_bytes for each in going)
    admitted, reason_wanted = window.admit(
        context, arguments, f"db archive {word(typed)}" if typed else "db archive"
    )
    lines = [admitted]
    lines += [_line(each) for each in sorted(going, key=lambda each: not each.deletes_only)]
    lines += [
        f"{each.id} of {each.table_name} is not finished: it goes on"
        for each in open_ones
        if any(aim.table.name == each.table_name for aim in going)
    ]
    lines += [f"left out: {why}" for why in refused]
    lines.append(
        f"copied to s3://{bucket.name}/{context.settings.database.archive_prefix}, read back and "
        "compared before a row is deleted; `db unarchive` puts them back"
    )
    deletes = [each for each in going if each.deletes_only]
    by_hand = context.invocation.surface is not Surface.SCHEDULE
    unknown = " and those that could not be counted" if any(e.rows is None for e in going) else ""
    return Plan(
        target=target(subjects),
        effect=f"moves {counted(rows, 'old row')}{unknown} of {counted(len(going), 'table')} "
        f"({size(held)} or so) out of the database, {expected(context, 'archive', held)[1]}.",
        lines=tuple(map(bare, lines)),
        state=fingerprint(
            [(e.table.oid, e.cutoff.isoformat(), e.rule.mode, e.columns, e.key) for e in going]
        ),
        risk=Risk.DANGEROUS if deletes and by_hand else Risk.CHANGES,
        reason_wanted=reason_wanted,
    )


async def run_archive(context: Context, arguments: Arguments) -> Reply:
    typed = str(arguments.get("table") or "")
    _, found, refused = await aims_of(context, typed, counted_too=False)
    if context.operation is None:
        return nothing_reply(tuple(each.rule for each in found), tuple(refused))
    care = care_of(context, windowed=True)
    return archived_reply(await archive(care, found))


async def archives(context: Context, _arguments: Arguments) -> Reply:
    known = context.store.database_archives.newest(100)
    bucket, prefix = context.clients.backups, context.settings.database.archive_prefix
    unknown = 0
    if bucket.configured:
        try:
            keys = [each.key for each in await bucket.objects(prefix, deadline=20.0)]
        except OpsError:
            keys = []  # the store's own list is worth showing all the same
        names = {each.id for each in known}
        manifests = [key for key in keys if key.endswith(shelf.MANIFEST)]
        unknown = sum(key.removeprefix(prefix).split("/")[0] not in names for key in manifests)
    listed = tuple(_listed(each) for each in known if each.rows or each.ended_at is None)
    return list_reply(listed, bucket.name, unknown=unknown)


async def plan_unarchive(context: Context, arguments: Arguments) -> Plan:
    name = _named(arguments)
    _, manifest = await restoring.manifest_of(context, name)
    found = await restoring.target_of(context, manifest)
    points = [each["on_table"] for each in found.references]
    lines = [
        f"rows whose {manifest.column} was before {manifest.cutoff[:10]}, archived "
        f"{date(datetime.fromisoformat(manifest.made_at))} by {manifest.made_by}",
        "rows that are there already are left as they are; nothing is doubled",
        f"{counted(len(manifest.parts), 'part')}, {size(manifest.bytes)}, each checked against its "
        "SHA-256 first",
    ]
    if points:
        lines.append(f"rows that point to missing rows of {', '.join(points[:5])} are left out")
    return Plan(
        target=f"database {manifest.database} (care)",
        effect=f"puts {counted(manifest.rows, 'row')} back into {found.table.name}.",
        lines=tuple(lines),
        state=fingerprint(manifest, found.table.oid, found.columns),
    )


async def run_unarchive(context: Context, arguments: Arguments) -> Reply:
    care, name = care_of(context), _named(arguments)
    await care.operation.step("Read the manifest")
    _, manifest = await restoring.manifest_of(context, name)
    found = await restoring.target_of(context, manifest)
    await care.operation.step(f"Put {counted(manifest.rows, 'row')} back")
    restored = await restoring.restore(care, manifest, found)
    if context.store.database_archives.get(name) is not None and restored.whole:
        context.store.database_archives.restored(name, context.runtime.now())
    return restored_reply(restored)


async def offered(context: Context, _arguments: Arguments) -> list[Choice]:
    """Archives with rows, the newest first."""
    return [
        Choice(
            each.id,
            "Put it back",
            f"{counted(each.rows, 'row')} of {each.table_name}, older than {each.cutoff[:10]}; "
            f"{size(each.bytes)}",
        )
        for each in context.store.database_archives.newest(20)
        if each.rows and each.state is not ArchiveState.ABANDONED
    ]


def _named(arguments: Arguments) -> str:
    name = str(arguments["archive"]).strip().upper()
    if not _ID.fullmatch(name):
        raise BadInput(
            f"{code(clip(name, 40))} is no archive's id, which looks like AR-7KQ2MX4P.",
            "`/pitchey db archives` lists them.",
        )
    return name


def _line(each: Aim) -> str:
    rows = "rows that could not be counted in time" if each.rows is None else counted(
        each.rows, "row"
    )  # fmt: skip
    how = "DELETED WITHOUT A COPY" if each.deletes_only else "archived"
    told = (
        f"{each.table.name}: {rows} with {each.column.name} before {each.cutoff:%Y-%m-%d} "
        f"({each.rule.days} days) are {how}"
    )
    return f"{told}; {aims.held_words(each)}" if each.held else told


def _open(records: tuple[ArchiveRecord, ...], each: Aim) -> bool:
    return any(record.table_name == each.table.name for record in records)


def _listed(each: ArchiveRecord) -> Listed:
    state = _STATES[each.state]
    if each.restored_at is not None:
        state = f"put back {each.restored_at:%Y-%m-%d}"
    return Listed(
        each.id, each.table_name, each.rows, each.bytes, each.deleted, each.cutoff, each.began_at,
        state, each.state in (ArchiveState.COPYING, ArchiveState.DELETING),
    )  # fmt: skip


ARCHIVE = Command(
    name="db archive",
    summary="Move old rows into compressed files in the backup bucket, by rules of age.",
    run=run_archive,
    plan=plan_archive,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        Argument("table", "which one; without it, each that has a rule", example="error_logs"),
        window.OUTSIDE,
    ),
    examples=("db archive", "db archive error_logs"),
    details=(
        "`[[database.archive]]` says which rows are old. They are copied in parts (CSV, zstd), "
        "each part is read back and compared, a manifest with counts and SHA-256 sums is written "
        "and read back, and only then is deleted what was read back, by primary key. A row that "
        "was changed meanwhile stays, and one that another row points to. After a crash the next "
        "run goes on; nothing is lost or doubled. Rules that delete without a copy need an "
        "approval. `db unarchive` puts rows back."
    ),
    guide=GUIDE,
    deadline=6 * 3_600.0,
    cancelling="it ends with the batch at hand; no row is lost or doubled",
)
ARCHIVES = Command(
    name="db archives",
    summary="What was archived, how far it came, and how to put it back.",
    run=archives,
    examples=("db archives",),
    guide=GUIDE,
    deadline=45.0,
)
UNARCHIVE = Command(
    name="db unarchive",
    summary="Put the rows of an archive back into their table; nothing is doubled.",
    run=run_unarchive,
    plan=plan_unarchive,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        Argument("archive", "its id", required=True, example="AR-7KQ2MX4P", offered=offered),
    ),
    examples=("db unarchive AR-7KQ2MX4P",),
    details=(
        "Each part is checked against its sum. Rows that are there already are never changed; the "
        "answer counts those that are the same, those with other values, and those that point to "
        "rows that are gone. It may be run again at any time."
    ),
    guide=GUIDE,
    deadline=6 * 3_600.0,
    cancelling="it ends with the batch at hand; no row is lost or doubled",
)
COMMANDS = (ARCHIVE, ARCHIVES, UNARCHIVE)
