"""`/pitchey oncall`, `/pitchey oncall override` and `/pitchey contacts`."""

from __future__ import annotations

from bot.blocks import clip, code
from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Role
from bot.errors import BadInput
from handlers.oncall.operations import override as stand_in
from handlers.oncall.operations import read_contacts, read_oncall, understood
from handlers.oncall.views import contacts_reply, ended_reply, oncall_reply, override_reply

GUIDE = "Technical Escalation"


async def oncall(context: Context, _arguments: Arguments) -> Reply:
    return oncall_reply(await read_oncall(context.runtime))


async def override(context: Context, arguments: Arguments) -> Reply:
    """Let somebody answer on a level for a while."""
    level = arguments.get("level")
    how = f"{arguments['how']} level {level}" if level else arguments["how"]
    wanted = understood(how, _levels(context))
    by = context.invocation.person
    return override_reply(await stand_in(context.runtime, arguments["person"], wanted, by))


async def end(context: Context, arguments: Arguments) -> Reply:
    levels = _levels(context)
    level = (arguments.get("level") or (levels[0] if levels else "")).upper()
    if level not in levels:
        known = ", ".join(levels)
        raise BadInput(f"There is no level {code(clip(level, 40))}.", f"Levels are {known}.")
    runtime = context.runtime
    return ended_reply(level, runtime.store.oncall.end(level, runtime.now()))


async def contacts(context: Context, _arguments: Arguments) -> Reply:
    return contacts_reply(await read_contacts(context.runtime))


def _levels(context: Context) -> tuple[str, ...]:
    return tuple(each.level.upper() for each in context.settings.contacts.escalation)


ONCALL = Command(
    name="oncall",
    aliases=("on-call",),
    summary="Who is on call on each level, until when, and who is next.",
    run=oncall,
    examples=("oncall",),
    guide=GUIDE,
)
OVERRIDE = Command(
    name="oncall override",
    summary="Let somebody be on call for a while, in place of who the settings name.",
    run=override,
    arguments=(
        Argument("person", "who stands in", Kind.PERSON, required=True, example="<@U02ABC3DE>"),
        Argument(
            "how", "for how long, and on which level", required=True, rest=True,
            example="for 8h level L1",
        ),
        Argument("level", "which level, before the rest", flag=True, example="L2"),
    ),
    role=Role.RESPONDER,
    examples=(
        "oncall override <@U02ABC3DE> for 8h",
        "oncall override <@U02ABC3DE> in 2h for 1d level L2",
    ),
    details="The newest override wins. Without a level it is the first one.",
)  # fmt: skip
END = Command(
    name="oncall end",
    summary="End the overrides of a level: the settings count again.",
    run=end,
    arguments=(Argument("level", "which level", example="L1"),),
    role=Role.RESPONDER,
    examples=("oncall end L1",),
)
CONTACTS = Command(
    name="contacts",
    summary="The levels of escalation, and the providers' support with hours and link.",
    run=contacts,
    examples=("contacts",),
    guide="Service Providers",
)
