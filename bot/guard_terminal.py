"""Guarded commands asked for in a terminal: y or N there, or an approval in Slack waited for."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from bot import approval_views, guard_answers, run_views
from bot.blocks import code, date, escape, section
from bot.command import Arguments, Command, Context, Plan, Reply, Risk
from bot.errors import BadInput, NotConfigured
from bot.store.operation_rows import Decision, OperationRecord, State

if TYPE_CHECKING:
    from bot.guard import Guard

POLL_SECONDS = 0.25
WAITS_NO_MORE = 75  # exit code: the request stays open


class Desk(Protocol):
    """Who sits at the terminal."""

    async def agrees(self, question: Reply) -> bool | None:
        """Yes or no; None where nobody can be asked."""
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
    if (plan.risk or command.risk) is Risk.CHANGES:
        return await _change(guard, context, command, arguments, plan, resumes)
    from bot.guard import reason_of

    if not reason_of(arguments):
        raise BadInput(
            f"`{command.name}` needs a reason.",
            f'Add `--reason "…"`. It would change {plan.target}: {plan.effect}',
        )
    if arguments.get("break-glass"):
        asked = context.invocation
        right = guard.glass_right(asked.person, context.role, asked.surface)
        if not right:
            return guard_answers.no_glass()
        record = guard.add(context, command, arguments, plan, resumes)
        decision = Decision(asked.person.id, asked.person.name, glass=right)
        return await _run_here(guard, context, record, decision)
    _slack_can_approve(guard, command)
    record = guard.add(context, command, arguments, plan, resumes)
    return await _wait(guard, context, command, record)


async def _change(
    guard: Guard,
    context: Context,
    command: Command,
    arguments: Arguments,
    plan: Plan,
    resumes: str,
) -> Reply:
    record = guard.add(context, command, arguments, plan, resumes)
    minutes = guard.settings.guard.approval_minutes
    question = approval_views.question(record, guard.word, minutes)
    agrees = await guard.desk.agrees(question) if guard.desk else None
    person = context.invocation.person
    decision = Decision(person.id, person.name)
    if not agrees:
        guard.close(record, State.CANCELLED, decision, "Not confirmed.")
        if agrees is None:
            raise BadInput(
                f"`{command.name}` changes {plan.target}, and nobody can be asked here.",
                "Add `--yes` to confirm it beforehand.",
            )
        text = f":no_entry_sign: Not run: {escape(plan.target)} is as it was."
        return Reply(text, [section(text)], outcome=State.CANCELLED.value, exit_code=1)
    if not await guard.unchanged(context, command, record):
        return guard_answers.changed(record)
    return await _run_here(guard, context, record, decision)


async def _run_here(
    guard: Guard, context: Context, record: OperationRecord, decision: Decision
) -> Reply:
    started = guard.started(record, decision)
    if isinstance(started, Reply):
        return started
    return await guard.runner.run(context, started, context.progress)


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
    with _ctrl_c() as stopped:
        while not record.state.final:
            if record.state is State.REQUESTED:
                said = f"Waiting for approval of {record.id} in {channel} until {ends}"
            else:
                steps = guard.store.operations.steps(record.id)
                step = f": {steps[-1].name}" if steps else ""
                said = f"{record.id} was approved by {record.decider_name} and runs{step}"
            await context.progress.say(said)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), POLL_SECONDS)
            if stopped.is_set():
                return _left(record, channel)
            guard.look()
            record = guard.store.operations.get(record.id) or record
    if record.started_at is None:
        return guard_answers.told(record)
    steps = guard.store.operations.steps(record.id)
    return run_views.final_reply(record, steps, command)


def _left(record: OperationRecord, channel: str) -> Reply:
    text = (
        f":hourglass_flowing_sand: {code(record.id)} stays open in {channel} until "
        f"{date(record.expires_at, '{time}')}; this terminal no longer waits for it."
    )
    hint = f"See {code(f'pitchey operation {record.id}')}, or cancel it with `cancel` behind that."
    return Reply(
        text,
        [section(text), section(hint)],
        outcome="requested",
        exit_code=WAITS_NO_MORE,
        data=approval_views.summary(record),
    )


@contextlib.contextmanager
def _ctrl_c() -> Iterator[asyncio.Event]:
    """While inside, Ctrl-C sets the event and kills nothing."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGINT, stopped.set)
    except (NotImplementedError, RuntimeError, ValueError):
        yield stopped  # not the main thread, or no such signals here
        return
    try:
        yield stopped
    finally:
        loop.remove_signal_handler(signal.SIGINT)
