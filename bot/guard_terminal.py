"""Guarded commands asked for in a terminal: y or N there, or an approval in Slack waited for."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

from bot import approval_views, guard_answers, run_views
from bot.blocks import date
from bot.command import Arguments, Command, Context, Plan, Reply, Risk
from bot.desk import YES, ctrl_c
from bot.errors import BadInput, NotConfigured
from bot.guard_input import no_reason
from bot.moments import undated
from bot.rivals import rival_of
from bot.store.operation_rows import Decision, OperationRecord, State

if TYPE_CHECKING:
    from bot.guard import Guard

POLL_SECONDS = 0.25


class Desk(Protocol):
    """Who sits at the terminal."""

    async def agrees(self, question: Reply, stopped: asyncio.Event) -> bool | None:
        """Yes or no; None where nobody can be asked. No at once when `stopped` is set."""
        ...

    def tell(self, text: str) -> None:
        """One line, at once and always."""
        ...


async def handle(
    guard: Guard,
    context: Context,
    command: Command,
    arguments: Arguments,
    plan: Plan,
    resumes: str,
) -> Reply:
    """A change is confirmed here; what is dangerous waits for Slack, or breaks the glass."""
    if (holder := guard.holder(plan.target)) is not None:
        return guard_answers.busy(holder)
    person = context.invocation.person
    if (plan.risk or command.risk) is Risk.CHANGES:
        record = guard.add(context, command, arguments, plan, resumes)
        return await confirmed(
            guard, context, command, record, Decision(person.id, person.name), ours=True
        )
    if trouble := no_reason(command, arguments):
        raise BadInput(
            f"{trouble[:1].upper()}{trouble[1:]}",
            f'Add `--reason "…"`. It would change {plan.target}: {undated(plan.effect)}',
        )
    if arguments.get("break-glass"):
        right = guard.glass_right(person, context.role, context.invocation.surface)
        if not right:
            return guard_answers.no_glass(at_terminal=True)
        record = guard.add(context, command, arguments, plan, resumes)
        decision = Decision(person.id, person.name, glass=right)
        return await confirmed(guard, context, command, record, decision, ours=True)
    _slack_can_approve(guard, command)
    record = guard.add(context, command, arguments, plan, resumes)
    return await _wait(guard, context, command, record)


async def confirmed(
    guard: Guard,
    context: Context,
    command: Command,
    record: OperationRecord,
    decision: Decision,
    *,
    ours: bool,
) -> Reply:
    """Ask y or N here, then run it here. Where the request is `ours`, a no withdraws it."""
    question = approval_views.terminal_question(
        record,
        guard.word,
        guard.steps_before(record),
        decision.glass,
        rival_of(guard.store, record),
    )
    with ctrl_c() as stopped:
        agrees = await guard.desk.agrees(question, stopped) if guard.desk else None
        if not agrees:
            if ours:
                guard.close(record, State.CANCELLED, decision, "Not confirmed at the terminal.")
            if agrees is None:
                raise BadInput(_nobody(command, record, decision), _beforehand(decision))
            return guard_answers.not_run(record, stopped=stopped.is_set(), waits=not ours)
        if not await guard.unchanged(context, command, record):
            return guard_answers.changed(record)
    started = guard.started(record, decision)
    if isinstance(started, Reply):
        return started
    return await run_here(guard, context, started)


async def run_here(guard: Guard, context: Context, record: OperationRecord) -> Reply:
    """Run what was begun, and wait for it; Ctrl-C interrupts it and says how to go on."""
    with ctrl_c() as stopped:
        running = asyncio.create_task(guard.runner.run(context, record, context.progress))
        asked = asyncio.create_task(stopped.wait())
        try:
            await asyncio.wait((running, asked), return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return running.result()
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                return await running  # it ended in the same moment
        finally:
            running.cancel()
            asked.cancel()
            await asyncio.gather(running, asked, return_exceptions=True)
    ended = guard.store.operations.get(record.id) or record
    steps = guard.store.operations.steps(record.id)
    command = guard.catalogue.find(record.request.command)
    resumable = command is not None and command.resumable
    return guard_answers.stopped_here(ended, steps, resumable=resumable)


def _nobody(command: Command, record: OperationRecord, decision: Decision) -> str:
    does = "breaks the glass on" if decision.glass else "changes"
    return f"`{command.name}` {does} {record.request.target}, and nobody can be asked here."


def _beforehand(decision: Decision) -> str:
    alone = " Without `--break-glass` a second person approves it." if decision.glass else ""
    return f"Add `{YES}` to confirm it beforehand.{alone}"


def _slack_can_approve(guard: Guard, command: Command) -> None:
    alone = 'An admin at the terminal may add `--break-glass --reason "…"`.'
    if guard.settings.secrets.slack_bot_token is None:
        raise NotConfigured(
            f"`{command.name}` needs the approval of a second person, and Slack is not configured.",
            f"Set SLACK_BOT_TOKEN and start `pitchey run`. {alone}",
        )
    if not guard.store.presence.anyone("bot"):
        raise NotConfigured(
            f"`{command.name}` needs the approval of a second person in Slack, "
            "and the bot does not run on this store.",
            f"Start `pitchey run` here. {alone}",
        )


async def _wait(guard: Guard, context: Context, command: Command, record: OperationRecord) -> Reply:
    """Until somebody decided and it ended, or Ctrl-C; the bot's process runs it."""
    channel = guard.settings.slack.ops_channel
    ends = date(record.expires_at, "{time}")
    told = None
    with ctrl_c() as stopped:
        while not record.state.final:
            if record.state is State.REQUESTED:
                said = f"Waiting for approval of {record.id} in {channel} until {ends}"
            else:
                by = record.decider_name
                said = f"{record.id} was approved by {by} and runs"
            if record.state is not told and guard.desk is not None:
                guard.desk.tell(said)
                told = record.state
            if record.state is State.RUNNING:
                steps = guard.store.operations.steps(record.id)
                said += f": {steps[-1].name}" if steps else ""
            await context.progress.say(said)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), POLL_SECONDS)
            if stopped.is_set():
                return guard_answers.left(record, channel)
            guard.look()
            record = guard.store.operations.get(record.id) or record
    if record.started_at is None:
        return guard_answers.told(record, outcome=record.state.value)
    steps = guard.store.operations.steps(record.id)
    return run_views.final_reply(record, steps, command, guard.steps_before(record))
