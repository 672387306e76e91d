"""What became of steps that run: ends of operations in the journal, and processes that ended."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot import parsing, words
from bot.command import Person
from bot.errors import BadInput, OpsError
from bot.frozen import command_line
from bot.mrkdwn import parse, plain_text
from bot.playbooks.checking import filled
from bot.playbooks.records import StepRecord, StepState
from bot.store.operation_rows import OperationRecord, State
from handlers.playbooks.attempts import Run, poll_once, settle, span_ms
from handlers.playbooks.standing import look
from handlers.playbooks.writing import after

if TYPE_CHECKING:
    from bot.events import Audited
    from bot.playbooks.progress import RunView
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
_LOOKED_THROUGH = 50  # newest operations among which one of a crash is looked for
_UNKNOWN = "Interrupted: the bot stopped, and the result is not known. Run it again."


async def heard(runtime: Runtime, event: Audited) -> None:
    """An operation changed its state: the steps that wait for it learn at once."""
    if event.entry.reference.startswith("OP-"):
        learn(runtime, event.entry.reference)


def learn(runtime: Runtime, operation: str = "") -> None:
    """Look at every step that runs; only those of that operation where one is named."""
    for run, record in runtime.store.playbook_runs.running():
        if operation and record.operation != operation:
            continue
        try:
            _learn(runtime, run, record)
        except OpsError as error:
            log.error("%s, step %s: %s", run, record.step, error)


def poll_due(runtime: Runtime) -> None:
    """Begin the looks that are due, beside everything else."""
    for run, record in runtime.store.playbook_runs.running():
        if record.poll_at is None or record.poll_at > runtime.now():
            continue
        try:
            seen = look(runtime, run)
        except OpsError as error:
            log.error("%s cannot be looked at: %s", run, error)
            continue
        if (started := _started(seen, record)) is not None:
            runtime.background(poll_once(runtime, started), f"poll of {run}")


def _learn(runtime: Runtime, run: str, record: StepRecord) -> None:
    if record.poll_at is not None:
        return
    if not record.operation:
        if not record.process or runtime.store.presence.alive(record.process):
            return
        _recover(runtime, run, record)
        return
    operation = runtime.store.operations.get(record.operation)
    if operation is None or not operation.state.final:
        return
    follower = runtime.store.operations.resumed_by(operation.id)
    if operation.state is State.INTERRUPTED and follower is not None:
        _link(runtime, run, record, follower.id)
        return
    seen = look(runtime, run)
    if (started := _started(seen, record)) is not None:
        _settled(runtime, started, operation)


def _settled(runtime: Runtime, started: Run, operation: OperationRecord) -> None:
    by = f" by {operation.decider_name}" if operation.decider_name else ""
    said = plain_text(parse(str((operation.result or {}).get("text") or "")))
    said = said.partition(": ")[2] if said.startswith(":") and ": " in said else said
    match operation.state:
        case State.SUCCEEDED:
            state, told = StepState.DONE, said or "It succeeded."
        case State.FAILED:
            state, told = StepState.FAILED, said or "It failed."
        case State.INTERRUPTED:
            state, told = StepState.FAILED, "Interrupted: resume the operation, or run it again."
        case State.CANCELLED if operation.started_at is not None:
            state, told = StepState.FAILED, said or "Cancelled on the way."
        case _:
            word = f": {operation.decision}" if operation.decision else "."
            state, told = StepState.OPEN, f"Not run, {operation.state.value}{by}{word}"
    took = span_ms(operation.started_at, operation.ended_at)
    result = f"{operation.id}: {told}"
    settle(runtime, started, state, result, took, at=operation.ended_at)


def _recover(runtime: Runtime, run: str, record: StepRecord) -> None:
    """Its process ended: the operation it had asked for is taken up, or the step is open again."""
    seen = look(runtime, run)
    started = _started(seen, record)
    if started is None:
        return
    wanted = _words(runtime, started.line)
    for operation in runtime.store.operations.newest(_LOOKED_THROUGH):
        request = operation.request
        if (
            record.started_at is not None
            and operation.requested_at >= record.started_at
            and request.line == wanted
            and request.person_id == record.actor_id
        ):
            _link(runtime, run, record, operation.id)
            return
    settle(runtime, started, StepState.OPEN, _UNKNOWN, None)


def _link(runtime: Runtime, run: str, record: StepRecord, operation: str) -> None:
    runtime.store.playbook_runs.move(
        run,
        record.step,
        (StepState.RUNNING,),
        {"operation": operation, "process": ""},
        None,
        attempt=record.attempt,
    )
    after(runtime, run)


def _started(seen: RunView, record: StepRecord) -> Run | None:
    """The attempt that goes on; None where a switched version has no such step any more."""
    step = seen.step(record.step)
    if step is None:
        return None
    defaults = {name: choice.default for name, choice in seen.playbook.choices.items()}
    line = filled(step.step.line, defaults | dict(seen.run.choices), seen.run.incident)
    person = Person(record.actor_id, record.actor_name)
    return Run(seen.run.id, step, record.attempt, line, person)


def _words(runtime: Runtime, line: str) -> str:
    """The line as the journal writes it."""
    try:
        found = parsing.parse(runtime.catalogue, words.split(line))
    except BadInput:
        return line
    if not isinstance(found, parsing.Parsed):
        return line
    return runtime.redactor.text(command_line(found.command, found.arguments))
