"""`/pitchey backup prune`, `backup hold` and `backup release`."""

from __future__ import annotations

from collections.abc import Sequence

from bot.approval_views import LINES_SHOWN
from bot.backups.holding import Hold
from bot.backups.keeping import Judged
from bot.blocks import clip
from bot.command import Arguments, Command, Context, Plan, Reply, Risk, Role
from bot.moments import date
from bot.phrases import plural
from handlers.backups import keeping_views as views
from handlers.backups.commands import GUIDE, WHICH
from handlers.backups.keeping import (
    backup_of,
    end_hold,
    fingerprint,
    prune,
    put_hold,
    would_prune,
)
from handlers.backups.operations import shown
from handlers.backups.words import size

_STAYS_SHOWN = 5


async def plan_prune(context: Context, _arguments: Arguments) -> Plan:
    asked = await would_prune(context)
    going = asked.retention.going
    uploads = f" and the parts of {plural(len(asked.abandoned), 'unfinished upload')}"
    effect = (
        f"deletes {plural(len(going), 'backup')} ({size(asked.retention.bytes)})"
        f"{uploads if asked.abandoned else ''}; {len(asked.retention.judged) - len(going):,} stay."
    )
    # Nothing to delete needs nobody's yes.
    nothing = not going and not asked.abandoned
    return Plan(
        target=f"backups in {context.clients.backups.name}",
        effect=effect,
        lines=plan_lines(asked.retention.judged),
        state=fingerprint(asked),
        risk=Risk.READS if nothing else None,
    )


def plan_lines(judged: Sequence[Judged]) -> tuple[str, ...]:
    """What stays for another reason than its age, then what goes, as many as are shown. Pure."""
    stays = [
        f"stays: {each.backup.id}, {each.why}"
        for each in judged
        if not each.goes and not each.why.endswith("days")
    ][:_STAYS_SHOWN]
    goes = [f"goes: {each.backup.id}, {each.why}" for each in judged if each.goes]
    room = LINES_SHOWN - len(stays)
    if len(goes) > room:
        goes = [*goes[: room - 1], f"and {len(goes) - room + 1:,} older ones go"]
    return (*stays, *goes)


async def run_prune(context: Context, _arguments: Arguments) -> Reply:
    if context.operation is None:
        return views.nothing_reply(await would_prune(context))
    return views.pruned_reply(await prune(context))


async def plan_hold(context: Context, arguments: Arguments) -> Plan:
    backup = await backup_of(context, arguments["backup"] or "", held=False)
    return Plan(
        target=f"backup {backup.id}",
        effect=f"keeps {backup.id} ({size(backup.bytes)}) until somebody releases it.",
        lines=(
            "no pruning deletes it, whatever its age",
            "where the bucket has an object lock, it refuses to delete it as well",
        ),
        state=backup.id,
    )


async def run_hold(context: Context, arguments: Arguments) -> Reply:
    backup = await backup_of(context, arguments["backup"] or "", held=False)
    return views.held_reply(backup, await put_hold(context, backup, arguments["reason"] or ""))


async def plan_release(context: Context, arguments: Arguments) -> Plan:
    backup = await backup_of(context, arguments["backup"] or "", held=True)
    return Plan(
        target=f"backup {backup.id}",
        effect=f"lets {backup.id} go as soon as it is over the limits of age.",
        lines=(_why_held((await shown(context, backup.id)).hold),),
        state=backup.id,
    )


def _why_held(hold: Hold | None) -> str:
    """Who approves the release reads who put it on, when and why."""
    if hold is None:
        return "who put the hold on, and why, cannot be read"
    return f"held by {hold.by} since {date(hold.at)}: {clip(hold.reason or 'no reason given', 300)}"


async def run_release(context: Context, arguments: Arguments) -> Reply:
    backup = await backup_of(context, arguments["backup"] or "", held=True)
    await end_hold(context, backup)
    return views.released_reply(backup)


PRUNE = Command(
    name="backup prune",
    aliases=("backup delete", "backup clean", "backup cleanup"),
    summary="Delete backups over the limits of age; it shows which, before it asks.",
    run=run_prune,
    plan=plan_prune,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    examples=("backup prune",),
    details=(
        "Every backup is kept for `keep_days`, then the last one of each of `keep_weekly` weeks "
        "and `keep_monthly` months (`[backups]`). Never deleted: the last good one, the last "
        "verified one, the last one restored in a drill, and what is held. Ages are told by the "
        "bucket's clock; where the bot's differs, nothing is deleted. It runs by itself as "
        "`[backups] prune` says."
    ),
    guide=GUIDE,
    deadline=900.0,
)
HOLD = Command(
    name="backup hold",
    summary="Keep a backup until it is released, whatever its age (legal hold).",
    run=run_hold,
    plan=plan_hold,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(WHICH,),
    examples=('backup hold 20261128 --reason "claim 4711"',),
    guide=GUIDE,
)
RELEASE = Command(
    name="backup release",
    summary="End the hold of a backup; a second person approves.",
    run=run_release,
    plan=plan_release,
    role=Role.ADMIN,
    risk=Risk.DANGEROUS,
    arguments=(WHICH,),
    examples=('backup release 20261128 --reason "claim 4711 is settled"',),
    guide=GUIDE,
)
COMMANDS = (PRUNE, HOLD, RELEASE)
