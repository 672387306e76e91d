"""`/pitchey db vacuum`, `analyze`, `reindex` and `vacuum-full`."""

from __future__ import annotations

from dataclasses import replace

from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import BadInput
from handlers.database_care import planning, treating
from handlers.database_care.care import CANCELLING, care_of
from handlers.database_care.leftovers import Cleaned, drop_leftovers
from handlers.database_care.subjects import CONNECT, read, read_with
from handlers.database_care.treating import ANALYZE, FREEZE, FULL, REINDEX, VACUUM, Treatment
from handlers.database_care.views import report_reply
from handlers.database_care.window import OUTSIDE

DEADLINE = 6 * 3_600.0
DAILY = "Database Maintenance, Daily Tasks"
_TABLE = Argument("table", "which one; without it, all", example="pitches")
_CANCEL = (
    "Cancel ends the statement in the server at once; what was done before stays. Where a lock is "
    "not free, the table is left out and the session that holds it is named."
)


def _vacuum(arguments: Arguments) -> Treatment:
    return FREEZE if arguments.get("freeze") else VACUUM


async def plan_vacuum(context: Context, arguments: Arguments) -> Plan:
    return await planning.plan(
        context, arguments, _vacuum(arguments), "db vacuum", freeze=bool(arguments.get("freeze"))
    )


async def plan_analyze(context: Context, arguments: Arguments) -> Plan:
    return await planning.plan(context, arguments, ANALYZE, "db analyze")


async def plan_reindex(context: Context, arguments: Arguments) -> Plan:
    return await planning.plan(context, arguments, REINDEX, "db reindex")


async def plan_full(context: Context, arguments: Arguments) -> Plan:
    return await planning.plan(context, arguments, FULL, "db vacuum-full")


async def _treat(context: Context, arguments: Arguments, treatment: Treatment) -> Reply:
    care = care_of(context, windowed=treatment.windowed)
    typed = str(arguments.get("table") or "")
    before = Cleaned()
    await care.operation.step("Look at the tables")
    if treatment is REINDEX:
        before = await drop_leftovers(care, (await read(care.database)).indexes)
    async with care.database.looking(deadline=CONNECT) as looking:
        subjects = await read_with(looking)
        if treatment is FULL and not typed:
            taken: list[treating.Subject] = list(await planning.bloated(looking, subjects))
        else:
            taken = planning.chosen(subjects, treatment, typed)
    if not taken:
        raise BadInput("Nothing is left to do.", "Look at the tables again.")
    await care.operation.step(f"{treatment.doing} {treating.totals(taken, treatment)}")
    report = await treating.treat(care, treatment, taken)
    return report_reply(replace(report, cleaned=report.cleaned.after(before)))


async def run_vacuum(context: Context, arguments: Arguments) -> Reply:
    return await _treat(context, arguments, _vacuum(arguments))


async def run_analyze(context: Context, arguments: Arguments) -> Reply:
    return await _treat(context, arguments, ANALYZE)


async def run_reindex(context: Context, arguments: Arguments) -> Reply:
    return await _treat(context, arguments, REINDEX)


async def run_full(context: Context, arguments: Arguments) -> Reply:
    return await _treat(context, arguments, FULL)


VACUUM_COMMAND = Command(
    name="db vacuum",
    summary="Remove dead rows and renew the planner's statistics, of one table or all.",
    run=run_vacuum,
    plan=plan_vacuum,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        _TABLE,
        Argument("freeze", "freeze old rows as well, against the wraparound", Kind.FLAG),
    ),
    examples=("db vacuum", "db vacuum user_sessions", "db vacuum messages --freeze"),
    details=(
        "VACUUM (ANALYZE), table by table, the one with the most dead rows first; reading and "
        "writing go on. It says beforehand what keeps dead rows from being removed, such as a "
        f"transaction that is open for hours. {_CANCEL}"
    ),
    guide=DAILY,
    deadline=DEADLINE,
    cancelling=CANCELLING,
)
ANALYZE_COMMAND = Command(
    name="db analyze",
    summary="Renew the planner's statistics, of one table or all.",
    run=run_analyze,
    plan=plan_analyze,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(_TABLE,),
    examples=("db analyze", "db analyze pitches"),
    details=f"ANALYZE, table by table. {_CANCEL}",
    guide="Database Maintenance, Weekly Tasks; Performance Tuning, Database Optimization",
    deadline=DEADLINE,
    cancelling=CANCELLING,
)
REINDEX_COMMAND = Command(
    name="db reindex",
    summary="Build indexes anew without locking anybody out, of one table, one index or all.",
    run=run_reindex,
    plan=plan_reindex,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(Argument("table", "a table or an index; without it, all", example="pitches"),
               OUTSIDE),
    examples=("db reindex", "db reindex pitches", "db reindex idx_pitches_genre"),
    details=(
        "REINDEX CONCURRENTLY, which reads and writes go on beside, in the maintenance window. "
        "What an earlier one left behind invalid (`_ccnew`, `_ccold`) is dropped before and "
        f"after. {_CANCEL}"
    ),
    guide="Database Maintenance, Weekly Tasks",
    deadline=DEADLINE,
    cancelling=CANCELLING,
)  # fmt: skip
FULL_COMMAND = Command(
    name="db vacuum-full",
    summary="Rewrite a table to give its unused space back; it is locked meanwhile.",
    run=run_full,
    plan=plan_full,
    role=Role.OPERATOR,
    risk=Risk.DANGEROUS,
    arguments=(
        Argument("table", "which one; without it, those that waste the most", example="messages"),
        OUTSIDE,
    ),
    examples=(
        'db vacuum-full messages --reason "half of it is empty"',
        'db vacuum-full --reason "monthly maintenance"',
    ),
    details=(
        "VACUUM FULL: nobody can read or write the table while it runs, so the request says for "
        "how long, by its size and the speed measured before. It waits a few seconds for the "
        "lock, three times, so that nobody queues behind it. Cancel leaves the table as it was."
    ),
    guide="Database Maintenance, Monthly Tasks",
    deadline=DEADLINE,
    cancelling=CANCELLING,
)
COMMANDS = (VACUUM_COMMAND, ANALYZE_COMMAND, REINDEX_COMMAND, FULL_COMMAND)
