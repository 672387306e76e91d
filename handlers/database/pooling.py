"""The pool's own numbers, as PgBouncer's console tells them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.errors import OpsError
from handlers.database.result import Finding, Look, Unread, ordered
from handlers.database.thresholds import POOL_WAIT, above
from handlers.database.wording import counted, lasting

if TYPE_CHECKING:
    from bot.clients.postgres import Database

_SECONDS = 5.0
_SOURCE = "PgBouncer, SHOW POOLS"
Row = dict[str, Any]


async def with_pool(found: Look, console: Database, *, says_how: bool) -> Look:
    """The look with what the pool says of itself; `says_how` tells where nobody set it up."""
    if not console.configured:
        how = (
            "The pool's own numbers: set POOLER_ADMIN_URL to PgBouncer's console; "
            "Neon's pooler has none."
        )
        return replace(found, notes=(*found.notes, how)) if says_how else found
    try:
        pools, sizes = await _asked(console)
    except OpsError as failure:
        unread = Unread("The pool", failure.message, failure.hint)
        return replace(found, unread=(*found.unread, unread))
    return replace(
        found,
        facts=(*found.facts, ("Pool", told(pools, sizes))),
        findings=ordered([*found.findings, *findings(pools)]),
    )


async def _asked(console: Database) -> tuple[list[Row], dict[str, str]]:
    async with console.session(deadline=_SECONDS, read_only=False) as connection:
        pools = await (await connection.execute("SHOW POOLS")).fetchall()
        settings = await (await connection.execute("SHOW CONFIG")).fetchall()
    # The console is a database of the pool's own, and counts itself.
    ours = [each for each in pools if each["database"] != "pgbouncer"]
    return ours, {str(each["key"]): str(each["value"]) for each in settings}


def told(pools: list[Row], sizes: dict[str, str]) -> str:
    """`3 clients at work, 2 waiting (1.5 s); 10 of 20 server connections at work`. Pure."""
    active, waiting = (_sum(pools, name) for name in ("cl_active", "cl_waiting"))
    busy = _sum(pools, "sv_active")
    held = busy + sum(_sum(pools, name) for name in ("sv_idle", "sv_used", "sv_login"))
    longest = max((wait(each) for each in pools), default=0.0)
    waits = f"{waiting} waiting" + (f" ({lasting(longest)})" if waiting else "")
    text = (
        f"{counted(active, 'client')} at work, {waits}; {busy} of "
        f"{counted(held, 'server connection')} at work"
    )
    limits = [
        f"{words} {sizes[name]}"
        for name, words in (
            ("default_pool_size", "pool size"),
            ("max_client_conn", "clients at most"),
        )
        if name in sizes
    ]
    return f"{text}; {', '.join(limits)}" if limits else text


def findings(pools: list[Row]) -> list[Finding]:
    """Pools in which clients wait for a connection. Pure."""
    found = []
    for each in pools:
        severity = above(wait(each), POOL_WAIT)
        if not each["cl_waiting"] or severity is None:
            continue
        found.append(
            Finding(
                severity,
                f"Pool of {each['user']} on {each['database']}",
                f"{counted(each['cl_waiting'], 'client waits', 'clients wait')} for a connection, "
                f"the longest for {lasting(wait(each))}: all {each['sv_active']} are at work.",
                "",
                _SOURCE,
                int(wait(each)),
                "db connections",
                ("Reset connections", "db pool-restart"),
            )
        )
    return found


def wait(pool: Row) -> float:
    """Seconds that the first in the queue has waited."""
    return float(pool.get("maxwait") or 0) + float(pool.get("maxwait_us") or 0) / 1e6


def _sum(pools: list[Row], name: str) -> int:
    return sum(int(each.get(name) or 0) for each in pools)
