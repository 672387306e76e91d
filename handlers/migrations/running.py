"""Tries pending migrations on a copy, and applies them to the platform's database."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.backups import KeptBackup
from bot.backups.restoring import counted
from bot.blocks import clip
from bot.clients.postgres import Database
from bot.errors import OpsError
from bot.program import run_program
from bot.store.migration_tests import MigrationTest
from handlers.migrations import scratch, verifying
from handlers.migrations.blocking import Watch
from handlers.migrations.executing import APPLICATION, Executor, Limits
from handlers.migrations.ledger import Ledger, newest
from handlers.migrations.result import Applied, Check, Failure, Run, Verified
from handlers.migrations.standing import Situation, folder_of, own, situation

if TYPE_CHECKING:
    from bot.command import Operation, Person
    from bot.runtime import Runtime
    from handlers.migrations.scratch import Say

_PAUSE = 5.0
_WITHIN = 90.0  # seconds that a database which restarts has to say what it holds
_AGAIN = 3.0
TAIL = 15  # lines of a command that are shown


@dataclass(frozen=True, slots=True)
class Tested:
    """`how` the copy was made; `backup` is the one that stands behind it."""

    situation: Situation
    run: Run
    verified: Verified
    how: str
    copy_seconds: float
    backup: KeptBackup | None
    made: bool
    test: MigrationTest

    @property
    def good(self) -> bool:
        return self.run.failure is None and self.verified.good


@dataclass(frozen=True, slots=True)
class Applying:
    """`now` is what the database says afterwards; None where it could not be asked."""

    situation: Situation
    run: Run
    verified: Verified | None
    now: tuple[Applied, ...] | None
    backup: KeptBackup | None
    made: bool

    @property
    def good(self) -> bool:
        return self.run.failure is None and self.verified is not None and self.verified.good


@dataclass(slots=True)
class Work:
    """One operation. `pause` is the time between two tries for a lock, in seconds."""

    runtime: Runtime
    operation: Operation
    person: Person
    say: Say
    pause: float = _PAUSE
    _said: str = field(default="", repr=False)

    async def test(self) -> Tested:
        """Backup, copy, run, verify, drop the copy. Raises OpsError where it cannot be tried."""
        runtime, settings = self.runtime, self.runtime.settings
        found = await situation(runtime)
        check(found)
        await self.operation.step("Back up, unless there is a fresh one")
        backup, made = await scratch.backed_up(
            runtime, settings, after=newest(found.files.applied), person=self.person, say=self._say
        )
        await self.operation.step("Copy the database")
        async with scratch.copy(
            settings, runtime.clients, backup=backup, operation=self.operation.id,
            person=self.person, say=self._say,
        ) as copied:  # fmt: skip
            await self._same(found, copied.database)
            before = await verifying.scene(copied.database)
            was = await counted(copied.database)
            run = await self._run(copied.database, found, watch_all=True)
            checks: tuple[Check, ...] = ()
            if run.failure is None:
                await self.operation.step("Verify the copy")
                now = await counted(copied.database)
                ledger = settings.migrations.table.rpartition(".")
                own_table = (ledger[0] or "public", ledger[2])
                checks = (
                    *await verifying.generic(copied.database, before),
                    verifying.rows(
                        {table: count for table, count in was.items() if table != own_table},
                        {table: count for table, count in now.items() if table != own_table},
                        found.pending,
                    ),
                    *await verifying.declared(settings, copied.database, folder_of(settings)),
                )
            await self._say("Dropping the copy")
        test = self._noted(found, run, Verified(checks))
        return Tested(found, run, Verified(checks), copied.how, copied.seconds, backup, made, test)

    async def apply(self) -> Applying:
        """Backup, run, verify. What fails is in the result, with what the database says then."""
        runtime, settings = self.runtime, self.runtime.settings
        found = await situation(runtime)
        check(found)
        await self.operation.step("Back up, unless there is a fresh one")
        backup, made = await scratch.backed_up(
            runtime, settings, after=newest(found.files.applied), person=self.person, say=self._say
        )
        database = own(runtime.clients)
        before = await verifying.scene(database)
        run = await self._run(database, found, watch_all=False)
        if run.failure is not None:
            return Applying(found, run, None, await self._now(), backup, made)
        await self.operation.step("Verify the database")
        checks = (
            *await verifying.generic(database, before),
            *await verifying.declared(settings, database, folder_of(settings)),
        )
        return Applying(found, run, Verified(checks), await self._now(), backup, made)

    async def _run(self, database: Database, found: Situation, *, watch_all: bool) -> Run:
        if found.command:
            return await self._command(database, found.command)
        wanted = self.runtime.settings.migrations
        executor = Executor(
            Database(database.dsn, APPLICATION, database.redact),
            Ledger(wanted.table),
            Limits(wanted.lock_seconds, wanted.statement_seconds, wanted.lock_tries),
            self.person.name,
            self.operation.id,
            self.operation.step,
            self._say,
            Watch(database, locks=watch_all),
            self.pause,
        )
        return await executor.run(found.pending)

    async def _command(self, database: Database, command: tuple[str, ...]) -> Run:
        """The declared program; the locks of every session in that database are its own."""
        settings = self.runtime.settings
        await self.operation.step(f"Run {command[0]}")
        watch, began = Watch(database), time.monotonic()
        variables = {"DATABASE_URL": database.dsn or "", "PGAPPNAME": APPLICATION}
        async with watch.over(None, self._say):
            ended = await run_program(
                command,
                folder=folder_of(settings),
                limit=settings.migrations.command_minutes * 60.0,
                variables=variables,
                redact=verifying.redact_with(database),
                on_line=self._say,
            )
        failure = None
        if not ended.good:
            failure = Failure(command[0], 0, None, ended.told, "", False, 0)
        return Run((), failure, time.monotonic() - began, watch.held, ended.tail[-TAIL:])

    async def _same(self, found: Situation, database: Database) -> None:
        """A copy of an older state would be tested with other files than production needs."""
        if found.command:
            return
        async with database.session(deadline=20.0) as connection:
            rows = await Ledger(self.runtime.settings.migrations.table).read(connection)
        if _finished(rows) != _finished(found.files.applied):
            raise OpsError(
                "The copy has other migrations applied than the database.",
                "Somebody migrated meanwhile: test again.",
            )

    def _noted(self, found: Situation, run: Run, verified: Verified) -> MigrationTest:
        """What `apply` asks for later."""
        passed = run.failure is None and verified.good
        bad = next((each for each in verified.checks if not each.good), None)
        summary = f"{len(run.files)} of {len(found.pending)} files in {run.seconds:.1f} s"
        if run.failure is not None:
            summary = f"{run.failure.name} failed: {run.failure.said}"
        elif bad is not None:
            summary = f"{bad.name}: {bad.words}"
        test = MigrationTest(
            found.fingerprint, passed, self.runtime.now(), self.operation.id, self.person.name,
            run.seconds, clip(self.runtime.redactor.text(summary), 300),
        )  # fmt: skip
        self.runtime.store.migration_tests.add(found.environment, test)
        return test

    async def _now(self) -> tuple[Applied, ...] | None:
        """What the ledger says, as soon as the database answers; None where it does not."""
        if self.runtime.settings.migrations.command:
            return None
        until = time.monotonic() + _WITHIN
        while True:
            try:
                return await applied(self.runtime)
            except OpsError:
                if time.monotonic() >= until:
                    return None
                await self._say("The database does not answer; waiting for what it holds")
                await asyncio.sleep(_AGAIN)

    async def _say(self, words: str) -> None:
        """Shown below the step; the same words are not said twice."""
        if words != self._said:
            self._said = words
            await self.say(words)


async def applied(runtime: Runtime) -> tuple[Applied, ...]:
    """The rows of the ledger. Raises DatabaseFailure."""
    async with own(runtime.clients).session(deadline=20.0) as connection:
        return await Ledger(runtime.settings.migrations.table).read(connection)


def check(found: Situation) -> None:
    """Raises OpsError where nothing is to be done, or something is wrong with the files."""
    if found.files.mistakes:
        raise OpsError(
            f"The migrations cannot be run. {found.files.mistakes[0]}.",
            "See all of it: `/pitchey migrate plan`.",
            permanent=True,
        )
    if not found.pending and not found.command:
        raise OpsError("Nothing is pending.", "See `/pitchey migrate`.", permanent=True)


def still_tested(found: Situation, runtime: Runtime) -> bool:
    """Exactly these files passed on a copy, not too long ago."""
    test = found.test
    hours = timedelta(hours=runtime.settings.migrations.test_hours)
    return test is not None and test.passed and runtime.now() - test.at <= hours


def _finished(rows: tuple[Applied, ...]) -> frozenset[str]:
    return frozenset(row.name for row in rows if row.finished_at is not None)
