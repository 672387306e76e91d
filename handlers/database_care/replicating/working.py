"""Makes and drops publications and subscriptions, and waits for the first copy."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.errors import NotConfigured, OpsError
from handlers.database_care.indexing.definitions import quoted
from handlers.database_care.replicating.checks import Publishing, Subscribing
from handlers.database_care.subjects import CONNECT, QUESTION, query

if TYPE_CHECKING:
    from bot.clients.postgres import Database
    from handlers.database_care.care import Care

_SECONDS = 120.0  # for one statement
_COPIES_WITHIN = 6 * 3_600.0


@dataclass(frozen=True, slots=True)
class Subscribed:
    """How far the first copy came; `waited` is false where somebody cancelled the waiting."""

    name: str
    publication: str
    tables: int
    ready: int
    seconds: float
    waited: bool


async def publish(care: Care, found: Publishing) -> None:
    async with care.working() as session:
        await session.rows(found.statement)


async def drop_publication(care: Care, name: str) -> None:
    async with care.working() as session:
        await session.rows(f"DROP PUBLICATION {quoted(name)}")


async def subscribe(care: Care, found: Subscribing) -> Subscribed:
    """Raises OpsError where the replica cannot reach the primary; nothing is left then."""
    from psycopg.sql import Literal

    began, database = time.monotonic(), care.database.direct()
    copies = "true" if found.copies else "false"
    async with _replica(care) as session:
        connection = Literal(database.dsn or "").as_string(session.connection)
        statement = (
            f"CREATE SUBSCRIPTION {quoted(found.name)} CONNECTION {connection} "
            f"PUBLICATION {quoted(found.publication)} WITH (copy_data = {copies})"
        )
        try:
            await session.rows(statement)
        except DatabaseFailure as failure:
            raise _told(failure) from failure
    state: dict[str, Any] = {}
    while time.monotonic() - began < _COPIES_WITHIN:
        state = await subscription(care.context.clients.replica, found.name) or {}
        ready, total = state.get("ready", 0), state.get("tables", 0)
        await care.say(f"{ready} of {total} tables are copied to the replica")
        if total and ready == total:
            break
        if care.stop():
            return Subscribed(found.name, found.publication, total, ready,
                              time.monotonic() - began, False)  # fmt: skip
        await asyncio.sleep(0.5)
    return Subscribed(
        found.name, found.publication, state.get("tables", 0), state.get("ready", 0),
        time.monotonic() - began, True,
    )  # fmt: skip


async def drop_subscription(care: Care, name: str) -> str:
    """The slot that stays on the primary; "" where it was dropped too."""
    async with _replica(care) as session:
        try:
            await session.rows(f"DROP SUBSCRIPTION {quoted(name)}")
            return ""
        except DatabaseFailure as failure:
            if session.connection.closed or failure.trouble is DatabaseTrouble.PERMISSION:
                raise
            known = await subscription(care.context.clients.replica, name)
            slot = str((known or {}).get("slot") or name)
            await care.say("The primary is out of reach: dropped without its slot")
            for statement in ("DISABLE", "SET (slot_name = NONE)"):
                await session.rows(f"ALTER SUBSCRIPTION {quoted(name)} {statement}")
            await session.rows(f"DROP SUBSCRIPTION {quoted(name)}")
            return slot


async def subscription(replica: Database, name: str) -> dict[str, Any] | None:
    """What the replica says of it; None where there is none."""
    if not replica.configured:
        raise NotConfigured(
            "No read replica is configured.", "Set REPLICA_DATABASE_URL in the bot's environment."
        )
    async with replica.looking(deadline=CONNECT) as looking:
        rows = await looking.rows(query("subscription"), {"name": name}, deadline=QUESTION)
    return rows[0] if rows else None


def _replica(care: Care) -> Any:
    return care.context.clients.replica.working(
        care.operation.id, deadline=_SECONDS, lock_seconds=care.lock_seconds()
    )


def _told(failure: DatabaseFailure) -> OpsError:
    """Without the statement, which the server may quote: it holds the connection string."""
    said = failure.said.partition(" LINE ")[0]
    if "could not connect" in said or failure.trouble is DatabaseTrouble.REFUSED:
        return OpsError(
            "The replica cannot reach the primary.",
            "The address in DATABASE_URL must be reachable from the replica, too.",
        )
    if failure.trouble is DatabaseTrouble.OTHER:
        return OpsError(f"The replica refused it: {said}")
    return failure
