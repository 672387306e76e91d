"""One attempt at a step's command: its looks, its result, and how that is written down."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import clip
from bot.command import Invocation, Person, Reply, Role, Surface
from bot.mrkdwn import parse, plain_text
from bot.payloads import reference
from bot.playbooks.checking import command_of
from bot.playbooks.progress import StepView
from bot.playbooks.records import StepState
from handlers.playbooks.cards import card_key
from handlers.playbooks.places import place_of
from handlers.playbooks.standing import look
from handlers.playbooks.writing import after, entry

if TYPE_CHECKING:
    from bot.runtime import Runtime

_EMOJI = re.compile(r"^:[a-z0-9_+-]+: *")
RESULT_MOST = 300  # characters


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at a step's command."""

    run: str
    step: StepView
    attempt: int
    line: str
    person: Person


async def poll_once(runtime: Runtime, started: Run) -> None:
    """One look of a step that polls: enough green ones in a row and it is done."""
    store, poll = runtime.store.playbook_runs, started.step.step.poll
    record = store.steps(started.run).get(started.step.step.id)
    if poll is None or record is None or record.poll_until is None:
        return
    running, name, now = (StepState.RUNNING,), started.step.step.id, runtime.now()
    claimed = {"poll_at": now + poll.every}
    if not store.move(started.run, name, running, claimed, None, attempt=started.attempt):
        return
    asked = Invocation(reference(), started.person, Surface.BUTTON, started.line)
    reply = await runtime.run(asked)
    green = record.poll_green + 1 if reply.outcome == "succeeded" and reply.exit_code == 0 else 0
    took = round((now - (record.started_at or now)).total_seconds() * 1000)
    if green >= poll.green:
        settle(runtime, started, StepState.DONE, said(reply), took)
    elif reply.outcome == "refused":
        settle(runtime, started, StepState.OPEN, said(reply), took)
    elif now >= record.poll_until:
        told = f"Not well for long enough within {poll.at_most}: {said(reply)}"
        settle(runtime, started, StepState.FAILED, told, took)
    else:
        told = f"{green} of {poll.green} in a row: {said(reply)}"
        fields = {"poll_green": green, "result": clip(told, RESULT_MOST)}
        store.move(started.run, name, running, fields, None, attempt=started.attempt)
        after(runtime, started.run)


def settle(
    runtime: Runtime,
    started: Run,
    state: StepState,
    result: str,
    duration_ms: int | None,
    *,
    at: datetime | None = None,
) -> bool:
    """Write down how the attempt ended; False where it has ended, or another one began."""
    step = started.step
    # What a command answered is evidence; what a person found is not in it.
    wants_words = step.step.note == "required"
    if state is StepState.DONE and wants_words and not step.record.note:
        state, result = StepState.OPEN, f"{result.rstrip('.')}. Now add what you found."
    now = at or runtime.now()
    result = clip(runtime.redactor.text(result), RESULT_MOST)
    fields = {
        "state": state,
        "at": now,
        "result": result,
        "duration_ms": duration_ms,
        "process": "",
        "poll_at": None,
    }
    word = {StepState.DONE: "done", StepState.FAILED: "failed"}.get(state, "open")
    told = f"{step.number} {step.step.title}, {word}. {result}"
    wrote = entry(runtime, started.person, "result", told, step.step.id)
    moved = runtime.store.playbook_runs.move(
        started.run, step.step.id, (StepState.RUNNING,), fields, wrote, attempt=started.attempt
    )
    if moved:
        after(runtime, started.run)
    return moved


async def read(runtime: Runtime, started: Run, invocation: Invocation) -> None:
    began = time.monotonic()
    reply = await runtime.run(invocation)
    took = round((time.monotonic() - began) * 1000)
    if settle(runtime, started, state_of(started, reply), said(reply), took):
        _attach(runtime, started, reply)


def _attach(runtime: Runtime, started: Run, reply: Reply) -> None:
    """The whole answer, in the thread of the card; only what everybody may ask for."""
    command = command_of(runtime.catalogue, started.line)
    if reply.private or command is None or command.role > Role.VIEWER:
        return
    seen, name = look(runtime, started.run), started.step.step.id
    where = place_of(runtime, seen.run)
    phase = next(
        (one for one in seen.phases if any(step.step.id == name for step in one.steps)), None
    )
    if where is None or phase is None or reply.outcome != "succeeded":
        return
    card = card_key(started.run, phase.phase.id)
    runtime.messages.post(
        where.channel,
        reply.text,
        reply.blocks,
        key=f"{card}:{name}:{started.attempt}",
        thread_ts=where.thread_ts,
        thread_of="" if where.thread_ts else card,
    )


def state_of(started: Run, reply: Reply) -> StepState:
    if reply.outcome == "succeeded":
        red = started.step.step.expect == "green" and reply.exit_code != 0
        return StepState.FAILED if red else StepState.DONE
    # Asked for in vain (refused, taken, not understood): the step is as it was.
    return StepState.FAILED if reply.outcome in ("failed", "timed out") else StepState.OPEN


def said(reply: Reply) -> str:
    """The first line of an answer as plain words."""
    return clip(_EMOJI.sub("", plain_text(parse(reply.text))), RESULT_MOST)


def span_ms(began: datetime | None, ended: datetime | None) -> int | None:
    """Milliseconds between the two; None where one is not known."""
    if began is None or ended is None:
        return None
    return max(0, (ended - began) // timedelta(milliseconds=1))
