"""`/pitchey backups`, `backup now`, `backup show` and `backup verify`."""

from __future__ import annotations

from bot.backups import Label
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
)
from handlers.backups import show_views, views
from handlers.backups.operations import check, listing, make, shown
from handlers.backups.words import size

GUIDE = "Backup & Recovery, Backup Strategy"
WHICH = Argument(
    "backup",
    "an id, its last letters, or a day (YYYYMMDD); the last good one without",
    default="",
    example="20261128",
)
_SIZE = """
select current_database() as name, pg_database_size(current_database()) as bytes,
  (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where relkind = 'r' and nspname <> 'information_schema' and nspname !~ '^pg_') as tables
"""
_LONGEST = 7 * 24 * 3_600.0  # [backups] most_minutes ends it before


async def backups(context: Context, arguments: Arguments) -> Reply:
    found = await listing(context)
    return views.list_reply(found, everything=bool(arguments["all"]))


async def show(context: Context, arguments: Arguments) -> Reply:
    return show_views.show_reply(await shown(context, arguments["backup"] or ""))


async def verify(context: Context, arguments: Arguments) -> Reply:
    return views.verified_reply(await check(context, arguments["backup"] or ""))


async def plan_now(context: Context, _arguments: Arguments) -> Plan:
    told = (await context.clients.database.query(_SIZE, deadline=20.0))[0]
    bucket = context.clients.backups.name
    encrypted = context.settings.secrets.backup_age_identity is not None
    return Plan(
        target=f"database {told['name']} (backup)",
        effect=(
            f"dumps {told['name']} ({size(told['bytes'])} with indexes, {told['tables']:,} tables) "
            f"into the bucket {bucket}, and reads it back."
        ),
        lines=(
            "the database is only read; tables cannot be dropped or altered meanwhile",
            "configuration, names of secrets, what is deployed and the bot's own data go with it",
            "encrypted with age" if encrypted else "not encrypted by the bot",
        ),
    )


async def now(context: Context, arguments: Arguments) -> Reply:
    return views.made_reply(await make(context, Label(arguments["label"])))


LIST = Command(
    name="backups",
    aliases=(
        "backup list",
        "backup",
    ),
    summary="The backups: how old, how large, whether they can be read, when one was restored.",
    run=backups,
    arguments=(Argument("all", "every one, not only the newest", Kind.FLAG),),
    examples=("backups", "backups --all"),
    details=(
        "The last good one comes first: it has its manifest, the size that the manifest names, and "
        "no verification found fault with it. Verified means: read back whole, its checksum "
        "compared, every row decoded and counted. Restored means: a drill really restored it."
    ),
    guide=GUIDE,
    deadline=60.0,
)
SHOW = Command(
    name="backup show",
    summary="One backup: what is in it, what was deployed then, and what was proven.",
    run=show,
    arguments=(WHICH,),
    examples=("backup show", "backup show 20261128"),
    guide=GUIDE,
    deadline=60.0,
)
VERIFY = Command(
    name="backup verify",
    aliases=("backup check", "backup test"),
    summary="Read a backup back, compare its checksum, decode every row and count them.",
    run=verify,
    arguments=(WHICH,),
    role=Role.RESPONDER,
    examples=("backup verify", "backup verify 20261128"),
    details=(
        "A list of the contents proves nothing: pg_restore answers it for truncated and changed "
        "files too. The result is marked in the bucket, beside the backup."
    ),
    guide=GUIDE,
    deadline=_LONGEST,
)
NOW = Command(
    name="backup now",
    aliases=("backup create", "backup make", "backup start"),
    summary="Back up the database into the bucket now, and prove that it can be read.",
    run=now,
    plan=plan_now,
    role=Role.RESPONDER,
    risk=Risk.CHANGES,
    arguments=(
        Argument(
            "label", "why it is made", Kind.CHOICE, choices=tuple(each.value for each in Label),
            default=Label.MANUAL.value, flag=True,
        ),
    ),
    examples=("backup now", 'backup now --reason "before the price change"'),
    details=(
        "pg_dump is streamed through zstd into the bucket: no file on the bot's disk, memory stays "
        "the same whatever the size. Rows are counted in the same snapshot. Where anything fails, "
        "nothing half-made is left. It runs by itself as `[backups] schedule` says."
    ),
    guide=GUIDE,
    deadline=_LONGEST,
)  # fmt: skip
COMMANDS = (LIST, NOW, SHOW, VERIFY)
