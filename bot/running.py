"""Carries out one operation that has been let run: progress, end, audit; whatever happens."""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from bot.blocks import clip, code, escape, section
from bot.clearance import canceller
from bot.command import Catalogue, Context, Invocation, Person, Progress, Reply, Role, Surface
from bot.errors import OpsError
from bot.frozen import thaw
from bot.journal import Clock, OperationCancelled, Running
from bot.moments import undated
from bot.store import AuditEntry
from bot.store.operation_rows import OperationRecord, State

if TYPE_CHECKING:
    from bot.announcing import Announcer
    from bot.redaction import Redactor
    from bot.store import Store

log = logging.getLogger(__name__)
# What a record raises that cannot be read or drawn: one such must not stop the others.
UNREADABLE = (ValueError, TypeError, LookupError)
WRITTEN_WITHIN = timedelta(seconds=2)  # an audit entry follows its change in the journal
CLOCKS_DIFFER = timedelta(hours=1)  # at most, in a process or between two
UPDATE_EVERY = 1.0  # seconds; Slack wants at most one update a second in a channel
LAST_UPDATE_WITHIN = 3.0  # seconds that the end waits for a progress update on its way


class Answered(Protocol):
    """What came of work inside the error boundary."""

    @property
    def reply(self) -> Reply: ...

    @property
    def detail(self) -> str: ...


Work = Callable[[], Awaitable[Reply]]
Contain = Callable[[Invocation, str, Work], Awaitable[Answered]]


class Note:
    """What the command said last; the progress message shows it."""

    def __init__(self) -> None:
        self.text = ""

    async def say(self, text: str) -> None:
        self.text = text


@dataclass(frozen=True, slots=True)
class End:
    """How an operation ended."""

    record: OperationRecord
    state: State
    result: dict[str, Any]
    detail: str


