"""`/pitchey restore` and what belongs to it: switch, drill, list, drop, steps."""

from __future__ import annotations

from typing import Any

from bot.backups.beside_databases import Standing
from bot.backups.encryption import check_key
from bot.backups.restoring import check_readable
from bot.backups.shelf import KeptBackup
from bot.backups.switching import find, live_name
from bot.command import (
    Argument,
    Arguments,
    Command,
    Context,
    Offered,
    Plan,
    Reply,
    Risk,
    Role,
)
from bot.errors import BadInput, OpsError
from bot.moments import date
from handlers.backups import restore_views as views
from handlers.backups.beside import to_switch_to
from handlers.backups.finding import offered, wanted
from handlers.backups.restoring import (
    free_name,
    replace_live,
    restore,
    switch_to,
)
from handlers.backups.words import lost_since, old, sessions, size
from handlers.backups.writers import can_stop

GUIDE = "Backup & Recovery, Recovery Procedures"
LONGEST = 7 * 24 * 3_600.0  # [backups] most_minutes ends it before
_SIZES = """
select current_database() as name, pg_database_size(current_database()) as bytes,
  (select count(*) from pg_stat_activity where datname = current_database()
    and backend_type = 'client backend' and pid <> pg_backend_pid()) as sessions
"""


def named(offered: Offered) -> Argument:
    """A database that stands beside the live one; those there are come as buttons."""
    return Argument(
        "database", "one of `restore list`", required=True, example="pitchey_restore_1",
        offered=offered,
    )  # fmt: skip


async def usable(context: Context, text: str) -> KeptBackup:
    """A backup that a copy can be made of; raises OpsError."""
    backup = await wanted(context, text)
    check_readable(backup)
    check_key(context.settings, backup)
    if backup.corrupt or (backup.manifest is not None and not backup.proven):
        raise OpsError(
            f"The backup {backup.id} is corrupt: a copy of it would not be whole.",
            "Take the last good one.",
            permanent=True,
            offers=(
                ("Restore the last good one", "restore last"),
                ("Why it is corrupt", f"backup show {backup.id}"),
            ),
        )
    return backup


async def plan_restore(context: Context, arguments: Arguments) -> Plan:
    backup = await usable(context, arguments["backup"])
    told = (await context.clients.database.query(_SIZES, deadline=20.0))[0]
    live, over = str(told["name"]), arguments["over"] or ""
    if over and over != live:
        raise BadInput(
            f"The live database is not called {over[:63]}.",
            f"To replace it, type its name: `--over {live}`.",
        )
    name = await free_name(context, backup, arguments["into"] or "", live)
    now = context.runtime.now()
    rows = f"{backup.manifest.rows:,} rows" if backup.manifest else "rows not counted"
    lines = [
        f"the backup is {old(backup, now)}, has {rows} and is "
        + ("verified" if backup.verified else "NOT verified: it is checked while it is restored"),
        *_room(context, backup, told),
    ]
    if not over:
        effect = (
            f"restores {backup.id} into a new database {name} beside {live}, and compares the "
            f"rows. {live} itself is not touched."
        )
        lines.append("to make it the live one is an act of its own, restore switch")
    else:
        effect = (
            f"replaces {live} by a copy of {backup.id}: {lost_since(backup, now)} is not in it. "
            f"{sessions(told['sessions'])} would be ended."
        )
        trouble = await can_stop(context)
        stopped = f"is NOT possible ({trouble.rstrip('.')})" if trouble else "is turned on"
        lines += [
            f"first: maintenance mode {stopped}, and a safety backup is made and verified",
            f"then: the copy is made beside as {name}, and its rows are compared",
            f"last: both change names in one transaction; {live} of now is kept under another name",
        ]
    return Plan(
        target=f"database {live}" if over else f"database {name}",
        effect=effect,
        lines=tuple(lines),
        state=f"{backup.id} {name}",
    )


