"""The way of a command: parse → authorise → run → reply → audit; the one error boundary."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot import answers, choosing, parsing, words
from bot.access import NOT_LOOKED_UP, Access, Standing
from bot.blocks import clip
from bot.command import Catalogue, Command, Context, Invocation, Progress, Reply, Risk, Role
from bot.errors import BadInput, NotNow, OpsError
from bot.events import Audited, Events
from bot.guard import Guard
from bot.messages import Messages
from bot.patience import Nobody, Patience, Responder
from bot.private_words import Recorded
from bot.running import Note, invocation_of
from bot.runtime import Runtime
from bot.store import AuditEntry

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.observability import Observability
    from bot.redaction import Redactor
    from bot.settings import Settings
    from bot.store import Store
    from bot.store.operation_rows import OperationRecord

log = logging.getLogger(__name__)
RUNNING_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Handled:
    """What came of one invocation, before it is told and recorded."""

    reply: Reply
    command: str
    arguments: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """How telling the reply went; `failed` where what was asked for never arrived."""

    trouble: str = ""
    failed: bool = False


@dataclass(slots=True)
class Dispatcher:
    """Runs invocations. One per process; holds everything a command may use."""

    settings: Settings
    clients: Clients
    store: Store
    catalogue: Catalogue
    redactor: Redactor
    observability: Observability
    # A burst waits its turn, so that acknowledgements stay quick while work runs.
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(RUNNING_AT_ONCE))
    # Keeps a reply that Slack does not take; None where there is no Slack.
    postpone: Callable[[Invocation, Reply], None] | None = None
    access: Access = field(init=False)
    guard: Guard = field(init=False)
    recorded: Recorded = field(init=False)
    runtime: Runtime = field(init=False)

    def __post_init__(self) -> None:
        self.access = Access(self.settings)
        self.recorded = Recorded(self.catalogue)
        listeners = [each for feature in self.catalogue.features for each in feature.listeners]
        self.runtime = Runtime(
            self.settings,
            self.clients,
            self.store,
            self.catalogue,
            self.redactor,
            self.observability,
            Messages(self.store, self.redactor, self.settings.slack.ops_channel),
            Events(tuple(listeners)),
            run=self._unseen,
        )
        self.guard = Guard(
            self.settings,
            self.store,
            self.catalogue,
            self.redactor,
            self._contained,
            lambda entry: self.runtime.publish(Audited(entry.at, entry)),
        )

    async def run(self, invocation: Invocation, responder: Responder) -> Reply:
        """The whole way of one invocation; answers the reply that was shown."""
        began = time.monotonic()
        standing = NOT_LOOKED_UP
        patience = Patience(responder, invocation, self.redactor.text)
        handled = Handled(answers.interrupted(invocation), "", invocation.text)
        try:
            async with self.turns:
                standing = await self.access.role(
                    invocation.person, invocation.surface, invocation.channel
                )
                handled = await self._handle(invocation, standing, patience)
        finally:
            # Also when cancelled by a shutdown: the person is told and the audit log knows.
            shown = self._redacted(handled.reply)
            told = Told("The bot was stopped before the answer was known to have arrived.")
            try:
                await patience.stop()
                told = await asyncio.shield(self._tell(responder, shown, invocation))
            finally:
                detail = f"{handled.detail or handled.reply.text} {told.trouble}".strip()
                if told.failed:
                    handled = replace(handled, reply=replace(handled.reply, outcome="failed"))
                seconds = time.monotonic() - began
                self._record(invocation, standing.role, replace(handled, detail=detail), seconds)
        return shown

    def context_of(self, record: OperationRecord) -> Context:
        """For an operation that another process entrusted to this one."""
        role = Role[record.request.role.upper()]
        return self._context(invocation_of(record), role, Note())

    def _context(self, invocation: Invocation, role: Role, progress: Progress) -> Context:
        return Context(
            settings=self.settings,
            clients=self.clients,
            store=self.store,
            catalogue=self.catalogue,
            invocation=invocation,
            progress=progress,
            role=role,
            access=self.access,
            guard=self.guard,
            runtime=self.runtime,
        )

    def record_interrupted(self, invocation: Invocation) -> None:
        """Write down a request that a crash cut off, under the reference it had."""
        detail = "The bot's process ended while it worked; the result is not known."
        handled = Handled(answers.interrupted(invocation), "", invocation.text, detail)
        self._record(invocation, None, handled, 0.0)

    async def _handle(
        self, invocation: Invocation, standing: Standing, patience: Patience
    ) -> Handled:
        unsaid: parsing.MissingArgument | None = None
        try:
            parsed = self._parse(invocation)
        except parsing.MissingArgument as missing:
            parsed, unsaid = parsing.Parsed(missing.command, missing.values), missing
        except BadInput as error:
            reply = answers.not_understood(invocation, error)
            return Handled(reply, "", invocation.text, error.message)
        if unsaid is not None and unsaid.argument.offered is None:
            reply = answers.not_understood(invocation, unsaid)
            return Handled(reply, "", invocation.text, unsaid.message)

        async def work() -> Reply:
            decision = await self.access.permit(
                parsed.command,
                parsed.arguments,
                standing,
                invocation.surface,
                invocation.channel,
            )
            role = standing.role
            if not decision.allowed or role is None:
                return answers.refused(invocation, decision)
            context = replace(self._context(invocation, role, patience), line=patience.line)
            if unsaid is not None:
                found = await choosing.choices(context, unsaid)
                if not found:
                    raise unsaid
                return choosing.choice_reply(unsaid, found)
            return await self._execute(parsed, context)

        return await self._contained(invocation, parsed.command.name, work)

    async def _contained(
        self, invocation: Invocation, name: str, work: Callable[[], Awaitable[Reply]]
    ) -> Handled:
        """The error boundary: whatever goes wrong in `work` becomes an answer in words."""
        arguments = invocation.text
        try:
            return Handled(await work(), name, arguments)
        except BadInput as error:
            return Handled(
                answers.not_understood(invocation, error), name, arguments, error.message
            )
        except NotNow as error:
            return Handled(answers.not_now(invocation, error), name, arguments, error.message)
        except TimeoutError:
            late = OpsError(
                f"`{name}` took too long and was stopped.",
                "Try again, or one part of it at a time.",
            )
            reply = answers.failed(invocation, late, outcome="timed out")
            return Handled(reply, name, arguments, late.message)
        except OpsError as error:
            # At a terminal the answer stands right there; the log would say it twice.
            level = logging.INFO if invocation.at_terminal else logging.WARNING
            log.log(level, "%s: %s failed: %s", invocation.reference, name, error)
            return Handled(answers.failed(invocation, error), name, arguments, str(error))
        except Exception as error:
            log.exception("%s: %s failed unexpectedly", invocation.reference, name)
            told = OpsError(
                f"Something in the bot itself failed during `{name or invocation.text[:40]}`.",
                "Nothing more was done. Tell the bot's owner the reference below.",
            )
            return Handled(answers.failed(invocation, told), name, arguments, repr(error))

    def _parse(self, invocation: Invocation) -> parsing.Parsed:
        split = words.split(invocation.text)
        parsed = parsing.parse(self.catalogue, split or [answers.MENU])
        if isinstance(parsed, parsing.HelpWanted):
            wanted = parsed.command.name
            parsed = parsing.Parsed(self._named("help"), {"command": wanted})
        return parsed

    def _named(self, name: str) -> Command:
        command = self.catalogue.find(name)
        if command is None:
            raise BadInput(f"This bot was built without `{name}`.")
        return command

    async def _execute(self, parsed: parsing.Parsed, context: Context) -> Reply:
        if parsed.command.risk is not Risk.READS:
            return await self.guard.handle(context, parsed.command, parsed.arguments)
        async with asyncio.timeout(parsed.command.deadline):
            return await parsed.command.run(context, parsed.arguments)

    def _redacted(self, reply: Reply) -> Reply:
        return replace(
            reply, text=self.redactor.text(reply.text), blocks=self.redactor.json(reply.blocks)
        )

    async def _tell(self, responder: Responder, reply: Reply, invocation: Invocation) -> Told:
        """Show the reply; answers what the audit log must know where that did not work."""
        try:
            lost = await responder.send(reply)
        except OpsError as error:
            log.warning("%s: the reply was not delivered: %s", invocation.reference, error)
            try:
                if self.postpone is not None:
                    self.postpone(invocation, reply)
                    return Told(
                        "Slack did not take the answer; it waits to be sent as a direct message."
                    )
            except OpsError as second:
                log.error("%s: nor could it be kept: %s", invocation.reference, second)
            self.observability.undelivered()
            return Told("The answer was not delivered.")
        return Told(lost, failed=True) if lost else Told()

    def _record(
        self, invocation: Invocation, role: Role | None, handled: Handled, seconds: float
    ) -> None:
        outcome = handled.reply.outcome
        self.observability.handled(
            handled.command or "unknown", invocation.surface.value, outcome, seconds
        )
        entry = AuditEntry(
            at=datetime.now(UTC),
            reference=invocation.reference,
            person_id=invocation.person.id,
            person_name=invocation.person.name,
            surface=invocation.surface.value,
            channel=invocation.channel,
            command=handled.command,
            arguments=clip(
                self.redactor.text(words.as_meant(self.recorded(handled.arguments))), 1_000
            ),
            role=role.word if role else "none",
            outcome=outcome,
            detail=clip(self.redactor.text(handled.detail or handled.reply.text), 1_000),
            duration_ms=round(seconds * 1000),
        )
        try:
            self.store.audit.append(entry)
        except OpsError as error:
            self.observability.unrecorded()
            log.error("%s: not written to the audit log: %s", invocation.reference, error)
        else:
            self.runtime.publish(Audited(entry.at, entry))

    async def _unseen(self, invocation: Invocation) -> Reply:
        return await self.run(invocation, Nobody())
