"""Resetting the application's connections: its idle sessions end, and it connects anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.clients.cloudflare_secrets import put_secret
from bot.errors import OpsError
from handlers.database_care.subjects import CONNECT, QUESTION, Server, query

if TYPE_CHECKING:
    from bot.clients.postgres import Database
    from bot.command import Context

SETTLED = 2.0  # seconds that a session has been idle; younger ones may be between two queries
SECRET = "DATABASE_URL"  # noqa: S105 the name of the Worker's secret
_BATCH = 50


@dataclass(frozen=True, slots=True)
class Pool:
    """Sessions of the application's role. `ending` are (pid, born) that a reset would end."""

    server: Server
    role: str
    ending: tuple[tuple[int, str], ...]
    idle: int
    open: int  # idle in a transaction
    active: int
    others: int  # of other roles
    used: int
    available: int
    applications: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Reset:
    """`worker` is "set", "not configured" or why it could not be set."""

    before: Pool
    after: Pool
    ended: int
    worker: str


def workers_role(context: Context) -> str:
    """The role that the Worker signs in as; empty where nobody says, then it is the bot's own."""
    secret = context.settings.secrets.worker_database_url
    if secret is None:
        return ""
    from psycopg.conninfo import conninfo_to_dict

    return str(conninfo_to_dict(secret.get_secret_value()).get("user") or "")


async def read(context: Context, *, active: bool) -> Pool:
    """Raises DatabaseFailure and NotConfigured."""
    return await _read(context.clients.database, workers_role(context), active=active)


async def _read(database: Database, wanted: str, *, active: bool) -> Pool:
    async with database.looking(deadline=CONNECT) as looking:
        server = Server(**(await looking.rows(query("server"), deadline=QUESTION))[0])
        sessions = await looking.rows(query("pool_sessions"), deadline=QUESTION)
        counts = (await looking.rows(query("connections"), deadline=QUESTION))[0]
    role = wanted or server.role
    ours = [each for each in sessions if each["role"] == role]
    named: dict[str, int] = {}
    for each in ours:
        name = each["application"] or "without a name"
        named[name] = named.get(name, 0) + 1
    return Pool(
        server,
        role,
        tuple((each["pid"], each["born"]) for each in ours if _ends(each, active=active)),
        sum(each["state"] == "idle" for each in ours),
        sum(each["state"].startswith("idle in transaction") for each in ours),
        sum(each["state"] == "active" for each in ours),
        len(sessions) - len(ours),
        counts["used"],
        counts["available"],
        tuple(sorted(named.items(), key=lambda item: -item[1])),
    )


async def reset(context: Context, *, active: bool) -> Reset:
    """End the sessions, then set the Worker's secret where its value is known."""
    operation = context.operation
    if operation is None:
        raise OpsError("This runs as an operation only.", permanent=True)
    database = context.clients.database
    before = await read(context, active=active)
    await operation.step(f"End {len(before.ending):,} sessions of {before.role}")
    ended = 0
    for start in range(0, len(before.ending), _BATCH):
        for pid, born in before.ending[start : start + _BATCH]:
            rows = await database.query(
                query("signal_terminate"), {"pid": pid, "born": born}, deadline=CONNECT
            )
            ended += bool(rows and rows[0]["sent"])
    worker = "not configured"
    if context.settings.secrets.worker_database_url is not None:
        script = context.settings.environment().worker_script
        await operation.step(f"Set the secret {SECRET} of {script} anew")
        worker = await _set_secret(context, script)
    await operation.step("Look at the connections")
    return Reset(before, await read(context, active=active), ended, worker)


async def _set_secret(context: Context, script: str | None) -> str:
    value = context.settings.secrets.worker_database_url
    if not script:
        return "worker_script is not set in the environment's table of pitchey.toml."
    try:
        await put_secret(
            context.clients.cloudflare, script, SECRET, value.get_secret_value() if value else ""
        )
    except OpsError as error:
        # The sessions have ended already: what is done stays done, and this is told beside it.
        return f"{error.message} {error.hint}".strip()
    return "set"


def _ends(each: dict[str, Any], *, active: bool) -> bool:
    if active:
        return True
    return bool(each["state"].startswith("idle") and each["state_seconds"] >= SETTLED)
