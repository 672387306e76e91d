"""Makes and drops an index CONCURRENTLY; what a failure leaves behind is dropped, or told."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.clients.postgres_working import StatementCancelled
from bot.errors import OpsError
from handlers.database_care.care import Care, blocked_by, expected, run_watched
from handlers.database_care.indexing.definitions import quoted
from handlers.database_care.restarting import AWAY, outage
from handlers.database_care.subjects import CONNECT, QUESTION, Index, Table, find_index, read
from handlers.database_care.wording import size


@dataclass(frozen=True, slots=True)
class Made:
    """An index that was made. `cancelled` ones are gone again, unless `left` names one."""

    name: str
    table: str
    ddl: str
    bytes: int
    seconds: float
    cancelled: bool = False
    left: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    name: str
    table: str
    ddl: str
    bytes: int
    seconds: float
    cancelled: bool = False


async def make(care: Care, table: Table, raw: str, statement: str) -> Made:
    """`raw` is its name. Raises OpsError where it cannot be made; nothing invalid stays then."""
    await _nobody_old(care, table.oid, reads=False)
    there = find_index((await read(care.database)).indexes, f"{table.schema}.{raw}")
    if there is not None and not there.valid:
        await _drop_invalid(care, there)
    began = time.monotonic()
    title = f"Create {raw} on {table.name} ({size(table.bytes)})"
    problem: OpsError | None = None
    cancelled = False
    rows = table.bytes - table.index_bytes
    seconds, told = expected(care.context, "create-index", rows)
    await care.say(f"{title}, {told}")
    try:
        async with care.working(patient=True) as session:
            await run_watched(care, session, statement, title, seconds)
    except StatementCancelled as error:
        cancelled, problem = care.stop(), None if care.stop() else error
    except DatabaseFailure as failure:
        problem = await _explained(care, table.oid, failure)
    took = time.monotonic() - began
    if isinstance(problem, _StaysAway):
        care.record("create-index", f"{table.schema}.{quoted(raw)}", took, problem=problem.message)
        raise OpsError(
            problem.message,
            f"An invalid {raw} may be left, which slows writes: making it again drops it first.",
        )
    made = find_index((await read(care.database)).indexes, f"{table.schema}.{raw}")
    if made is not None and not made.valid:
        await _drop_invalid(care, made)
        made = find_index((await read(care.database)).indexes, f"{table.schema}.{raw}")
    left = made.name if made is not None and not made.valid else ""
    target = f"{table.schema}.{quoted(raw)}"
    care.record(
        "create-index", target, took, bytes_before=rows, bytes_after=rows,
        problem=problem.message if problem else "cancelled" if cancelled else "",
    )  # fmt: skip
    if problem is not None and (made is None or left):
        stays = f"{left} stays, invalid; drop it: `/pitchey db drop-index {left}`."
        hint = f"{problem.hint} {stays if left else 'Nothing invalid stays.'}".strip()
        raise OpsError(problem.message, hint, permanent=problem.permanent)
    if made is None or not made.valid:
        return Made(target, table.name, statement, 0, took, cancelled=True, left=left)
    return Made(made.name, table.name, statement, made.bytes, took)


async def drop(care: Care, index: Index, ddl: str) -> Dropped:
    """Raises OpsError where a lock keeps it; the definition is kept in the store."""
    await _nobody_old(care, index.table_oid, reads=True)
    began, cancelled = time.monotonic(), False
    problem: OpsError | None = None
    try:
        async with care.working(patient=True) as session:
            await run_watched(
                care, session, f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}",
                f"Drop {index.name}",
            )  # fmt: skip
    except StatementCancelled as error:
        cancelled, problem = care.stop(), None if care.stop() else error
    except DatabaseFailure as failure:
        problem = await _explained(care, index.table_oid, failure)
    took = time.monotonic() - began
    if isinstance(problem, _StaysAway):
        care.record("drop-index", index.name, took, ddl=ddl, problem=problem.message)
        raise OpsError(problem.message, f"Whether {index.name} is gone is not known.")
    still = [each for each in (await read(care.database)).indexes if each.oid == index.oid]
    care.record(
        "drop-index", index.name, took, bytes_before=index.bytes, ddl=ddl,
        problem="" if not still else problem.message if problem else "cancelled",
    )  # fmt: skip
    if problem is not None and still:
        state = "" if still[0].valid else " It is invalid now: no query uses it."
        raise OpsError(
            problem.message, f"{problem.hint}{state} `/pitchey db drop-index` again ends it."
        )
    return Dropped(index.name, index.on_table, ddl, index.bytes, took, cancelled and bool(still))


async def _drop_invalid(care: Care, made: Index) -> None:
    await care.say(f"Clean up {made.name}, which is not valid")
    try:
        async with care.working(patient=True) as session:
            await session.run(f"DROP INDEX CONCURRENTLY IF EXISTS {made.name}")
    except DatabaseFailure:
        return  # it is told that it stays


async def _nobody_old(care: Care, oid: int, *, reads: bool) -> None:
    """Raises OpsError where an old transaction writes the table; `reads` where it reads it."""
    async with care.database.looking(deadline=CONNECT) as looking:
        who, pid = await blocked_by(looking, oid, reads=reads, least=care.old)
    if who:
        raise OpsError(
            f"It was not begun, since {who}.",
            f"It would wait for it. End it first: `/pitchey db kill {pid}`.",
        )


_TOO_LONG = "54000"  # SQLSTATE: program_limit_exceeded


class _StaysAway(OpsError):
    """The server does not come back, so nobody knows what it did."""


async def _explained(care: Care, oid: int, failure: DatabaseFailure) -> OpsError:
    if failure.trouble in AWAY:
        gone = await outage(care)
        return OpsError(gone.sentence) if gone.back else _StaysAway(gone.sentence)
    if failure.trouble is DatabaseTrouble.LOCKED:
        async with care.database.looking(deadline=QUESTION) as looking:
            who, pid = await blocked_by(looking, oid, reads=False)
            if not who:
                who, pid = await blocked_by(looking, oid, reads=True)
        who = who or "an old transaction elsewhere in the database is open"
        hint = f"End it: `/pitchey db kill {pid}`." if pid else "`/pitchey db locks` shows more."
        return OpsError(f"It waited too long, since {who}.", hint)
    if failure.state == _TOO_LONG:
        return OpsError(
            "A row's value is too long for this index: an entry holds about 2,700 bytes at most "
            f"({failure.said.strip().rstrip('.')}).",
            "Index a shorter column; for a search in long texts a migration can make a GIN index.",
            permanent=True,
        )
    if failure.trouble is DatabaseTrouble.OTHER and failure.said:
        return OpsError(f"The server refused it: {failure.said}")
    return failure
