"""`/pitchey migrate`, `migrate plan`, `migrate test`, `migrate apply` and `migrate verify`."""

from __future__ import annotations

from bot.backups.fresh import needed, standing
from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import OpsError, Refused
from handlers.migrations import verifying
from handlers.migrations.result import Verified
from handlers.migrations.running import Work, check, still_tested
from handlers.migrations.standing import Situation, folder_of, own, situation
from handlers.migrations.views import applied_reply, tested_reply, verified_reply
from handlers.migrations.views_plan import plan_reply, state_reply
from handlers.migrations.wording import sized, warnings

GUIDE = "Update Procedures, Database Migrations"
_LONGEST = 6 * 3600.0
_SHOWN = 8


async def state(context: Context, _arguments: Arguments) -> Reply:
    found = await situation(context.runtime)
    return state_reply(found, tested=still_tested(found, context.runtime))


async def show_plan(context: Context, _arguments: Arguments) -> Reply:
    found = await situation(context.runtime)
    return plan_reply(found, tested=still_tested(found, context.runtime))


async def plan_test(context: Context, _arguments: Arguments) -> Plan:
    found = await situation(context.runtime)
    check(found)
    return Plan(
        target=f"a copy of {found.database}",
        effect=f"runs {_what(found)} on a copy, which is dropped again; production is not touched.",
        lines=(await _backup_line(context), "the copy takes room and work of the server"),
        state=found.fingerprint,
    )


async def run_test(context: Context, _arguments: Arguments) -> Reply:
    return tested_reply(await _work(context).test())


async def plan_apply(context: Context, arguments: Arguments) -> Plan:
    """Which files, on which tables; refused where they were not tested."""
    found = await situation(context.runtime)
    check(found)
    tested = still_tested(found, context.runtime)
    if not tested and not arguments["untested"]:
        hours = context.settings.migrations.test_hours
        raise Refused(
            f"Exactly these files have not passed a test in the last {hours:g} hours.",
            "Test them: `/pitchey migrate test`. Where that cannot be: `--untested` and a reason.",
        )
    grave, _ = warnings(found.pending)
    settings = context.settings.migrations
    tables = dict.fromkeys(
        lock.relation for file in found.pending for s in file.statements for lock in s.locks
    )
    lines = [await _backup_line(context)]
    if tables:
        named = [sized(name, found.sizes) for name in list(tables)[:_SHOWN]]
        lines.append(f"tables: {', '.join(named)}")
    lines.append(f"{grave} dangers in the plan" if grave else "no danger in the plan")
    lines.append(_limits(found, settings.lock_seconds, settings.statement_seconds))
    lines.append("tested: " + (found.test.summary if tested and found.test else "NOT TESTED"))
    done = ",".join(f"{row.name}:{row.done}" for row in found.files.applied)
    return Plan(
        target=f"database {found.database}",
        effect=f"runs {_what(found)} in the platform's database.",
        lines=tuple(lines),
        state=f"{found.fingerprint} {done}",
    )


async def run_apply(context: Context, _arguments: Arguments) -> Reply:
    return applied_reply(await _work(context).apply())


async def verify(context: Context, _arguments: Arguments) -> Reply:
    """Checks of the database as it is."""
    found = await situation(context.runtime)
    database = own(context.clients)
    await context.progress.say("Looking at indexes and constraints")
    generic = await verifying.generic(database, verifying.Scene())
    await context.progress.say("Running the declared checks")
    declared = await verifying.declared(context.settings, database, folder_of(context.settings))
    return verified_reply(Verified((*generic, *declared)), found.files)


def _work(context: Context) -> Work:
    if context.operation is None:
        raise OpsError("A migration runs as an operation only.", permanent=True)
    return Work(context.runtime, context.operation, context.invocation.person, context.progress.say)


def _what(found: Situation) -> str:
    names = [file.name for file in found.pending]
    if found.command:
        return f"`{' '.join(found.command)}`"
    shown = ", ".join(names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{len(names)} {'file' if len(names) == 1 else 'files'} ({shown}{more})"


def _limits(found: Situation, lock: float, statement: float) -> str:
    if found.command:
        return "the command sets its own limits"
    longest = f"{statement:g} s" if statement else "any time"
    return f"waits {lock:g} s for a lock, and {longest} for a statement, then it is undone"


async def _backup_line(context: Context) -> str:
    with needed():
        return (await standing(context.runtime, context.settings)).words


STATE = Command(
    name="migrate",
    summary="Which changes of the database's shape are applied, and which are pending.",
    run=state,
    role=Role.RESPONDER,
    examples=("migrate",),
    guide=GUIDE,
)
PLAN = Command(
    name="migrate plan",
    summary="What the pending migrations will do and lock, what is dangerous, and the safer way.",
    run=show_plan,
    role=Role.RESPONDER,
    examples=("migrate plan",),
    details="Read from the files by PostgreSQL's own parser; nothing is run.",
    guide=GUIDE,
)
TEST = Command(
    name="migrate test",
    summary="Run the pending migrations on a copy: backup, copy, run, verify, time and locks.",
    run=run_test,
    plan=plan_test,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    examples=("migrate test",),
    details=(
        "The copy is cloned where nobody is connected, else restored from a fresh backup, which "
        "proves that one too. It is dropped whatever happens, after a crash by its name."
    ),
    guide=GUIDE,
    deadline=_LONGEST,
)
APPLY = Command(
    name="migrate apply",
    summary="Apply the pending migrations to the platform's database, after a passed test.",
    run=run_apply,
    plan=plan_apply,
    arguments=(
        Argument("untested", "though exactly these files have not passed a test", Kind.FLAG),
    ),
    role=Role.OPERATOR,
    risk=Risk.DANGEROUS,
    examples=('migrate apply --reason "release 1.10 needs it"',),
    details=(
        "Each file runs in a transaction of its own, with its record in the same one; files with "
        "`-- no-transaction` go statement by statement. A file that gets no lock is undone and "
        "tried again. What fails is told with the state of the schema."
    ),
    guide=GUIDE,
    deadline=_LONGEST,
    resumable=True,
)
VERIFY = Command(
    name="migrate verify",
    summary="Check the database: invalid indexes, constraints, and the checks you declared.",
    run=verify,
    role=Role.RESPONDER,
    examples=("migrate verify",),
    guide=GUIDE,
    deadline=900,
)