def _room(context: Context, backup: KeptBackup, told: dict[str, Any]) -> list[str]:
    needed = backup.manifest.database_bytes if backup.manifest else 0
    limit = context.settings.database.size_limit_gb * 1e9
    if not needed:
        return []
    line = f"it takes about {size(needed)} more room on the server"
    if limit and told["bytes"] + needed > limit:
        line += f": over the {size(limit)} that the plan holds"
    return [line]


async def run_restore(context: Context, arguments: Arguments) -> Reply:
    backup = await usable(context, arguments["backup"])
    live = await live_name(context.clients.database)
    name = await free_name(context, backup, arguments["into"] or "", live)
    if arguments["over"]:
        return views.replaced_reply(await replace_live(context, backup, name))
    return views.restored_reply(await restore(context, backup, name))


async def plan_switch(context: Context, arguments: Arguments) -> Plan:
    database = context.clients.database
    told = (await database.query(_SIZES, deadline=20.0))[0]
    found = await find(database, arguments["database"])
    live = str(told["name"])
    at = date(found.at) if found.at else "then"
    since = f" since {at}" if found.at else ""
    if found.standing is Standing.REPLACED:
        source = f"the database that was live until {at}"
        lost = f"what was written{since} is not in it"
    else:
        source = f"the copy of backup {found.backup}, {found.rows:,} rows"
        lost = f"what was written after the backup {found.backup} is not in it"
    return Plan(
        target=f"database {live}",
        effect=(
            f"makes {found.name} the live database {live}: {source}. "
            f"{sessions(told['sessions'])} would be ended."
        ),
        lines=(
            lost,
            "both change names in one transaction: all of it, or nothing",
            f"{live} of now stays, under another name, to go back to",
            "applications connect again by themselves: DATABASE_URL stays as it is",
        ),
        state=f"{found.name} {found.at}",
    )


async def run_switch(context: Context, arguments: Arguments) -> Reply:
    return views.replaced_reply(await switch_to(context, arguments["database"]))


RESTORE = Command(
    name="restore",
    aliases=("backup restore",),
    summary="Restore a backup into a new database beside the live one, and compare the rows.",
    run=run_restore,
    plan=plan_restore,
    role=Role.OPERATOR,
    risk=Risk.DANGEROUS,
    arguments=(
        Argument(
            "backup", "an id, its last letters, a day (YYYYMMDD), or `last` for the last good one",
            required=True, example="20261128", alone=("last",), offered=offered,
        ),
        Argument("into", "name of the new database", flag=True, example="pitchey_yesterday"),
        Argument(
            "over", "replace the live database, whose name has to be typed", flag=True,
            example="pitchey",
        ),
    ),
    examples=(
        'restore 20261128 --reason "orders of yesterday are gone"',
        'restore last --over pitchey --reason "SEV1, the tables are damaged"',
    ),
    details=(
        "The live database is never written to. Without `--over` the copy stays beside it; look at "
        "it, then `restore switch` makes it the live one, which a second person approves again. "
        "With `--over` writers are stopped, a safety backup is made, the copy is compared, and "
        "only then do the two change names. Cancel works at any moment before that; a copy that "
        "was not finished is dropped. `restore steps` shows the guide's five steps for everything "
        "else."
    ),
    guide=GUIDE,
    deadline=LONGEST,
    resumable=True,
)  # fmt: skip
SWITCH = Command(
    name="restore switch",
    summary="Make a restored database the live one; the one of now is kept under another name.",
    run=run_switch,
    plan=plan_switch,
    role=Role.OPERATOR,
    risk=Risk.DANGEROUS,
    arguments=(named(to_switch_to),),
    examples=('restore switch pitchey_restore_20261128 --reason "rows compared by Ana"',),
    details=(
        "Both databases change names in one transaction of the server: both or neither, whatever "
        "crashes. Where the connection is lost meanwhile, the bot asks the server afterwards and "
        "says which it was. Sessions are ended, and who signs in in that very moment gets one "
        "error; applications connect again to the same name."
    ),
    guide=GUIDE,
    deadline=300.0,
    cancellable=False,
)
COMMANDS = (RESTORE, SWITCH)
