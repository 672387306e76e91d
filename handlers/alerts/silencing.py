"""`/pitchey alerts silence`, `maintenance`, `unsilence` and `silences`."""

from __future__ import annotations

from bot.blocks import date, mention
from bot.command import Argument, Arguments, Command, Context, Kind, Person, Reply, Role
from handlers.alerts import operations
from handlers.alerts.phrases import for_reason, pattern_of
from handlers.alerts.telling import tell
from handlers.alerts.views_lists import silence_line, silenced_reply, silences_reply

_EXAMPLES = ("alerts silence SLOW_RESPONSE for 2h new cache", "alerts maintenance for 1h migration")


async def silence(context: Context, arguments: Arguments) -> Reply:
    """Tell nobody about a rule for a while."""
    rules = context.settings.alerts.every_rule
    pattern = pattern_of(arguments["rule"], rules, ("CLOUDFLARE",))
    return await _silence(context, "silence", pattern, arguments, _EXAMPLES[0])


async def maintenance(context: Context, arguments: Arguments) -> Reply:
    """Tell nobody about anything while somebody works on it."""
    return await _silence(context, "maintenance", "*", arguments, _EXAMPLES[1])


async def unsilence(context: Context, arguments: Arguments) -> Reply:
    """End a silence or maintenance before its time."""
    runtime, person = context.runtime, context.invocation.person
    found = operations.find_silence(runtime, arguments["id"])
    ended = runtime.store.alert_rules.unsilence(found.id, person.name, runtime.now())
    if not ended:
        return Reply(f":bell: Silence {found.id} was over already.", data=found)
    who = mention(person.id, person.name)
    text = f":bell: Silence {found.id} was ended by {who}: its alerts are told."
    operations.tell_silence(runtime, found, text, "ended")
    await tell(runtime)
    return Reply(text, data=operations.find_silence(runtime, str(found.id)))


async def silences(context: Context, _arguments: Arguments) -> Reply:
    return silences_reply(operations.read_silences(context.runtime))


async def _silence(
    context: Context, kind: str, pattern: str, arguments: Arguments, example: str
) -> Reply:
    runtime, person = context.runtime, context.invocation.person
    environment = arguments.get("environment") or ""
    if environment:
        environment = context.settings.environment(environment).name
    wanted = for_reason(arguments["how"] or "", example)
    starts = runtime.now() + wanted.starting_in
    owner = await _owner(context, arguments.get("owner") or "")
    added = runtime.store.alert_rules.silence(
        kind, pattern, environment, starts, starts + wanted.lasting, owner, wanted.reason
    )
    by = "" if owner.id == person.id else f" (by {mention(person.id, person.name)})"
    text = f":mute: {silence_line(added)}{by}"
    operations.tell_silence(runtime, added, text, "began")
    await tell(runtime)
    note = (
        f"Alerts are still recorded, and told at {date(added.ends_at, '{time}')} if they fire "
        "then. Everybody sees this in the alerts channel."
    )
    return silenced_reply(added, note)


async def _owner(context: Context, person_id: str) -> Person:
    if not person_id:
        return context.invocation.person
    person = Person(person_id, person_id)
    directory = context.runtime.directory
    return person if directory is None else await directory.people.named(person)


ENVIRONMENT = Argument("environment", "this deployment alone", flag=True, example="production")
OWNER = Argument("owner", "who answers for it, if not you", Kind.PERSON, flag=True)
SILENCE = Command(
    name="alerts silence",
    aliases=("silence",),
    summary="Tell nobody about a rule for a while, with a reason; it ends by itself.",
    run=silence,
    arguments=(
        Argument("rule", "a rule, a pattern such as SLOW_*, or * for all", required=True,
                 example="SLOW_RESPONSE"),
        Argument("how", "for how long, and why", required=True, rest=True,
                 example="for 2h new cache"),
        ENVIRONMENT,
        OWNER,
    ),
    role=Role.OPERATOR,
    examples=(_EXAMPLES[0], "alerts silence --environment production * for 30m network work"),
    details=(
        "Flags come first. `in 30m for 2h …` begins later. At most 30 days. Alerts go on being "
        "recorded; what still fires at the end is told then."
    ),
)  # fmt: skip
MAINTENANCE = Command(
    name="alerts maintenance",
    summary="A maintenance window: nobody is told about anything until it ends.",
    run=maintenance,
    arguments=(
        Argument("how", "for how long, and why", required=True, rest=True,
                 example="for 1h migration"),
        ENVIRONMENT,
        OWNER,
    ),
    role=Role.OPERATOR,
    examples=(_EXAMPLES[1], "alerts maintenance in 30m for 2h database migration"),
)  # fmt: skip
UNSILENCE = Command(
    name="alerts unsilence",
    summary="End a silence or a maintenance window now.",
    run=unsilence,
    arguments=(Argument("id", "its number", required=True, example="3"),),
    role=Role.OPERATOR,
    examples=("alerts unsilence 3",),
)
SILENCES = Command(
    name="alerts silences",
    summary="What is silenced now and later, until when, by whom and why.",
    run=silences,
    examples=("alerts silences",),
)
