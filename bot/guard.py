"""Guarded operations: plan, confirmation, approval, lock, journal. See docs/adr/0004."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bot import approval_views, clearance, entrusting, guard_answers
from bot.announcing import channel_of
from bot.command import Arguments, Command, Context, Person, Plan, Reply, Risk, Role, Surface
from bot.errors import OpsError
from bot.frozen import command_line, thaw
from bot.guard_input import admitted, no_reason, request_of
from bot.journal import (
    VALUE_GONE,
    Clock,
    close_without_value,
    expire_overdue,
    interrupt_lost,
    steps_before,
)
from bot.rivals import rival_of
from bot.running import UNREADABLE, Contain, Runner, invocation_of
from bot.short_ids import short_id
from bot.store.operation_rows import Decision, OperationRecord, State

if TYPE_CHECKING:
    from bot.announcing import Announcer
    from bot.command import Catalogue
    from bot.guard_terminal import Desk
    from bot.redaction import Redactor
    from bot.runtime import Runtime
    from bot.settings import Settings
    from bot.store import AuditEntry, Store

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0  # seconds between two looks at what expired, was lost or is untold


def utc_now() -> datetime:
    return datetime.now(UTC)


def _unheard(_entry: AuditEntry) -> None:
    return


class Guard:
    """One per process. `handle` takes a guarded command, `bot.acts` the buttons of its cards."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        catalogue: Catalogue,
        redactor: Redactor,
        contain: Contain,
        audited: Callable[[AuditEntry], None] = _unheard,
    ) -> None:
        self.settings = settings
        self.store = store
        self.catalogue = catalogue
        self.clock: Clock = utc_now
        self.desk: Desk | None = None  # who sits at the terminal, in a terminal's process
        self.runner = Runner(store, catalogue, redactor, contain, self.now, audited)
        self._kind = "terminal"
        self._deciding: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._looking: asyncio.Task[None] | None = None
        self._entrusted: tuple[Runtime, entrusting.MakeContext] | None = None

    def now(self) -> datetime:
        """By the clock of now; a test may set another one."""
        return self.clock()

    @property
    def word(self) -> str:
        return self.settings.slack.command

    def attach(
        self, announcer: Announcer, runtime: Runtime, context_of: entrusting.MakeContext
    ) -> None:
        """This process is connected to Slack, and runs what other copies entrust to it."""
        self.runner.announcer = announcer
        self._kind = "bot"
        self._entrusted = (runtime, context_of)

    def open(self) -> None:
        """Sign in, find what a crash left, and go on looking; raises OpsError."""
        self.store.presence.sign_in(self._kind)
        self.look()
        if self._looking is None:
            self._looking = asyncio.create_task(self._keep_looking())

    async def aclose(self, seconds: float = 0.0) -> None:
        """Let operations end for so long; the others are recorded as interrupted."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
            self._looking = None
        if self.runner.tasks:
            _, late = await asyncio.wait(self.runner.tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def look(self) -> None:
        """Expire what is overdue, interrupt what lost its process, tell what was not told."""
        now = self.clock()
        self.runner.write_ends()
        for record in expire_overdue(self.store, now):
            self.runner.audit(record, State.EXPIRED.value, "Nobody decided in time.")
        for record in interrupt_lost(self.store, now):
            self.runner.audit(record, State.INTERRUPTED.value, "The process that ran it ended.")
        if self._entrusted is not None:
            runtime, context_of = self._entrusted
            for record in close_without_value(
                self.store, partial(entrusting.holder_of, runtime), now
            ):
                self.runner.audit(record, State.CHANGED.value, VALUE_GONE)
            entrusting.take_up(self, runtime, context_of)
        if self.runner.announcer is not None:
            for record in self.store.operations.untold():
                if self.runner.completed(record):
                    self.runner.tell(record)

    async def handle(
        self, context: Context, command: Command, arguments: Arguments, resumes: str = ""
    ) -> Reply:
        """A guarded command was asked for: what has to happen first is the answer."""
        arguments = admitted(command, arguments, self.runner.redactor)
        plan = await self.plan(context, command, arguments)
        risk = plan.risk or command.risk
        if risk is Risk.READS:
            async with asyncio.timeout(command.deadline):
                return await command.run(context, arguments)
        if plan.reason_wanted:
            trouble = no_reason(command, arguments)
            line = command_line(command, arguments)
            return approval_views.reason_wanted(line, plan, self.word, trouble)
        surface = context.invocation.surface
        if surface is Surface.TERMINAL:
            from bot.guard_terminal import handle

            return await handle(self, context, command, arguments, plan, resumes)
        if (holder := self.holder(plan.target)) is not None:
            return guard_answers.busy(holder)
        if risk is Risk.CHANGES:
            record = self.add(context, command, arguments, plan, resumes)
            if surface is Surface.SCHEDULE:
                # Whoever set the schedule has confirmed it.
                return await self.begin(context, record, Decision(words="by schedule"))
            self.runner.tell(record)
            return approval_views.question(
                record,
                self.word,
                self.settings.guard.approval_minutes,
                self.steps_before(record),
                rival_of(self.store, record),
            )
        return await self._dangerous(context, command, arguments, plan, resumes)

    async def _dangerous(
        self, context: Context, command: Command, arguments: Arguments, plan: Plan, resumes: str
    ) -> Reply:
        person = context.invocation.person
        wants_glass = bool(arguments.get("break-glass"))
        if trouble := no_reason(command, arguments):
            line = command_line(command, arguments) + (" --break-glass" if wants_glass else "")
            return approval_views.reason_wanted(line, plan, self.word, trouble)
        right = self.glass_right(person, context.role, context.invocation.surface)
        if wants_glass and not right:
            return guard_answers.no_glass()
        record = self.add(context, command, arguments, plan, resumes)
        if wants_glass:
            return await self.begin(context, record, Decision(person.id, person.name, glass=right))
        self.runner.tell(record)
        return approval_views.waiting(
            record,
            channel_of(record, self.settings),
            context.access.approvers(command.role, person.id).sentence,
            rival_of(self.store, record),
            commands=bool(right),
        )

    async def plan(self, context: Context, command: Command, arguments: Arguments) -> Plan:
        """The dry run; raises OpsError, TimeoutError."""
        if command.plan is None:
            raise OpsError(f"`{command.name}` has no plan.", permanent=True)
        async with asyncio.timeout(command.deadline):
            return await command.plan(context, arguments)

    async def unchanged(self, context: Context, command: Command, record: OperationRecord) -> bool:
        """Plan again; where it is another plan now, the request is over."""
        own = replace(context, invocation=invocation_of(record))
        plan = await self.plan(own, command, thaw(record.request.arguments))
        if not clearance.changed(record, plan, plan.risk or command.risk):
            return True
        self.close(record, State.CHANGED, Decision(), "What it was planned on had changed.")
        return False

    async def begin(self, context: Context, record: OperationRecord, decision: Decision) -> Reply:
        """requested → running, then run it in the background; else say what happened instead."""
        owner = own = self.store.presence.sign_in(self._kind)
        here = context.invocation.at_terminal
        if not here:
            owner = entrusting.owner_of(context.runtime, record, own)
        started = self.started(record, decision, owner)
        if isinstance(started, Reply):
            return started
        if here:
            from bot.guard_terminal import run_here

            # Its process ends with the answer: what runs there is waited for.
            return await run_here(self, context, started)
        if owner == own:
            self.runner.start(context, started)
        return guard_answers.begun(started, channel_of(started, self.settings))

    def started(
        self, record: OperationRecord, decision: Decision, owner: str = ""
    ) -> OperationRecord | Reply:
        """Take the target's lock and the right to run for `owner`, once; or the answer why not."""
        owner = owner or self.store.presence.sign_in(self._kind)
        begun = self.store.operations.begin(record.id, decision, owner, self.clock())
        now = self.store.operations.get(record.id) or record
        if not begun.ours:
            if begun.holder is not None:
                return guard_answers.busy(begun.holder)
            return guard_answers.told(now)
        self.runner.audit(now, "started", now.request.effect)
        self.runner.tell(now)
        return now

    def close(self, record: OperationRecord, state: State, decision: Decision, detail: str) -> bool:
        """requested → a final state that is not a run; False where somebody was quicker."""
        if not self.store.operations.decide(record.id, state, self.clock(), decision):
            return False
        now = self.store.operations.get(record.id) or record
        self.runner.audit(now, state.value, detail)
        self.runner.tell(now)
        return True

    def holder(self, target: str) -> OperationRecord | None:
        """Who runs on that target; a run whose process has ended holds nothing."""
        found = self.store.operations.newest(1, (State.RUNNING,), target)
        if found and not self.store.presence.alive(found[0].owner):
            self.look()
            return None
        return found[0] if found else None

    def add(
        self, context: Context, command: Command, arguments: Arguments, plan: Plan, resumes: str
    ) -> OperationRecord:
        """Write the request into the journal, as it will run."""
        now = self.clock()
        request = request_of(context, command, arguments, plan, self.runner.redactor)
        expires_at = now + timedelta(minutes=self.settings.guard.approval_minutes)
        while True:
            name = short_id("OP")
            if self.store.operations.add(name, request, now, expires_at, resumes):
                found = self.store.operations.get(name)
                if found is None:
                    raise OpsError("The journal lost a request that it had just taken.")
                self.runner.audit(found, "requested", plan.effect)
                return found

    def glass_right(self, person: Person, role: Role, surface: Surface) -> str:
        """Why this person may run without a second one; empty where they may not."""
        if surface is Surface.TERMINAL:
            return "admin at the terminal" if role >= Role.ADMIN else ""
        emergency = self.store.emergencies.commanded_by(person.id)
        return f"commander of {emergency.severity} number {emergency.id}" if emergency else ""

    def steps_before(self, record: OperationRecord) -> tuple[str, ...]:
        """What the operations that it resumes have done; empty where it resumes none."""
        return steps_before(self.store, record) if record.resumes else ()

    def deciding(self, operation: str) -> asyncio.Lock:
        """One decision at a time: who comes second sees what the first one did."""
        lock = self._deciding.get(operation)
        if lock is None:
            lock = self._deciding[operation] = asyncio.Lock()
        return lock

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                self.look()
            except OpsError as error:
                log.error("the journal cannot be read: %s", error)
            except UNREADABLE:
                # Whoever damaged one record does not stop the others from expiring.
                log.exception("the journal holds what this bot did not write")
