"""Ending sessions where the platform keeps them: user_sessions in PostgreSQL, keys in Redis.

A session is ended by its time, not deleted: the rows with addresses and browsers are evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.blocks import clip, code
from bot.clients.platform import SESSION
from bot.errors import BadInput, NotConfigured, OpsError, Refused
from bot.phrases import plural
from bot.planning import Operation
from handlers.containment.result import Revoked, SessionsPlan

if TYPE_CHECKING:
    from bot.clients.upstash import Upstash
    from bot.runtime import Runtime

_SECONDS = 20.0
_BATCH = 5_000
EVERYBODY = "all"
_LOOK = """
select to_regclass('user_sessions') is not null as there,
  case when to_regclass('user_sessions') is not null
    then has_table_privilege('user_sessions', 'update') else false end as may
"""
_USER = """
select id::text as id, email from users
where id::text = %(text)s or lower(email) = lower(%(text)s) order by id limit 2
"""
_LIVE = """
select count(*) as live, count(distinct user_id) as people from user_sessions
where expires_at > now() and (%(user)s = '' or user_id::text = %(user)s)
"""
_END = """
update user_sessions set expires_at = now()
where id in (
  select id from user_sessions
  where expires_at > now() and (%(user)s = '' or user_id::text = %(user)s)
  order by id limit %(most)s for update
)
returning id::text as id
"""


async def plan_sessions(runtime: Runtime, who: str) -> SessionsPlan:
    """Raises BadInput for nobody, Refused where the bot's role may not, NotConfigured."""
    database = runtime.clients.database
    looked = (await database.query(_LOOK, deadline=_SECONDS))[0]
    if not looked["there"]:
        raise NotConfigured(
            "The platform's database has no table user_sessions.",
            "Sessions of this release live elsewhere; rotating the JWT secret ends them.",
        )
    if not looked["may"]:
        raise Refused(
            "The bot's database role may not end sessions.",
            "As the owner: `GRANT SELECT, UPDATE ON user_sessions TO …`.",
        )
    user_id, shown = await _user(runtime, who)
    counted = (await database.query(_LIVE, {"user": user_id}, deadline=_SECONDS))[0]
    keys, notes = await _keys(runtime, everybody=not user_id)
    if not user_id and runtime.clients.platform.session:
        notes = (*notes, "the bot's own session ends too: replace PLATFORM_SESSION afterwards")
    return SessionsPlan(shown, user_id, counted["live"], counted["people"], keys, notes)


async def revoke(runtime: Runtime, plan: SessionsPlan, operation: Operation) -> Revoked:
    """In batches, each a transaction of its own; resumable, as ended ones stay ended."""
    proof = runtime.clients.platform.session if not plan.user_id else None
    before = await _own_session(runtime) if proof else None
    await operation.step("End the sessions in the database")
    ended: list[str] = []
    while True:
        rows = await _end_some(runtime, plan.user_id)
        ended += [str(row["id"]) for row in rows]
        if len(rows) < _BATCH:
            break
        await operation.step(f"End the sessions in the database ({plural(len(ended), 'session')})")
    keys = None
    if plan.keys is not None:
        await operation.step("Delete the sessions in Redis")
        keys = await _delete_keys(runtime, ended, everybody=not plan.user_id)
    await operation.step("Count again")
    counted = (
        await runtime.clients.database.query(_LIVE, {"user": plan.user_id}, deadline=_SECONDS)
    )[0]
    after = await _own_session(runtime) if before else None
    proved = None if before is not True or after is None else not after
    return Revoked(plan, len(ended), keys, counted["live"], proved)


async def _user(runtime: Runtime, who: str) -> tuple[str, str]:
    """(id, words with the address masked); empty for everybody."""
    if who.lower() == EVERYBODY:
        return "", ""
    rows = await runtime.clients.database.query(_USER, {"text": who.strip()}, deadline=_SECONDS)
    if not rows:
        raise BadInput(
            f"The platform has no user {code(clip(who, 80))}.",
            "Name the id or the e-mail address of the account, or `all`.",
        )
    return str(rows[0]["id"]), f"user {rows[0]['id']} ({masked(str(rows[0]['email'] or ''))})"


def masked(address: str) -> str:
    """`a…@example.com`: enough to recognise, too little to misuse. Pure."""
    name, at, host = address.partition("@")
    return f"{name[:1]}…@{host}" if at else "no address"


async def _end_some(runtime: Runtime, user_id: str) -> list[dict[str, Any]]:
    database = runtime.clients.database
    async with (
        database.session(deadline=_SECONDS, read_only=False) as connection,
        connection.transaction(),
    ):
        # Inside the transaction: a pooled host refuses settings made at connecting.
        await connection.execute(
            "select set_config('statement_timeout', %s, true), "
            "set_config('lock_timeout', '5000', true)",
            (str(int(_SECONDS * 1000)),),
        )
        cursor = await connection.execute(_END.encode(), {"user": user_id, "most": _BATCH})
        return await cursor.fetchall()


async def _keys(runtime: Runtime, *, everybody: bool) -> tuple[int | None, tuple[str, ...]]:
    """How many keys of Redis hold sessions; None where it is not asked, and why."""
    upstash = runtime.clients.upstash
    if not upstash.configured:
        return None, ("Redis is not configured: sessions kept there are not ended",)
    if not everybody:
        return 0, ()
    try:
        return len(await _session_keys(runtime, upstash)), ()
    except OpsError as error:
        return None, (f"Redis was not asked: {error.message}",)


async def _session_keys(runtime: Runtime, upstash: Upstash) -> list[str]:
    found: dict[str, None] = {}
    for pattern in runtime.settings.security.session_keys:
        async for keys in upstash.scan(pattern, deadline=_SECONDS):
            found |= dict.fromkeys(keys)
    return list(found)


async def _delete_keys(runtime: Runtime, ended: list[str], *, everybody: bool) -> int:
    upstash = runtime.clients.upstash
    if everybody:
        keys = await _session_keys(runtime, upstash)
    else:
        prefixes = [p[:-1] for p in runtime.settings.security.session_keys if p.endswith("*")]
        keys = [prefix + session for session in ended for prefix in prefixes]
    return await upstash.delete(keys, deadline=_SECONDS) if keys else 0


async def _own_session(runtime: Runtime) -> bool | None:
    """Whether the bot's own session is taken; None where nobody can say."""
    try:
        answer = await runtime.clients.platform.get(SESSION, deadline=10, signed_in=True)
    except OpsError:
        return None
    return {200: True, 401: False}.get(answer.status)
