"""`/pitchey db maintain daily|weekly|monthly`, and the schedules that run it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

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
    Surface,
)
from bot.errors import OpsError
from bot.jobs import Job
from bot.scheduled import carried_out
from handlers.database_care import planning, window
from handlers.database_care.archiving.commands import aims_of
from handlers.database_care.care import CANCELLING, Care, care_of, expected
from handlers.database_care.maintaining.parts import LISTS
from handlers.database_care.maintaining.views import maintained_reply
from handlers.database_care.result import Maintained, Part
from handlers.database_care.subjects import CONNECT, Subjects, read_with
from handlers.database_care.treating import ANALYZE, REINDEX, VACUUM, totals
from handlers.database_care.wording import counted

if TYPE_CHECKING:
    from bot.clients.postgres import Looking
    from bot.runtime import Runtime
    from bot.settings import Settings

_DEADLINE = 6 * 3_600.0
_WINDOWED = ("weekly", "monthly")


async def plan(context: Context, arguments: Arguments) -> Plan:
    which = str(arguments["which"])
    lines, reason_wanted = [], False
    if which in _WINDOWED:
        line, reason_wanted = window.admit(context, arguments, f"db maintain {which}")
        lines.append(line)
    async with context.clients.database.looking(deadline=CONNECT) as looking:
        subjects = await read_with(looking)
        told, risk = await _would(context, looking, subjects, which)
    by_hand = context.invocation.surface is not Surface.SCHEDULE
    return Plan(
        target=planning.target(subjects),
        effect=f"does the guide's {which} list: "
        + ", ".join(task.title.lower() for task in LISTS[which]) + ".",
        lines=(*lines, *told, "a part that fails keeps none of the others back"),
        state=planning.fingerprint(which, sorted(each.oid for each in subjects.tables)),
        risk=risk if by_hand else Risk.CHANGES,
        reason_wanted=reason_wanted,
    )  # fmt: skip


async def _would(
    context: Context, looking: Looking, subjects: Subjects, which: str
) -> tuple[list[str], Risk]:
    """Each part's numbers of now, and how dangerous they make it."""
    if which == "daily":
        found = planning.chosen(subjects, VACUUM, "")
        seconds = expected(context, "vacuum", sum(each.bytes for each in found))[1]
        return [f"vacuum and analyze {totals(found, VACUUM)}, {seconds}"], Risk.CHANGES
    if which == "weekly":
        found = planning.chosen(subjects, REINDEX, "")
        held = sum(each.bytes for each in found)  # as its speed is measured
        analyzed = planning.chosen(subjects, ANALYZE, "")
        return [
            f"reindex {totals(found, REINDEX)}, {expected(context, 'reindex', held)[1]}",
            f"analyze {counted(len(analyzed), 'table')}",
        ], Risk.CHANGES
    _, aims, _ = await aims_of(context, "", counted_too=True)
    rows = sum(each.rows or 0 for each in aims)
    bloated = await planning.bloated(looking, subjects)
    lines = [
        f"archive or delete {counted(rows, 'old row')} of {counted(len(aims), 'table')}",
        f"rewrite {counted(len(bloated), 'bloated table')}, each locked for at most "
        f"{context.settings.database.full_lock_seconds:g} s by the estimate",
    ]
    deletes = any(each.deletes_only and each.rows != 0 for each in aims)
    return lines, Risk.DANGEROUS if deletes or bloated else Risk.CHANGES


async def run(context: Context, arguments: Arguments) -> Reply:
    which = str(arguments["which"])
    care = care_of(context, windowed=which in _WINDOWED)
    return maintained_reply(await maintain(care, which))


async def maintain(care: Care, which: str) -> Maintained:
    """One part after the other; one that fails is told, and the others go on."""
    began, done, tasks, ended = time.monotonic(), [], list(LISTS[which]), ""
    while tasks:
        if care.stop() or care.closed():
            ended = "cancelled" if care.stop() else "window"
            break
        task = tasks.pop(0)
        await care.operation.step(task.title)
        try:
            done.append(await task.work(care))
        except OpsError as error:
            if care.stop():
                ended = "cancelled"
            done.append(Part(task.title, f"{error.message} {error.hint}".strip(), failed=True))
    if care.stop():
        ended = "cancelled"
    return Maintained(
        which, tuple(done), time.monotonic() - began, tuple(task.title for task in tasks), ended
    )


MAINTAIN = Command(
    name="db maintain",
    summary="The guide's daily, weekly or monthly database maintenance, with a report.",
    run=run,
    plan=plan,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        Argument("which", "which list", Kind.CHOICE, tuple(LISTS), required=True, example="daily"),
        window.OUTSIDE,
    ),
    examples=("db maintain daily", "db maintain weekly"),
    details=(
        "daily: vacuum analyze, table sizes, connections. weekly: a full backup unless a fresh one "
        "is there, reindex, statistics, unused indexes. monthly: archive old rows, rewrite bloated "
        "tables that are locked for a short time only, review indexes. `daily`, `weekly` and "
        "`monthly` in `[database]` say when each runs by itself; `schedule` lists them. The weekly "
        "and the monthly one keep to the maintenance window and stop when it ends."
    ),
    guide="Database Maintenance",
    deadline=_DEADLINE,
    cancelling=CANCELLING,
)


def _when(which: str) -> Callable[[Settings], str | None]:
    def when(settings: Settings) -> str | None:
        line: str = getattr(settings.database, which)
        return line if line and settings.secrets.database_url is not None else None

    return when


def _run(which: str) -> Callable[[Runtime, datetime], Awaitable[str]]:
    async def run_it(runtime: Runtime, _due: datetime) -> str:
        return await carried_out(runtime, "database maintenance", f"db maintain {which}")

    return run_it


JOBS = tuple(
    Job(
        f"database-{which}", f"The {which} database maintenance", _when(which), _run(which),
        deadline=_DEADLINE, catch_up=timedelta(hours=2),
        # It rewrites tables and moves rows away, as `db maintain monthly` does by hand.
        risk=Risk.DANGEROUS if which == "monthly" else Risk.CHANGES,
    )
    for which in LISTS
)  # fmt: skip
