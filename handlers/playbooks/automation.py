"""A step that a command does: run as whoever pressed, its result and duration kept.

A command that changes something asks, is confirmed and approved as always; the step then waits
for the operation's end in the journal. In a drill nothing runs: the plan is the result.
"""

from __future__ import annotations

import time
from typing import Any

from bot import parsing, words
from bot.command import Command, Context, Invocation, Reply, Risk
from bot.errors import BadInput, OpsError
from bot.frozen import quoted
from bot.moments import undated
from bot.payloads import reference
from bot.playbooks.checking import filled
from bot.playbooks.deciding import FROM, refusal
from bot.playbooks.progress import RunView
from bot.playbooks.records import StepState
from handlers.playbooks.acting import Acted
from handlers.playbooks.attempts import Run, poll_once, read, said, settle, state_of
from handlers.playbooks.standing import look, step_of
from handlers.playbooks.writing import after, entry

ASKED_AT_ONCE = 8  # of a dispatcher's turns, so that steps never wait for each other
_asking: set[str] = set()


async def run_step(context: Context, seen: RunView, named: str, reason: str) -> Acted | Reply:
    """Start the step's command; the reply of a guarded command is the answer (its question)."""
    runtime, person = context.runtime, context.invocation.person
    step = step_of(seen, named)
    if (why := refusal(seen, step, "run", "")) is not None:
        if not why.taken:
            raise BadInput(why.message, why.hint)
        return Acted(seen, step.step.id, why)
    line = filled(step.step.line, _chosen(seen), seen.run.incident)
    command = _command(context, line)
    if command.role > context.role:
        raise BadInput(
            f"`{command.name}` needs the role *{command.role.word}*; yours is "
            f"*{context.role.word}*.",
            "Assign the step to somebody who has it.",
        )
    guarded = command.risk is not Risk.READS
    if guarded and len(_asking) >= ASKED_AT_ONCE:
        raise OpsError("Many steps are being started at this moment.", "Press Run again.")
    now = runtime.now()
    started = Run(seen.run.id, step, step.record.attempt + 1, line, person)
    poll = None if seen.run.drill else step.step.poll
    fields: dict[str, Any] = {
        "state": StepState.RUNNING,
        "actor_id": person.id,
        "actor_name": person.name,
        "at": now,
        "started_at": now,
        "attempt": started.attempt,
        "process": "" if poll else runtime.store.presence.sign_in("terminal"),
        "operation": "",
        "result": "",
        "duration_ms": None,
        "poll_at": now if poll else None,
        "poll_until": now + poll.at_most if poll else None,
        "poll_green": 0,
    }
    told = f"{step.number} {step.step.title}, `{line}` started."
    wrote = entry(runtime, person, "run", told, step.step.id)
    if not runtime.store.playbook_runs.move(
        seen.run.id, step.step.id, FROM["run"], fields, wrote, attempt=step.record.attempt
    ):
        again = look(runtime, seen.run.id)
        why = refusal(again, step_of(again, step.step.id), "run", "")
        if why is None:
            raise OpsError("Somebody else changed that step.", "Look again.")
        return Acted(again, step.step.id, why)
    after(runtime, seen.run.id)
    if seen.run.drill:
        await _rehearse(context, command, started)
    elif poll:
        if runtime.rooms is not None:
            runtime.background(poll_once(runtime, started), f"poll of {seen.run.id}")
    elif guarded:
        return await _ask(context, command, started, reason)
    elif runtime.rooms is not None:
        invocation = _invocation(started, context.invocation)
        runtime.background(read(runtime, started, invocation), f"step of {seen.run.id}")
    else:
        await read(runtime, started, _invocation(started, context.invocation))
    return Acted(look(runtime, seen.run.id), step.step.id)


async def _ask(context: Context, command: Command, started: Run, reason: str) -> Reply:
    """A guarded command: what it answers is its question, or in a terminal its result."""
    runtime, line = context.runtime, started.line
    if command.risk is Risk.DANGEROUS and "--reason" not in line:
        why = reason or f"{started.run} step {started.step.number}: {started.step.step.title}"
        line = f"{line} --reason={quoted(why)}"
    invocation = _invocation(started, context.invocation, line)
    _asking.add(invocation.reference)
    began = time.monotonic()
    try:
        reply = await runtime.run(invocation)
    finally:
        _asking.discard(invocation.reference)
    operation = str(reply.data.get("operation") or "") if isinstance(reply.data, dict) else ""
    if reply.outcome == "requested" and operation:
        runtime.store.playbook_runs.move(
            started.run,
            started.step.step.id,
            (StepState.RUNNING,),
            {"operation": operation, "process": ""},
            entry(
                runtime,
                started.person,
                "asked",
                f"{started.step.number} {started.step.step.title}, {operation} is asked for.",
                started.step.step.id,
            ),
            attempt=started.attempt,
        )
        after(runtime, started.run)
    else:
        took = round((time.monotonic() - began) * 1000)
        settle(runtime, started, state_of(started, reply), said(reply), took)
    return reply


async def _rehearse(context: Context, command: Command, started: Run) -> None:
    """A drill: say what would be done, and do nothing."""
    told = f"DRILL, nothing was run: `{started.line}` reads only."
    if command.risk is not Risk.READS:
        parsed = parsing.parse(context.catalogue, words.split(started.line))
        assert isinstance(parsed, parsing.Parsed)  # noqa: S101 parsed before, when it was looked up
        try:
            plan = await context.guard.plan(context, command, parsed.arguments)
            told = f"DRILL, nothing was run: {plan.target}: it {undated(plan.effect)}"
        except (OpsError, TimeoutError) as error:
            told = f"DRILL, nothing was run, and the plan failed: {error or 'it took too long'}"
    settle(context.runtime, started, StepState.DONE, told, None)


def _command(context: Context, line: str) -> Command:
    found = parsing.parse(context.catalogue, words.split(line))
    if not isinstance(found, parsing.Parsed):
        raise BadInput(f"`{line}` only asks for help.")
    return found.command


def _chosen(seen: RunView) -> dict[str, str]:
    defaults = {name: choice.default for name, choice in seen.playbook.choices.items()}
    return defaults | dict(seen.run.choices)


def _invocation(started: Run, asked: Invocation, line: str = "") -> Invocation:
    return Invocation(
        reference(),
        started.person,
        asked.surface,
        line or started.line,
        asked.channel,
        asked.thread_ts,
    )
