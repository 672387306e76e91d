"""Runs files against one database: each in its transaction, or statement by statement.

A file's row in the ledger is written in the file's own transaction: the two are there together or
not at all, whatever dies when. A file without a transaction counts its statements as it goes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.postgres import Database
from bot.errors import OpsError
from handlers.migrations.blocking import Watch
from handlers.migrations.ledger import Ledger
from handlers.migrations.result import Failure, FileRun, MigrationFile, Run, Statement

if TYPE_CHECKING:
    from bot.clients.postgres import Connection

APPLICATION = "pitchey-ops-bot migrate"
_ALONE = "hashtext('pitchey migrations')"  # the key of the lock that one migration at a time holds
_PAUSE = 5.0  # seconds before a file is tried again that got no lock
_LONGEST = 24 * 3600.0
Step = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds; `statement` 0 is no limit."""

    lock: float
    statement: float
    tries: int


@dataclass(frozen=True, slots=True)
class Executor:
    """`step` is told before each file, `say` whenever there is something new to read."""

    database: Database
    ledger: Ledger
    limits: Limits
    person: str
    operation: str
    step: Step
    say: Step
    watch: Watch
    pause: float = _PAUSE

    async def run(self, files: Sequence[MigrationFile]) -> Run:
        """Every file in order, up to the first that fails. Raises DatabaseFailure, Refused."""
        started = time.monotonic()
        async with self.database.session(deadline=_LONGEST, read_only=False) as connection:
            await self._alone(connection)
            await self._calm(connection)
            await self.ledger.make(connection)
            async with self.watch.over(connection.info.backend_pid, self.say):
                done, failure = await self._files(connection, files)
        return Run(tuple(done), failure, time.monotonic() - started, self.watch.held)

    async def _files(
        self, connection: Connection, files: Sequence[MigrationFile]
    ) -> tuple[list[FileRun], Failure | None]:
        done: list[FileRun] = []
        for number, file in enumerate(files, 1):
            await self.step(f"Run {file.name}, {number} of {len(files)}")
            began = time.monotonic()
            if file.transactional:
                attempts, failure = await self._patiently(connection, file)
            else:
                attempts, failure = 1, await self._bare(connection, file)
            if failure is not None:
                return done, failure
            seconds = time.monotonic() - began
            done.append(FileRun(file.name, seconds, len(file.statements), attempts))
        return done, None

    async def _patiently(
        self, connection: Connection, file: MigrationFile
    ) -> tuple[int, Failure | None]:
        """A file that waits too long for a lock is undone, lets the others through, and again."""
        failure: Failure | None = None
        for attempt in range(1, self.limits.tries + 1):
            failure = await self._whole(connection, file, attempt)
            if failure is None or failure.state != "55P03" or attempt == self.limits.tries:
                return attempt, failure
            await self.say(
                f"{file.name}: no lock within {self.limits.lock:g} s, so it was undone; "
                f"try {attempt + 1} of {self.limits.tries} in {self.pause:g} s"
            )
            await asyncio.sleep(self.pause)
        return self.limits.tries, failure

    async def _whole(
        self, connection: Connection, file: MigrationFile, attempt: int
    ) -> Failure | None:
        import psycopg

        number = 0
        began = time.monotonic()
        try:
            async with connection.transaction():
                await self._limit(connection, self.limits.statement)
                await self.ledger.begin(connection, file, self.person, self.operation)
                await self.watch.begin(connection)
                for number, each in enumerate(file.statements, 1):
                    await self._one(connection, file, number, each)
                    await self.watch.note(connection)
                # Deferred constraints fail here, where the statement can still be told.
                await connection.execute("set constraints all immediate")
                seconds = time.monotonic() - began
                await self.ledger.finish(connection, file.name, number, seconds)
        except (psycopg.Error, OSError) as error:
            return await self._failed(connection, file, number, error, True, 0, attempt)
        await self._calm(connection)
        return None

    async def _bare(self, connection: Connection, file: MigrationFile) -> Failure | None:
        """Without a transaction, and without a time limit, which would leave invalid indexes."""
        import psycopg

        began, number, done = time.monotonic(), 0, 0
        try:
            await self._limit(connection, 0)
            done = await self.ledger.begin(connection, file, self.person, self.operation)
            for number, each in enumerate(file.statements[done:], done + 1):
                if each.builds:
                    await self._clear(connection, each.builds)
                await self._one(connection, file, number, each)
                await self.ledger.note(connection, file.name, number)
                done = number
            seconds = time.monotonic() - began
            await self.ledger.finish(connection, file.name, done, seconds)
        except (psycopg.Error, OSError) as error:
            return await self._failed(connection, file, number, error, False, done, 1)
        await self._calm(connection)
        return None

    async def _one(
        self, connection: Connection, file: MigrationFile, number: int, each: Statement
    ) -> None:
        of = f"{number} of {len(file.statements)}"
        await self.say(f"{file.name}, statement {of}: {each.does}")
        self.watch.waited.clear()
        await connection.execute(each.text.encode())

    async def _failed(
        self,
        connection: Connection,
        file: MigrationFile,
        number: int,
        error: Exception,
        undone: bool,
        done: int,
        attempt: int,
    ) -> Failure:
        import psycopg

        statement = file.statements[number - 1] if number else None
        state = error.sqlstate if isinstance(error, psycopg.Error) else None
        invalid = ""
        if statement is not None and statement.builds and not connection.closed:
            invalid = await self._clear(connection, statement.builds, quietly=True)
        return Failure(
            file.name, number, statement, self.database.redact(_said(error)), state or "",
            undone, done, tuple(self.watch.waited), attempt, invalid,
        )  # fmt: skip

    async def _alone(self, connection: Connection) -> None:
        """One migration at a time, whoever runs it; the server frees it with the session."""
        cursor = await connection.execute(f"select pg_try_advisory_lock({_ALONE}) as ours".encode())
        row = await cursor.fetchone()
        if row is not None and row["ours"]:
            return
        cursor = await connection.execute(
            b"select pid, extract(epoch from clock_timestamp() - query_start)::float8 as seconds "
            b"from pg_stat_activity join pg_locks using (pid) where locktype = 'advisory' "
            b"and objid::bigint = (" + _ALONE.encode() + b"::bigint & 4294967295) limit 1"
        )
        holder = await cursor.fetchone()
        who = f" (session {holder['pid']}, for {holder['seconds']:.0f} s)" if holder else ""
        raise OpsError(
            f"Another migration still runs in the database{who}.",
            "Where the bot was killed, its last statement may still be at work: wait for it, or "
            "end that session; then try again.",
        )

    async def _limit(self, connection: Connection, statement: float) -> None:
        await connection.execute(
            "select set_config('lock_timeout', %s, false), "
            "set_config('statement_timeout', %s, false)",
            (str(int(self.limits.lock * 1000)), str(int(statement * 1000))),
        )

    async def _calm(self, connection: Connection) -> None:
        """What a file has SET does not reach the next one."""
        await connection.execute("reset session authorization")
        await connection.execute("reset all")

    async def _clear(self, connection: Connection, index: str, *, quietly: bool = False) -> str:
        """Drop that index where an earlier attempt left it invalid; answers what is left of it."""
        import psycopg

        try:
            cursor = await connection.execute(
                "select indexrelid::regclass::text as name from pg_index "
                "where indexrelid = to_regclass(%s) and not indisvalid",
                (_quoted(index),),
            )
            row = await cursor.fetchone()
            if row is not None:
                await self.say(f"Drop what an earlier attempt left of {index}")
                await connection.execute(f"drop index concurrently {row['name']}".encode())
        except (psycopg.Error, OSError):
            if not quietly:
                raise
            return index
        return ""


def _quoted(name: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))


def _said(error: Exception) -> str:
    """The server's own words, with its detail and hint."""
    import psycopg

    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        parts = (error.diag.message_primary, error.diag.message_detail, error.diag.message_hint)
        return " ".join(" ".join(part.split()) for part in parts if part)
    return " ".join(str(error).split()) or type(error).__name__
