"""Commands that move an incident on: status, severity, roles, updates, tasks, links."""

from __future__ import annotations

from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Role
from bot.errors import BadInput
from bot.store.incidents_rows import SEVERITIES, IncidentRole, Status
from handlers.incidents import lifecycle, roles, working
from handlers.incidents.arguments import INCIDENT, NAMED, SEVERITY_WORDS
from handlers.incidents.finding import wanted
from handlers.incidents.list_views import tasks_reply


async def status(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    note = arguments.get("note") or ""
    return lifecycle.set_status(context, record, Status(arguments["status"]), note)


async def severity(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    why = arguments.get("why") or ""
    return lifecycle.set_severity(context, record, arguments["severity"], why)


async def began(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    return lifecycle.set_began(context, record, arguments["when"])


async def acknowledge(context: Context, arguments: Arguments) -> Reply:
    return lifecycle.acknowledge(context, wanted(context, arguments.get("incident")))


async def take(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    role = IncidentRole(arguments["role"])
    return await roles.take(context, record, role, replace=arguments["replace"])


async def join(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    return await roles.take(context, record, IncidentRole.RESPONDER, replace=False)


async def hand_over(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    role = IncidentRole(arguments["role"])
    return await roles.hand_over(context, record, role, arguments["person"])


async def leave(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    return roles.leave(context, record, IncidentRole(arguments["role"]))


async def update(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    text, wait = arguments["text"], arguments.get("next")
    return lifecycle.post_update(context, record, text, wait, outside=arguments["stakeholders"])


async def task(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    owner = arguments.get("owner") or ""
    return await working.add_task(context, record, arguments["text"], owner, arguments.get("due"))


async def tasks(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    found = context.store.incident_work.tasks(record.id)
    return tasks_reply(record, found, context.runtime.now())


async def done(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    return working.finish_task(context, record, arguments["task"])


async def link(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    label = arguments.get("label") or ""
    if len(label) > 200:
        raise BadInput("That label is too long.", "At most 200 characters.")
    return working.link(context, record, arguments["what"], label)


_ROLES = tuple(role.value for role in IncidentRole)
_ROLE = Argument("role", "which role", Kind.CHOICE, _ROLES, default="commander", example="scribe")
COMMANDS = (
    Command(
        name="incident status",
        summary="Say how an incident stands, or open it again.",
        run=status,
        role=Role.RESPONDER,
        arguments=(
            Argument(
                "status", "how it stands", Kind.CHOICE, tuple(each.value for each in Status),
                required=True, example="mitigating",
            ),
            INCIDENT,
            Argument("note", "what is known now", flag=True, example="the pool was full"),
        ),
        examples=("incident status identified", "incident status resolved INC-12"),
        aliases=("incident resolve", "incident close", "incident reopen"),
    ),
    Command(
        name="incident severity",
        summary="Change how grave an incident is.",
        run=severity,
        role=Role.RESPONDER,
        arguments=(
            Argument(
                "severity", "how grave", Kind.CHOICE, SEVERITIES, required=True, example="SEV1",
                synonyms=SEVERITY_WORDS,
            ),
            INCIDENT,
            Argument("why", "why", flag=True, example="payments fail too"),
        ),
        examples=("incident severity SEV1",),
    ),
    Command(
        name="incident began",
        summary="Say when the trouble began; durations count from then.",
        run=began,
        role=Role.RESPONDER,
        arguments=(
            Argument("when", "the time, in quotes with a date", required=True, example="02:14"),
            INCIDENT,
        ),
        examples=("incident began 02:14", 'incident began "2026-11-23 02:14 UTC" INC-12'),
    ),
    Command(
        name="incident acknowledge",
        summary="You are on it: nobody more is called.",
        run=acknowledge,
        role=Role.RESPONDER,
        arguments=(INCIDENT,),
        examples=("incident acknowledge INC-12",),
    ),
    Command(
        name="incident take",
        summary="Take a role: commander, communications, scribe, responder.",
        run=take,
        role=Role.RESPONDER,
        arguments=(
            _ROLE,
            INCIDENT,
            Argument("replace", "take it over from whoever has it", Kind.FLAG),
        ),
        examples=("incident take commander", "incident take scribe INC-12"),
    ),
    Command(
        name="incident join",
        summary="Work on an incident: you are asked into its channel.",
        run=join,
        role=Role.RESPONDER,
        arguments=(INCIDENT,),
        examples=("incident join INC-12",),
    ),
    Command(
        name="incident handover",
        summary="Give a role to somebody, with what they need to know.",
        run=hand_over,
        role=Role.RESPONDER,
        arguments=(
            Argument("person", "who takes it", Kind.PERSON, required=True, example="@ben"),
            _ROLE,
            INCIDENT,
        ),
        examples=("incident handover U02ABC3DE", "incident handover U02ABC3DE scribe"),
    ),
    Command(
        name="incident leave",
        summary="Give up your role; it is vacant then.",
        run=leave,
        role=Role.RESPONDER,
        arguments=(_ROLE, INCIDENT),
        examples=("incident leave scribe",),
    ),
    Command(
        name="incident update",
        summary="Tell what people should know; the clock of the next update begins anew.",
        run=update,
        role=Role.RESPONDER,
        form="incident_update",
        arguments=(
            Argument("text", "in plain words", required=True, rest=True, example="We found it"),
            Argument("next", "when the next one comes", Kind.DURATION, flag=True, example="30m"),
            Argument("stakeholders", "tell the channel for people outside too", Kind.FLAG),
            NAMED,
        ),
        examples=('incident update "Checkout works again; we watch it" --next 30m',),
    ),
    Command(
        name="incident task",
        summary="Give somebody something to do in an incident.",
        run=task,
        role=Role.RESPONDER,
        form="incident_task",
        arguments=(
            Argument("text", "what to do", required=True, rest=True, example="Page Neon support"),
            Argument("owner", "who does it; you unless given", Kind.PERSON, flag=True,
                     example="@ben"),
            Argument("due", "in what time", Kind.DURATION, flag=True, example="30m"),
            NAMED,
        ),
        examples=('incident task "Page Neon support" --owner U02ABC3DE --due 30m',),
    ),
    Command(
        name="incident tasks",
        summary="The tasks of an incident, open ones first.",
        run=tasks,
        arguments=(INCIDENT,),
        examples=("incident tasks",),
    ),
    Command(
        name="incident done",
        summary="A task is done.",
        run=done,
        role=Role.RESPONDER,
        arguments=(
            Argument("task", "its number", Kind.INTEGER, required=True, example="2"),
            INCIDENT,
        ),
        examples=("incident done 2",),
    ),
    Command(
        name="incident link",
        summary="Say what it is about: a pull request, an alert, a deployment.",
        run=link,
        role=Role.RESPONDER,
        arguments=(
            Argument("what", "an address, an alert or a version", required=True,
                     example="https://github.com/pitchey/platform/pull/7"),
            Argument("label", "what to call it", flag=True, example="the fix"),
            NAMED,
        ),
        examples=("incident link https://github.com/pitchey/platform/pull/7",),
    ),
)  # fmt: skip
