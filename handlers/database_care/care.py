"""What every work on the database stands on: its session, its progress, its end, its record."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.clients.postgres_working import Working
from bot.errors import OpsError
from bot.store.maintenance_records import MaintenanceRecord
from handlers.database_care import window
from handlers.database_care.subjects import QUESTION, Server, query
from handlers.database_care.wording import counted, lasting, shown, size

if TYPE_CHECKING:
    from bot.clients.postgres import Database, Looking
    from bot.command import Context, Operation

STATEMENT_SECONDS = 6 * 3_600.0  # for one statement; whole tables are rewritten by some
PATIENCE = 24  # times lock_seconds: CONCURRENTLY waits for old transactions, and holds up nobody
OLD = 10.0  # seconds
_AGAIN_AFTER = 1.0
CANCELLING = "the statement that runs is ended in the server at once; what was done before stays"
AWAY = (DatabaseTrouble.CUT, DatabaseTrouble.REFUSED, DatabaseTrouble.WAKING)
# Bytes a second before anything was measured here: what slow disks do.
ASSUMED = {
    "vacuum": 100e6, "analyze": 200e6, "reindex": 15e6, "vacuum-full": 20e6, "create-index": 25e6,
    "archive": 3e6,
}  # fmt: skip


@dataclass
class Care:
    """The work of one operation. `stop` is true where somebody pressed Cancel."""

    context: Context
    operation: Operation
    windowed: bool = False  # it began inside of the window, and ends with it
    server_began: str = ""  # when the server was started that it works on
    warnings: list[str] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.context.clients.database

    @property
    def old(self) -> float:
        """Seconds after which a transaction is not waited for: it will not end by itself soon."""
        return max(OLD, self.lock_seconds(patient=True) / 2)

    def stop(self) -> bool:
        return self.operation.cancel_requested

    def closed(self) -> bool:
        """Whether the maintenance window has ended meanwhile."""
        return self.windowed and not window.is_open(
            self.context.settings, self.context.runtime.now()
        )

    async def say(self, text: str) -> None:
        await self.context.progress.say(text)

    def lock_seconds(self, *, patient: bool = False) -> float:
        """How long a statement waits for a lock; `patient` where nobody queues behind it."""
        return self.context.settings.database.lock_seconds * (PATIENCE if patient else 1)

    @asynccontextmanager
    async def working(self, *, patient: bool = False) -> AsyncIterator[Working]:
        """A session for long statements, named by the operation."""
        async with self.database.working(
            self.operation.id,
            deadline=STATEMENT_SECONDS,
            lock_seconds=self.lock_seconds(patient=patient),
        ) as session:
            session.connection.add_notice_handler(
                lambda notice: (
                    self.warnings.append(str(notice.message_primary))
                    if notice.severity_nonlocalized == "WARNING"
                    else None
                )
            )
            began = await session.rows(query("server_began"))
            self.server_began = str(began[0]["began"])
            yield session

    def record(self, kind: str, target: str, seconds: float, **figures: int | str) -> None:
        """What was done, for reports and for later estimates."""
        self.context.store.maintenance_records.add(
            MaintenanceRecord(
                self.context.runtime.now(), self.operation.id, kind, target, seconds,
                person_name=self.context.invocation.person.name, **figures,  # type: ignore[arg-type]
            )
        )  # fmt: skip


def care_of(context: Context, *, windowed: bool = False) -> Care:
    """Raises OpsError outside of an operation."""
    if context.operation is None:
        raise OpsError("This runs as an operation only.", permanent=True)
    inside = windowed and window.is_open(context.settings, context.runtime.now())
    return Care(context, context.operation, inside)


async def run_watched(
    care: Care, session: Working, sql: str, title: str, seconds: float = 0.0
) -> int:
    """One long statement with its progress; raises StatementCancelled and DatabaseFailure.

    `seconds` are those that it is expected to take, 0 where nobody knows.
    """
    began = time.monotonic()
    try:
        async with care.database.looking(deadline=QUESTION) as looking:
            return await session.run(
                sql,
                stop=care.stop,
                beat=_progress(care, looking, session.pid, title, (began, seconds)),
            )
    except DatabaseFailure as failure:
        if failure.trouble is DatabaseTrouble.FULL and not session.connection.closed:
            # No second connection to be had: then without progress.
            return await session.run(sql, stop=care.stop)
        raise


def _progress(
    care: Care, looking: Looking, pid: int, title: str, took: tuple[float, float]
) -> Callable[[], Awaitable[None]]:
    began, seconds = took

    async def beat() -> None:
        told = f"{title}, for {lasting(time.monotonic() - began)}"
        if seconds:
            told += f" of about {lasting(seconds)}"
        try:
            rows = await looking.rows(query("progress"), {"pid": pid}, deadline=2.0)
        except DatabaseFailure:
            rows = []
        if rows:
            row = rows[0]
            told += f": {', '.join(filter(None, (row['working_on'], row['phase'])))}"
            if row["total"]:
                told += f", {min(100, 100 * row['done'] // row['total'])}\u00a0% of this phase"
        await care.say(told)

    return beat


def expected(context: Context, kind: str, held: float) -> tuple[float, str]:
    """Seconds that so many bytes take, and in words where the figure comes from."""
    measured = context.store.maintenance_records.speed(kind)
    speed = measured or ASSUMED[kind]
    seconds = held / speed
    source = "measured here" if measured else "an assumption, as nothing was measured here yet"
    return seconds, f"about {lasting(max(seconds, 0.1))} ({size(speed)} a second, {source})"


async def blocked_by(
    looking: Looking, oid: int, *, reads: bool, least: float = 0.0
) -> tuple[str, int]:
    """Who has held a lock on the table for `least` seconds, in words, and the session's number.

    "" and 0 for nobody.
    """
    rows = await looking.rows(
        query("blockers"), {"oid": oid, "reads": reads, "least": least}, deadline=QUESTION
    )
    if not rows:
        return "", 0
    row = rows[0]
    doing = shown(row["statement"], 80) or "nothing that the bot may see"
    more = f", and {counted(len(rows) - 1, 'other')}" if len(rows) > 1 else ""
    return (
        f"session {row['pid']} of {row['role']} ({row['state']}, in a transaction for "
        f"{lasting(row['seconds'])}) holds it{more}: {doing}",
        int(row["pid"]),
    )


def grant(server: Server, owner: str, name: str) -> str:
    """The statement that gives the bot's user what it lacks."""
    if server.version_number >= 170_000:
        role = server.role_quoted
        return (
            f"`GRANT MAINTAIN ON TABLE {name} TO {role};`, for all tables "
            f"`GRANT pg_maintain TO {role};`"
        )
    return f"`GRANT {owner} TO {server.role_quoted};`"