@dataclass(slots=True)
class Runner:
    """One per process. `contain` is the error boundary of commands."""

    store: Store
    catalogue: Catalogue
    redactor: Redactor
    contain: Contain
    clock: Clock
    audited: Callable[[AuditEntry], None]  # told of each entry, written or not
    announcer: Announcer | None = None
    tasks: set[asyncio.Task[Reply]] = field(default_factory=set)
    # Ends that the store did not take, such as on a full disk: written as soon as it does.
    unwritten: dict[str, End] = field(default_factory=dict)
    undrawable: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)  # every operation that this process ever ran

    def start(self, context: Context, record: OperationRecord) -> None:
        """Run it in the background; the channel is told."""
        self.begun.add(record.id)
        task = asyncio.create_task(self.run(context, record), name=record.id)
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    async def ended(self, operation: str) -> None:
        """Wait until that operation, where it runs in this process, has ended."""
        running = {task for task in self.tasks if task.get_name() == operation}
        if running:
            await asyncio.wait(running)

    async def run(
        self, context: Context, record: OperationRecord, progress: Progress | None = None
    ) -> Reply:
        """Run a record that is `running` and ours, to its final state in the journal."""
        self.begun.add(record.id)
        command = self.catalogue.find(record.request.command)
        invocation = invocation_of(record)
        note = Note()

        async def work() -> Reply:
            if command is None:
                raise OpsError(f"This bot was built without `{record.request.command}`.")
            operation = Running(
                self.store,
                record,
                self.clock,
                progress.say if progress else _silent,
                cancellable=command.cancellable,
            )
            own = replace(
                context,
                invocation=invocation,
                progress=progress or note,
                role=Role[record.request.role.upper()],
                operation=operation,
            )
            try:
                async with asyncio.timeout(command.deadline):
                    return await command.run(own, thaw(record.request.arguments))
            except OperationCancelled:
                return self._cancelled(record)

        finished = asyncio.Event()
        showing = asyncio.create_task(self._show(record, note, finished))
        try:
            answered = await self.contain(invocation, record.request.command, work)
        except asyncio.CancelledError:
            self._end(record, State.INTERRUPTED, {}, "Its process was stopped while it ran.")
            showing.cancel()
            raise
        reply = answered.reply
        finished.set()
        # A progress update must not come after the result.
        await asyncio.wait((showing,), timeout=LAST_UPDATE_WITHIN)
        showing.cancel()
        stored = {
            "text": self.redactor.text(reply.text),
            "blocks": self.redactor.json(reply.blocks),
            "exit_code": reply.exit_code,
            "answered": not answered.detail,  # by the command itself, and not by an error
        }
        self._end(record, _state(reply), stored, answered.detail or reply.text)
        return reply

    def tell(self, record: OperationRecord) -> None:
        """Tell the channel now; where that fails it is told at the next look."""
        if self.announcer is None:
            return
        try:
            self.announcer.tell(record, self.catalogue, self.clock())
        except OpsError as error:
            log.error("%s could not be announced yet: %s", record.id, error)
        except UNREADABLE:
            if record.id not in self.undrawable:  # said once, though it is tried at each look
                self.undrawable.add(record.id)
                log.exception("%s cannot be announced", record.id)

    def completed(self, record: OperationRecord) -> bool:
        """Write the audit entries that a crash left out after the journal's own.

        False while the process that changed the record may be about to write them.
        """
        wanted = [State.REQUESTED.value]
        wanted += ["started"] if record.started_at is not None else []
        wanted += [record.state.value] if record.state.final else []
        known = self.store.audit.outcomes(record.id, record.requested_at - CLOCKS_DIFFER)
        missing = [outcome for outcome in wanted if outcome not in known]
        changed = record.ended_at or record.started_at or record.requested_at
        if missing and self.clock() - changed < WRITTEN_WITHIN:
            return False
        for outcome in missing:
            self.audit(record, outcome, "Written late: the bot was stopped before it could.")
        return not missing  # at the next look, once they are seen in the log

    def audit(self, record: OperationRecord, outcome: str, detail: str) -> None:
        """An entry of the operation's own: its reference is the operation's id."""
        request = record.request
        began, ended = record.started_at or record.requested_at, record.ended_at or self.clock()
        by = f" Decided by {record.decider_name}." if record.decider_name else ""
        glass = f"GLASS BROKEN ({record.glass}). " if record.glass else ""
        why = f" Reason: {request.reason}" if request.reason else ""
        entry = AuditEntry(
            at=datetime.now(UTC),
            reference=record.id,
            person_id=request.person_id,
            person_name=request.person_name,
            surface=request.surface,
            channel=request.channel,
            command=request.command,
            arguments=clip(self.redactor.text(html.unescape(request.line)), 1_000),
            role=request.role,
            outcome=outcome,
            detail=self.redactor.text(clip(f"{glass}{undated(detail)}{by}{why}", 1_000)),
            duration_ms=max(0, round((ended - began).total_seconds() * 1000)),
        )
        try:
            self.store.audit.append(entry)
        except OpsError as error:
            log.error("%s: not written to the audit log: %s", record.id, error)
        self.audited(entry)

    def write_ends(self) -> None:
        """Try again to record the ends that the store did not take."""
        for end in tuple(self.unwritten.values()):
            self._end(end.record, end.state, end.result, end.detail)

    def _end(
        self, record: OperationRecord, state: State, result: dict[str, Any], detail: str
    ) -> None:
        try:
            ours = self.store.operations.end(record.id, state, self.clock(), record.owner, result)
        except OpsError as error:
            # It stays `running` until it can be written, or until this process has ended.
            self.unwritten[record.id] = End(record, state, result, detail)
            log.error("%s: its end (%s) could not be recorded: %s", record.id, state, error)
            return
        self.unwritten.pop(record.id, None)
        ended = self.store.operations.get(record.id)
        if not ours or ended is None:
            log.error("%s had an end already; now %s", record.id, state)
            return
        self.audit(ended, state.value, detail)
        self.tell(ended)

    def _cancelled(self, record: OperationRecord) -> Reply:
        now = self.store.operations.get(record.id) or record
        steps = self.store.operations.steps(record.id)
        so_far = "before its first step"
        if steps:
            word = "after" if steps[-1].finished_at is not None else "during"
            so_far = f"{word} “{escape(steps[-1].name)}”"
        text = (
            f":no_entry_sign: Cancelled by {canceller(now)} {so_far}: "
            f"{code(record.request.command)} on {escape(record.request.target)}."
        )
        return Reply(text, [section(f"*{text}*")], outcome=State.CANCELLED.value, exit_code=1)

    async def _show(self, record: OperationRecord, note: Note, finished: asyncio.Event) -> None:
        while self.announcer is not None:
            try:
                async with asyncio.timeout(UPDATE_EVERY):
                    await finished.wait()
                return
            except TimeoutError:
                pass
            try:
                now = self.store.operations.get(record.id)
                if now is None or now.state is not State.RUNNING:
                    return
                await self.announcer.progress(now, self.catalogue, self.clock(), note.text)
            except OpsError as error:
                log.info("the progress of %s could not be read: %s", record.id, error)

    def _ended(self, task: asyncio.Task[Reply]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("an operation's task failed: %r", error, exc_info=error)


def invocation_of(record: OperationRecord) -> Invocation:
    """The requester's invocation, as it was asked."""
    request = record.request
    return Invocation(
        record.id,
        Person(request.person_id, request.person_name),
        Surface(request.surface),
        request.line,
        request.channel,
        request.thread_ts,
    )


def _state(reply: Reply) -> State:
    if reply.outcome in (State.SUCCEEDED, State.CANCELLED):
        return State(reply.outcome)
    return State.FAILED


async def _silent(_text: str) -> None:
    return
