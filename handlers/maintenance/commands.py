"""`/pitchey maintenance`, `maintenance on` and `maintenance off`."""

from __future__ import annotations

from bot import maintenance_mode
from bot.clients.cloudflare_deployments import Share
from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import BadInput, OpsError
from bot.live import script_of
from bot.maintenance_standing import Standing, Unsure, version_of
from handlers.maintenance import operations
from handlers.maintenance.views import ended_reply, shown_reply, switched_reply

GUIDE = "Emergency Procedures, Service Outage"


async def state(context: Context, arguments: Arguments) -> Reply:
    return shown_reply(await operations.shown(context.runtime, arguments.get("environment")))


async def plan_on(context: Context, arguments: Arguments) -> Plan:
    """What would answer instead of what; where it is on already, only the end moves."""
    settings = context.settings.maintenance
    found = await maintenance_mode.state(context.runtime, arguments.get("environment"))
    where = context.settings.environment(found.environment)
    minutes = settings.minutes
    lasting = arguments.get("for")
    maintenance_mode.check_length(lasting)
    length = f"{lasting.total_seconds() / 60:g} minutes" if lasting else f"{minutes} minutes"
    target = f"Worker {script_of(where)}"
    if found.on and found.record is not None:
        return Plan(
            target,
            f"is in maintenance mode already: it lasts {length} from now on.",
            state=_split(found),
            risk=Risk.CHANGES,
        )
    version = version_of(found, script_of(where), settings.tag)
    live = found.live.shares if found.live else ()
    return Plan(
        target,
        f"nobody can use {where.name} for {length}: {found.called(version.id)} answers everything "
        f"with 503 instead of {found.split(live) or 'nothing'}.",
        (
            f"{found.split(found.before)} comes back when it is switched off",
            f"alerts of {where.name} are told to nobody meanwhile",
            f"when the time is over the channel is reminded every {settings.remind_minutes} "
            "minutes; it does not end by itself",
        ),
        state=_split(found),
    )


async def run_on(context: Context, arguments: Arguments) -> Reply:
    operation = context.operation
    if operation is None:
        raise OpsError("Maintenance mode is switched by an operation only.", permanent=True)
    found = await maintenance_mode.state(context.runtime, arguments.get("environment"))
    done = await operations.switch_on(
        context.runtime,
        operation,
        found.environment,
        context.invocation.person,
        arguments.get("message") or "",
        arguments.get("for"),
        found.live.shares if found.live else (),
    )
    return switched_reply(done)


async def plan_off(context: Context, arguments: Arguments) -> Plan:
    """What would answer again; where somebody deployed meanwhile, that has to be decided."""
    if arguments["keep"] and arguments["restore"]:
        raise BadInput("Say either `--keep` or `--restore`.")
    found = await maintenance_mode.state(context.runtime, arguments.get("environment"))
    where = context.settings.environment(found.environment)
    target = f"Worker {script_of(where)}"
    if found.record is None and not found.on:
        raise BadInput(
            f"{found.environment} is not in maintenance mode.", "See `/pitchey maintenance`."
        )
    if found.overtaken and not arguments["keep"] and not arguments["restore"]:
        raise Unsure(found)
    live = found.split(found.live.shares if found.live else ())
    if arguments["keep"] or found.restored:
        return Plan(target, f"{live} stays live; alerts are told again.", state=_split(found))
    return Plan(
        target,
        f"{found.split(found.before)} answers again instead of {live}.",
        ("alerts are told again", "the platform is checked afterwards"),
        state=_split(found),
    )


async def run_off(context: Context, arguments: Arguments) -> Reply:
    operation = context.operation
    if operation is None:
        raise OpsError("Maintenance mode is switched by an operation only.", permanent=True)
    found = await maintenance_mode.state(context.runtime, arguments.get("environment"))
    done = await operations.switch_off(
        context.runtime,
        operation,
        found.environment,
        context.invocation.person,
        keep=arguments["keep"],
        force=arguments["force"],
        expected=found.live.shares if found.live else (),
    )
    return ended_reply(done)


def _split(found: Standing) -> str:
    """A fingerprint of what is live and of the record."""
    live: tuple[Share, ...] = found.live.shares if found.live else ()
    told = ",".join(f"{each.version}={each.percent:g}" for each in live)
    return f"{told};{found.record.id if found.record else 0}"


ENVIRONMENT = Argument(
    "environment", "which deployment of the platform", flag=True, example="production"
)
STATE = Command(
    name="maintenance",
    summary="Whether maintenance mode is on, since when and until when, and what comes back.",
    run=state,
    arguments=(ENVIRONMENT,),
    examples=("maintenance",),
    guide=GUIDE,
)
ON = Command(
    name="maintenance on",
    summary="Switch to maintenance mode: people read that the platform is being worked on.",
    run=run_on,
    plan=plan_on,
    arguments=(
        Argument("message", "why, for the team and the deployment", flag=True,
                 example="Database is being restored"),
        Argument("for", "how long", Kind.DURATION, flag=True, example="30m"),
        ENVIRONMENT,
    ),
    role=Role.OPERATOR,
    risk=Risk.DANGEROUS,
    examples=(
        'maintenance on --reason "database is full"',
        'maintenance on --for 1h --message "Migration" --reason "planned, see calendar"',
    ),
    details=(
        "A version of the production Worker with the tag “maintenance” answers everything, with "
        "503. It is uploaded beforehand. What answered before is remembered and comes back with "
        "`maintenance off`. While it is on, the same command moves its end."
    ),
    guide=GUIDE,
    deadline=180,
    resumable=True,
)  # fmt: skip
OFF = Command(
    name="maintenance off",
    summary="End maintenance mode: what answered before answers again, and is checked.",
    run=run_off,
    plan=plan_off,
    arguments=(
        Argument("keep", "leave live what somebody deployed meanwhile", Kind.FLAG),
        Argument("restore", "deploy what answered before over it", Kind.FLAG),
        Argument("force", "though secrets have changed since: the old ones come back", Kind.FLAG),
        ENVIRONMENT,
    ),
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    examples=("maintenance off", "maintenance off --keep"),
    guide=GUIDE,
    deadline=180,
    resumable=True,
)
