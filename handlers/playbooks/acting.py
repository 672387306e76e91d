"""What a person does to a run: start, step, choose, switch, stop. Each takes effect once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.blocks import clip
from bot.command import Person
from bot.errors import BadInput, OpsError
from bot.phrases import plural
from bot.playbooks.changes import changes
from bot.playbooks.clocks import alarms
from bot.playbooks.deciding import FROM, TO, Refusal, refusal
from bot.playbooks.reading import Source
from bot.playbooks.records import RunRecord, RunState, StepState
from handlers.playbooks.shelf import frozen, library
from handlers.playbooks.standing import look_at, step_of
from handlers.playbooks.writing import after, entry

if TYPE_CHECKING:
    from bot.playbooks.progress import RunView
    from bot.runtime import Runtime

NOTE_MOST = 500  # characters
FURTHEST_BACK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Acted:
    """The run after the act; `refused` where it had no effect, because somebody was quicker."""

    view: RunView
    step: str
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Begin:
    """How a run is started: `discovered` is how long ago it was discovered."""

    incident: str = ""
    channel: str = ""
    drill: bool = False
    discovered: timedelta = timedelta()


def start(runtime: Runtime, source: Source, person: Person, how: Begin) -> tuple[RunRecord, bool]:
    """Begin a run; False with the one that goes on there already. Raises BadInput."""
    now, playbook = runtime.now(), source.playbook
    if how.discovered > FURTHEST_BACK:
        raise BadInput(
            "`discovered` is more than 60 days ago.", "It says how long ago, such as `31h`."
        )
    wanted = RunRecord(
        id="",
        playbook=playbook.name,
        title=playbook.title,
        version=source.version,
        content=source.text,
        incident=how.incident,
        channel="" if how.incident else how.channel,
        drill=how.drill,
        state=RunState.ACTIVE,
        started_at=now,
        discovered_at=now - how.discovered,
        person_id=person.id,
        person_name=person.name,
    )
    word = "Drill" if how.drill else "Playbook"
    told = f"{word} {playbook.title} started, version {source.version}."
    run, fresh = runtime.store.playbook_runs.start(wanted, entry(runtime, person, "started", told))
    if fresh:
        runtime.store.playbook_clocks.set_alarms(run.id, alarms(run, playbook), now)
        after(runtime, run.id)
    return run, fresh


def act(
    runtime: Runtime,
    seen: RunView,
    named: str,
    what: str,
    person: Person,
    words: str = "",
    assignee: Person | None = None,
) -> Acted:
    """done, skip, fail, note, assign or undo; raises BadInput for what cannot be done."""
    step = step_of(seen, named)
    words = clip(runtime.redactor.text(words.strip()), NOTE_MOST)
    if (why := refusal(seen, step, what, words)) is not None:
        return _refused(seen, step.step.id, why)
    store, now = runtime.store.playbook_runs, runtime.now()
    title = f"{step.number} {step.step.title}"
    said = f": {words}" if words else "."
    match what:
        case "note":
            allowed: tuple[StepState, ...] = tuple(StepState)
            fields: dict[str, Any] = {"note": words}
            told = f"{title}, note{said}"
        case "assign":
            to = assignee or person
            allowed = (StepState.OPEN, StepState.FAILED, StepState.RUNNING)
            fields = {"assignee_id": to.id, "assignee_name": to.name, "assigned_at": now}
            told = f"{title} is taken by {to.name}."
        case _:
            allowed = FROM[what]
            if step.record.poll_at is not None and not step.record.operation:
                allowed = (*allowed, StepState.RUNNING)
            fields = {
                "state": TO[what],
                "actor_id": person.id,
                "actor_name": person.name,
                "at": now,
                "poll_at": None,
                "operation": "",
            }
            if words:
                fields["note"] = words
            elif what == "undo":
                fields["note"] = ""
            done = {"done": "done", "skip": "skipped", "fail": "failed", "undo": "open again"}
            # A comma: “credentials: word” reads like a secret, and would be hidden as one.
            told = f"{title}, {done[what]}{said}"
    wrote = entry(runtime, person, what, told, step.step.id)
    if what == "undo" and seen.run.state is RunState.FINISHED:
        if not store.reopen(seen.run.id):
            raise OpsError(f"{seen.run.id} cannot be opened again: the playbook runs there anew.")
        clocks = runtime.store.playbook_clocks
        clocks.set_alarms(seen.run.id, alarms(seen.run, seen.playbook), now)
    if not store.move(seen.run.id, step.step.id, allowed, fields, wrote):
        now_seen = look_at(runtime, store.get(seen.run.id))
        again = refusal(now_seen, step_of(now_seen, step.step.id), what, words)
        why = again or Refusal("Somebody else changed that step.", "Look again.", taken=True)
        return _refused(now_seen, step.step.id, why)
    after(runtime, seen.run.id)
    return Acted(look_at(runtime, store.get(seen.run.id)), step.step.id)


def choose(runtime: Runtime, seen: RunView, name: str, value: str, person: Person) -> bool:
    """Say what was found out, such as the cause; False where that was said before."""
    choice = seen.playbook.choices.get(name)
    if choice is None:
        known = ", ".join(seen.playbook.choices) or "it has none"
        raise BadInput(f"{seen.run.title} has no choice {name[:40]}.", f"Choices: {known}.")
    if value not in choice.choices:
        raise BadInput(
            f"{name} is never {value[:40]}.", f"It is one of {', '.join(choice.choices)}."
        )
    if seen.run.state is not RunState.ACTIVE:
        raise BadInput(f"{seen.run.id} is {seen.run.state.value}.")
    told = f"{choice.title}: {value}."
    chosen = runtime.store.playbook_runs.choose(
        seen.run.id, name, value, entry(runtime, person, "chosen", told)
    )
    if chosen:
        after(runtime, seen.run.id)
    return chosen


def switch(runtime: Runtime, run: RunRecord, person: Person) -> str:
    """Go on with the playbook of today; answers what that changes, in words. Raises BadInput."""
    source = library(runtime).find(run.playbook)
    if run.state is not RunState.ACTIVE:
        raise BadInput(f"{run.id} is {run.state.value}.")
    if source.version == run.version:
        raise BadInput(f"{run.id} has the present version already.")
    try:
        found = changes(frozen(run), source.playbook)
        what = f"{plural(found.count, 'step')} changed"
    except OpsError:
        what = "the earlier version cannot be read any more"
    told = f"Switched from version {run.version} to {source.version}: {what}."
    switched = runtime.store.playbook_runs.switch(
        run.id,
        run.version,
        (source.playbook.title, source.version, source.text),
        entry(runtime, person, "switched", told),
    )
    if not switched:
        raise BadInput(f"{run.id} was switched by somebody else.", "Look again.")
    now_is = replace(run, version=source.version, content=source.text)
    runtime.store.playbook_clocks.set_alarms(run.id, alarms(now_is, source.playbook), runtime.now())
    after(runtime, run.id)
    return what


def stop(runtime: Runtime, run: RunRecord, person: Person, why: str) -> bool:
    """End a run before its end; False where it has one."""
    told = f"{run.title} stopped: {clip(why, NOTE_MOST)}"
    stopped = runtime.store.playbook_runs.end(
        run.id, RunState.STOPPED, runtime.now(), entry(runtime, person, "stopped", told)
    )
    if stopped:
        after(runtime, run.id)
    return stopped


def _refused(seen: RunView, step: str, why: Refusal) -> Acted:
    if not why.taken:
        raise BadInput(why.message, why.hint)
    return Acted(seen, step, why)
