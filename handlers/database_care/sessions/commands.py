"""`/pitchey db kill` and `/pitchey db pool-restart`."""

from __future__ import annotations

from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import BadInput, OpsError
from handlers.database_care.planning import fingerprint
from handlers.database_care.sessions import killing, pool
from handlers.database_care.sessions.views import killed_reply, pool_reply
from handlers.database_care.wording import counted, lasting


async def plan_kill(context: Context, arguments: Arguments) -> Plan:
    server, session = await killing.read(context, arguments["pid"])
    killing.check(context, server, session)
    act = killing.act_of(session, terminate=bool(arguments.get("terminate")))
    what = "cancels the query of" if act == killing.CANCEL else "ends"
    lines = [
        session.doing,
        f"from {session.client}, connected for {lasting(session.age)}, in a transaction for "
        f"{lasting(session.transaction_seconds)}",
    ]
    if act == killing.CANCEL:
        lines.append("only this query: where another one runs by then, nothing is done")
    else:
        lines.append("what it has not committed is rolled back")
    return Plan(
        target=f"database session {session.pid}",
        effect=f"{what} {session.who}.",
        lines=tuple(lines),
        state=killing.fingerprint(session, act),
    )


async def run_kill(context: Context, arguments: Arguments) -> Reply:
    if context.operation is None:
        raise OpsError("This runs as an operation only.", permanent=True)
    record = context.store.operations.get(context.operation.id)
    if record is None:
        raise OpsError("The journal lost this operation.")
    _, session = await killing.read(context, arguments["pid"])
    act = killing.planned_act(record.request.fingerprint)
    what = "Cancel the query of" if act == killing.CANCEL else "End"
    await context.operation.step(f"{what} session {session.pid}")
    return killed_reply(await killing.end(context, session, record.request.fingerprint))


async def plan_pool(context: Context, arguments: Arguments) -> Plan:
    active = bool(arguments.get("active"))
    found = await pool.read(context, active=active)
    secret = context.settings.secrets.worker_database_url is not None
    if not found.ending and not secret:
        raise BadInput(
            f"No session of {found.role} has been idle for {lasting(pool.SETTLED)}, so there is "
            "nothing to reset.",
            "`/pitchey db connections` shows them; `--active` ends those at work as well. Where "
            "the Worker signs in as another role, set WORKER_DATABASE_URL in the bot's "
            "environment.",
        )
    script = context.settings.environment().worker_script
    lines = [
        f"sessions of {found.role}: {found.idle} idle, {found.open} idle in a transaction, "
        f"{found.active} at work; {found.others} of other roles are left alone",
        f"{found.used} of {found.available} connections are used now",
        f"the Worker's secret {pool.SECRET} is set anew, which deploys {script} with the same code"
        if secret
        else "the Worker's secret is not touched (WORKER_DATABASE_URL is not set)",
    ]
    if active:
        lines.append("THOSE AT WORK END TOO: their requests fail, their transactions are undone")
    return Plan(
        target=f"connections of {found.server.database}",
        effect=f"ends {counted(len(found.ending), 'session')} of {found.role}"
        + (" and sets the Worker's connection string anew." if secret else "."),
        lines=tuple(lines),
        state=fingerprint(found.role, active, secret),
        risk=Risk.DANGEROUS if active else Risk.CHANGES,
    )


async def run_pool(context: Context, arguments: Arguments) -> Reply:
    return pool_reply(await pool.reset(context, active=bool(arguments.get("active"))))


KILL = Command(
    name="db kill",
    summary="Cancel the query of a database session, or end the session.",
    run=run_kill,
    plan=plan_kill,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        Argument(
            "pid", "the session's number, as db locks shows it", Kind.INTEGER, required=True,
            example="4711", offered=killing.offered,
        ),
        Argument("terminate", "end the whole session, not only its query", Kind.FLAG),
    ),
    examples=("db kill 4711", "db kill 4711 --terminate"),
    details=(
        "It shows first what the session does, for how long and whom it keeps waiting. A query "
        "that runs is cancelled; a session that only holds a transaction open is ended. The server "
        "gives numbers anew, so the session's birth is checked in the same moment: another one is "
        "never hit."
    ),
    guide="Common Issues & Solutions, Issue 3: Database Connection Errors",
    deadline=60.0,
)  # fmt: skip
POOL_RESTART = Command(
    name="db pool-restart",
    summary="Reset the application's database connections: idle sessions end, it connects anew.",
    run=run_pool,
    plan=plan_pool,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        Argument("active", "end sessions that are at work too; needs an approval", Kind.FLAG),
    ),
    examples=("db pool-restart", 'db pool-restart --active --reason "all connections hang"'),
    details=(
        "The guide's reset of connections. Sessions of the Worker's role that have been idle, also "
        "in a transaction, end; the answer says how many. Where `WORKER_DATABASE_URL` is in the "
        "bot's environment, the Worker's secret `DATABASE_URL` is set to it, so that every "
        "instance starts anew. The value is never shown."
    ),
    guide="Emergency Procedures, Service Outage; Common Issues & Solutions, Issue 3",
    deadline=180.0,
)
COMMANDS = (KILL, POOL_RESTART)
