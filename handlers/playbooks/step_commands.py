"""`/pitchey playbook step`: done, skip, fail, assign, note, run, undo."""

from __future__ import annotations

from bot.command import Argument, Arguments, Command, Context, Kind, Person, Reply, Role
from bot.playbooks.deciding import ACTS
from handlers.playbooks.acting import Acted, act
from handlers.playbooks.automation import run_step
from handlers.playbooks.standing import look_at, wanted
from handlers.playbooks.status_views import acted_reply, taken_reply


async def step(context: Context, arguments: Arguments) -> Reply:
    """One act on one step, as the person who pressed."""
    run = wanted(context, arguments["run"])
    seen = look_at(context.runtime, run)
    words = (arguments.get("note") or arguments.get("words") or "").strip()
    named, what = arguments["step"], arguments["act"]
    if what == "run":
        ran = await run_step(context, seen, named, words)
        return ran if isinstance(ran, Reply) else _reply(ran)
    return _reply(
        act(
            context.runtime,
            seen,
            named,
            what,
            context.invocation.person,
            words,
            await _assignee(context, arguments.get("person")),
        ),
        taken=what == "assign",
    )


def _reply(acted: Acted, *, taken: bool = False) -> Reply:
    if acted.refused is not None:
        return taken_reply(acted.view, acted.refused.message, acted.refused.hint)
    found = acted.view.step(acted.step)
    assert found is not None  # noqa: S101 it was acted on a moment ago
    return acted_reply(acted.view, found, taken=taken)


async def _assignee(context: Context, person: str | None) -> Person | None:
    """Whoever was named, with the name that people know; None for the one who asks."""
    if not person:
        return None
    directory = context.runtime.directory
    if directory is None:
        return Person(person, person)
    return Person(person, await directory.people.name(person) or person)


STEP = Command(
    "playbook step",
    "Act on one step of a playbook: done, skip, fail, assign, note, run or undo.",
    step,
    arguments=(
        Argument("run", "which run", required=True, example="RUN-7"),
        Argument("step", "its number or id", required=True, example="1.2"),
        Argument("act", "what to do", Kind.CHOICE, ACTS, required=True, example="done"),
        Argument("words", "a note, the evidence, or the reason to skip", rest=True),
        Argument("note", "the same, as a flag", flag=True, example="42 accounts"),
        Argument("person", "to whom it is assigned; you without it", Kind.PERSON, flag=True),
    ),
    role=Role.RESPONDER,
    examples=(
        "playbook step RUN-7 1.2 done",
        "playbook step RUN-7 1.3 skip no cache in this environment",
        "playbook step RUN-7 2.1 run",
    ),
    details=(
        "Two people who press at once have one effect; the other one is told. A step that runs a "
        "command runs it as you: with your role, and confirmed and approved as always."
    ),
    deadline=180.0,
)
