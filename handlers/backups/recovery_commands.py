"""`/pitchey restore drill`, `list`, `drop`, `steps`, and `backup files`."""

from __future__ import annotations

from bot.backups.beside_databases import Standing
from bot.backups.drilling import place
from bot.command import (
    Argument,
    Arguments,
    Command,
    Context,
    Kind,
    Plan,
    Reply,
    Risk,
    Role,
    Upload,
)
from bot.phrases import plural
from handlers.backups import restore_views as views
from handlers.backups.beside import beside, databases, drop_beside, to_drop
from handlers.backups.commands import WHICH
from handlers.backups.finding import wanted
from handlers.backups.operations import shown
from handlers.backups.restore_commands import GUIDE, LONGEST, named, usable
from handlers.backups.restoring import rehearse
from handlers.backups.steps import files_of, recovery
from handlers.backups.words import size


async def plan_drill(context: Context, arguments: Arguments) -> Plan:
    backup = await usable(context, arguments["backup"] or "")
    where = place(context.settings, context.clients, backup)
    needed = backup.manifest.database_bytes if backup.manifest else 0
    on = "the live server" if where.live_server else "the scratch server"
    return Plan(
        target="the scratch database",
        effect=(
            f"restores {backup.id} into the database {where.name} on {on}, compares every table, "
            "and drops it again."
        ),
        lines=(
            f"it takes about {size(needed)} of room meanwhile"
            if needed
            else "how much room it takes meanwhile is not known: the backup does not tell its size",
            "the live database is not touched, but its server works",
        ),
        state=backup.id,
    )


async def run_drill(context: Context, arguments: Arguments) -> Reply:
    backup = await usable(context, arguments["backup"] or "")
    return views.drilled_reply(await rehearse(context, backup))


async def run_list(context: Context, _arguments: Arguments) -> Reply:
    return views.databases_reply(await databases(context))


async def plan_drop(context: Context, arguments: Arguments) -> Plan:
    found = await beside(context, arguments["database"])
    only = found.standing is Standing.REPLACED
    lines = [f"{found.standing.value}, {size(found.bytes)}, {plural(found.sessions, 'session')}"]
    if only:
        lines.append("it was live: what was written before the switch may be in it alone")
    return Plan(
        target=f"database {found.name}",
        effect=f"drops the database {found.name} ({size(found.bytes)}); the live one stays.",
        lines=tuple(lines),
        state=f"{found.name} {found.at}",
        risk=Risk.DANGEROUS if only else None,
    )


async def run_drop(context: Context, arguments: Arguments) -> Reply:
    return views.dropped_reply(await drop_beside(context, arguments["database"]))


async def run_steps(context: Context, arguments: Arguments) -> Reply:
    found = await shown(context, arguments["backup"] or "")
    return views.steps_reply(recovery(found), found)


async def run_files(context: Context, arguments: Arguments) -> Reply:
    backup = await wanted(context, arguments["backup"] or "")
    with_code = bool(arguments["code"])
    files = await files_of(context, backup, code=with_code)
    uploads = tuple(
        Upload(f"{backup.id}-{name}", content, title=f"{name} of {backup.id}")
        for name, content in files.items()
    )
    return views.files_reply(backup, uploads, with_code=with_code)


DRILL = Command(
    name="restore drill",
    aliases=("backup drill", "backup rehearse"),
    summary="Rehearse: restore into a scratch database, compare every table, measure the time.",
    run=run_drill,
    plan=plan_drill,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(WHICH,),
    examples=("restore drill", "restore drill 20261128"),
    details=(
        "The backup is read back, really restored, and compared by rows and by a checksum of each "
        "table. Recovery time and recovery point are told beside their targets (`rto_minutes`, "
        "`rpo_hours`). With SCRATCH_DATABASE_URL it happens on another server. It runs by itself "
        "as `[backups] drill` says."
    ),
    guide=GUIDE,
    deadline=LONGEST,
)
LIST = Command(
    name="restore list",
    summary="The databases beside the live one: restored, replaced, or left unfinished.",
    run=run_list,
    examples=("restore list",),
    guide=GUIDE,
    deadline=60.0,
)
DROP = Command(
    name="restore drop",
    summary="Drop a database that a restore made; never the live one.",
    run=run_drop,
    plan=plan_drop,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(named(to_drop),),
    examples=("restore drop pitchey_restore_20261128",),
    details="One that was live before a switch needs a second person.",
    guide=GUIDE,
    deadline=300.0,
)
STEPS = Command(
    name="restore steps",
    summary="The guide's five steps of a recovery for one backup, each with its button.",
    run=run_steps,
    arguments=(WHICH,),
    examples=("restore steps", "restore steps 20261128"),
    guide=GUIDE,
    deadline=60.0,
)
FILES = Command(
    name="backup files",
    summary="Download the configuration and the list of what was deployed that go with a backup.",
    run=run_files,
    role=Role.OPERATOR,
    arguments=(
        WHICH,
        Argument("code", "the code that was live as well, as it was uploaded", Kind.FLAG),
    ),
    examples=("backup files 20261128", "backup files 20261128 --code"),
    details=(
        "Only you see them. The code is a tar of its modules, packed with zstd: unpack it with "
        "`tar --zstd -xf`, and upload it again with `wrangler versions upload --no-bundle`."
    ),
    guide=GUIDE,
    deadline=60.0,
)
COMMANDS = (STEPS, LIST, DROP, DRILL, FILES)
