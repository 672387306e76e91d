"""`/pitchey incident actions` and `/pitchey incident action …`, with the form to add one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.blocks import mention
from bot.command import Argument, Arguments, Command, Context, Form, Kind, Reply, Role
from bot.errors import BadInput
from bot.frozen import quoted
from bot.store.incidents_rows import Actor
from bot.store.lessons_rows import ActionItem, ActionState, NewAction
from bot.words import clean
from handlers.lessons.actions import views
from handlers.lessons.actions.due import day_in, due_at
from handlers.lessons.finding import actor, may_see, seen_by, wanted
from handlers.lessons.words import ACTS

if TYPE_CHECKING:
    from bot.command import Block
    from bot.runtime import Runtime

Values = Mapping[str, str]
VERBS = ("add", "list", "done", "drop", "reopen", "plan")


async def actions(context: Context, arguments: Arguments) -> Reply:
    """Of one incident, or every open one; worst first."""
    return _listed(context, arguments.get("incident"))


def _listed(context: Context, incident: str | None) -> Reply:
    store, now = context.store, context.runtime.now()
    here = store.incidents.of_channel(context.invocation.channel, context.invocation.thread_ts)
    if incident or (here is not None and seen_by(context, here)):
        record = wanted(context, incident, "incident actions")
        return views.list_reply(store.lesson_actions.of(record.id), now, record)
    return views.list_reply(_visible(context, store.lesson_actions.open()), now)


def _visible(context: Context, found: Sequence[ActionItem]) -> tuple[ActionItem, ...]:
    """Those of incidents the person may know of, and their own."""
    records = {
        number: context.store.incidents.find(f"INC-{number}")
        for number in {each.incident for each in found}
    }
    me = context.invocation.person.id
    return tuple(
        each
        for each in found
        if each.owner_id == me
        or ((record := records[each.incident]) is not None and seen_by(context, record))
    )


async def action(context: Context, arguments: Arguments) -> Reply:
    """Add one, or change one that is there."""
    verb, rest = arguments["verb"], (arguments.get("text") or "").strip()
    match verb:
        case "list":
            return _listed(context, rest or arguments.get("incident"))
        case "add":
            return await _add(context, arguments, rest)
    name, _, note = rest.partition(" ")
    found = context.store.lesson_actions.get(name)
    if not _visible(context, (found,)):
        raise BadInput(f"There is no action item {name}.", "`/pitchey incident actions` lists.")
    if verb == "plan":
        return await _plan(context, arguments, found)
    return _ended(context, verb, found, note or arguments.get("note") or "")


async def _add(context: Context, arguments: Arguments, text: str) -> Reply:
    runtime = context.runtime
    record = wanted(context, arguments.get("incident"), "incident actions")
    if len(text) < 3:
        raise BadInput(
            "An action item needs words.",
            'Example: `incident action add "Raise the pool limit" --owner @ana --due 7d`.',
        )
    now, settings = runtime.now(), runtime.settings
    due = arguments.get("due") or day_in(settings.lessons.action_days, now, settings.team.timezone)
    owner = await _person(context, arguments.get("owner"))
    made = runtime.store.lesson_actions.add(
        NewAction(
            record.number, runtime.redactor.text(text[:300]), owner.id, owner.name,
            due_at(due, now, settings.team.timezone), act=arguments.get("act") or "",
        ),
        actor(context), now,
    )  # fmt: skip
    who = mention(owner.id, owner.name)
    told = f":white_check_mark: {made.id} is added to {record.id}, for {who}"
    return views.changed_reply(told, made, now)


async def _person(context: Context, person_id: str | None) -> Actor:
    """The owner by name; who asks where none is named."""
    if not person_id:
        return actor(context)
    directory = context.runtime.directory
    name = await directory.people.name(person_id) if directory is not None else person_id
    return Actor(person_id, name)


async def _plan(context: Context, arguments: Arguments, found: ActionItem) -> Reply:
    runtime, now = context.runtime, context.runtime.now()
    owner = Actor(found.owner_id, found.owner_name)
    if arguments.get("owner") or not owner.id:
        owner = await _person(context, arguments.get("owner"))
    due = found.due_at
    if arguments.get("due"):
        due = due_at(arguments["due"], now, runtime.settings.team.timezone)
    if not runtime.store.lesson_actions.plan(found.id, owner, due):
        raise BadInput(f"{found.id} is {found.state.value}.", "Open it again first: `reopen`.")
    return views.changed_reply(
        f":white_check_mark: {found.id} is planned", runtime.store.lesson_actions.get(found.id), now
    )


def _ended(context: Context, verb: str, found: ActionItem, note: str) -> Reply:
    store, runtime = context.store.lesson_actions, context.runtime
    now, said = runtime.now(), runtime.redactor.text(note.strip()[:500])
    if verb == "drop" and len(said) < 3:
        raise BadInput(
            "Dropping one needs a reason.", f"`incident action drop {found.id} not worth it, …`"
        )
    if verb == "reopen":
        done = store.reopen(found.id)
        words = "is open again" if done else "is open already"
    else:
        state = ActionState.DONE if verb == "done" else ActionState.DROPPED
        done = store.end(found.id, state, said, actor(context), now)
        current = store.get(found.id)
        words = f"is {state.value}" if done else f"was {current.state.value} already"
    sign = ":white_check_mark:" if done else ":information_source:"
    return views.changed_reply(f"{sign} {found.id} {words}", store.get(found.id), now)


def _modal(runtime: Runtime, about: Values) -> Block:
    store = runtime.store.incidents
    if about.get("incident"):
        record = store.find(about["incident"])
    else:
        record = store.of_channel(about.get("in_channel", ""))
    person, channel = about.get("person", ""), about.get("in_channel", "")
    if record is None or not may_see(runtime.store, record, person, None, channel):
        raise BadInput("No incident belongs here.", "Name one: `--incident INC-12`.")
    days, zone = runtime.settings.lessons.action_days, runtime.settings.team.timezone
    return views.action_modal(record, day_in(days, runtime.now(), zone))


def _line(values: Values, about: Values) -> str:
    line = f"incident action add {quoted(clean(values[views.TEXT]))}"
    # A flag after the rest of a line would be part of it: flags come first.
    flags = f" --due {values[views.DUE]}"
    if about.get("incident"):
        flags += f" --incident {about['incident']}"
    if values.get(views.OWNER):
        flags += f" --owner <@{values[views.OWNER]}>"
    if values.get(views.ACT):
        flags += f" --act {values[views.ACT]}"
    return line.replace("incident action", f"incident action{flags}", 1)


FORM = Form("incident_action", _modal, _line)
ACTIONS = Command(
    name="incident actions",
    summary="Action items of incidents: what has to change, by whom, until when; overdue first.",
    run=actions,
    arguments=(
        Argument("incident", "of one incident; otherwise of this channel's, or every open one",
                 example="INC-12"),
    ),
    examples=("incident actions", "incident actions INC-12"),
    details="Followed up every week until each is done, or dropped with a reason.",
)  # fmt: skip
ACTION = Command(
    name="incident action",
    summary="Add an action item, plan it, and say that it is done.",
    run=action,
    role=Role.RESPONDER,
    form="incident_action",
    arguments=(
        Argument("verb", "what to do", Kind.CHOICE, VERBS, default="list", example="add"),
        Argument("text", "what has to change; for the others the item's id, and a note",
                 rest=True, example="Raise the pool limit"),
        Argument("incident", "which incident; otherwise that of this channel", flag=True,
                 example="INC-12"),
        Argument("owner", "who does it; you unless given", Kind.PERSON, flag=True, example="@ana"),
        Argument("due", "until when: 7d, 2w or a date", flag=True, example="2026-12-01"),
        Argument("act", "which of the guide's lessons it is", Kind.CHOICE, tuple(ACTS), flag=True,
                 example="measures"),
        Argument("note", "what was done, or why it is dropped", flag=True),
    ),
    examples=(
        'incident action add --incident INC-12 --due 7d "Raise the pool limit"',
        "incident action done ACT-7",
        "incident action drop ACT-7 The service is switched off",
        "incident action plan --due 2w ACT-7",
    ),
    details=(
        "Every item has an owner and a due date. Playbook steps that were skipped or late are "
        "items as well, proposed by the report."
    ),
    guide="Security Incident Playbook, Lessons Learned",
)  # fmt: skip
