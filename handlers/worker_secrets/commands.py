"""`/pitchey secrets list` and `secrets rotate`."""

from __future__ import annotations

from bot.arguments import known_environment
from bot.clients.cloudflare_secrets import check_name
from bot.command import Argument, Arguments, Choice, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.command import Surface as Where
from bot.errors import BadInput, OpsError
from bot.settings import Environment
from handlers.worker_secrets.operations import listed, made_up, rotate
from handlers.worker_secrets.planning import (
    approved_split,
    given_at_terminal,
    looked,
    needs_value,
    ticket_of,
)
from handlers.worker_secrets.views import asked_reply, changed, listed_reply, rotated_reply

_GUIDE = "Security; Emergency Procedures"
_ENVIRONMENT = Argument(
    "environment", "which deployment of the platform", flag=True, example="staging"
)


async def list_secrets(context: Context, arguments: Arguments) -> Reply:
    """Names with their age; nobody can read a value, not even Cloudflare's dashboard."""
    environment = _environment(context, arguments, "secrets list")
    await context.progress.say("Asking Cloudflare which secrets there are")
    found = await listed(context, environment)
    default = environment.name == context.settings.default_environment
    return listed_reply(found, default=default, public=bool(arguments.get("public")))


async def offered(context: Context, arguments: Arguments) -> list[Choice]:
    """The Worker's secrets, the one that was changed longest ago first."""
    environment = _environment(context, arguments, "secrets rotate")
    found = await listed(context, environment)
    return [Choice(each.name, f"Rotate {each.name}", changed(each, found)) for each in found.listed]


async def plan(context: Context, arguments: Arguments) -> Plan:
    """What a new value does at once; without one, the person is asked for it."""
    name = arguments["name"]
    check_name(name)
    environment = _environment(context, arguments, f"secrets rotate {name}")
    if arguments.get("generate") and arguments.get("handed"):
        raise BadInput("A value was entered, and one was to be made up.", "Choose one of them.")
    found = await looked(context, environment, name, new=bool(arguments.get("new")))
    if needs_value(context, arguments):
        if context.invocation.surface is not Where.TERMINAL:
            return Plan(found.target, "asks for the new value.", risk=Risk.READS)
        await given_at_terminal(context, environment, arguments, found.risk)
    where = "made up by the bot, seen by nobody" if arguments.get("generate") else "as entered"
    return Plan(
        target=found.target,
        effect=(
            f"sets {name} of {environment.name} to a new value, {where}, and deploys that at "
            "once to every request."
        ),
        lines=found.lines,
        state=found.state,
        risk=found.risk,
    )


async def run(context: Context, arguments: Arguments) -> Reply:
    """Take the value out of memory and set it; without an operation, ask for one."""
    name = arguments["name"]
    environment = context.settings.environment(arguments.get("environment"))
    default = environment.name == context.settings.default_environment
    operation = context.operation
    if operation is None:
        gone = bool(arguments.get("handed"))
        return asked_reply(name, environment.name, default=default, gone=gone)
    expected = approved_split(context)
    generated = bool(arguments.get("generate"))
    handover = context.runtime.handover
    if generated:
        value = handover.take(handover.keep(made_up()))
    else:
        ticket = ticket_of(context, environment, arguments)
        value = handover.take(ticket, context.invocation.person.id)
    try:
        if not value.strip():
            raise OpsError("The value is empty. Nothing was changed.", permanent=True)
        found = await rotate(
            context,
            environment,
            name,
            value,
            expected=expected,
            generated=generated,
            operation=operation.id,
        )
    finally:
        handover.done(value)
    return rotated_reply(found, default=default)


def _environment(context: Context, arguments: Arguments, line: str) -> Environment:
    name = arguments.get("environment")
    known_environment(context.settings, name, line)
    return context.settings.environment(name)


LIST = Command(
    name="secrets list",
    aliases=("secrets",),
    summary="The secrets of the Worker by name, with their age. Values cannot be read.",
    run=list_secrets,
    role=Role.RESPONDER,
    arguments=(
        _ENVIRONMENT,
        Argument("public", "show the answer to everybody in the channel", Kind.FLAG),
    ),
    examples=("secrets list", "secrets list --environment staging"),
    details=(
        "Cloudflare tells names, never values and not when each was set. The age is known for "
        "what this bot set itself; otherwise the list says since when at least no secret was "
        "changed, or that somebody set one and nobody knows which."
    ),
    guide=_GUIDE,
)

ROTATE = Command(
    name="secrets rotate",
    summary="Give a secret of the Worker a new value. It deploys at once.",
    run=run,
    plan=plan,
    role=Role.OPERATOR,
    risk=Risk.DANGEROUS,
    arguments=(
        Argument(
            "name",
            "the secret, as the Worker knows it",
            required=True,
            example="JWT_SECRET",
            offered=offered,
        ),
        _ENVIRONMENT,
        Argument("generate", "the bot makes up a value that nobody sees", Kind.FLAG),
        Argument("new", "the Worker has no secret of that name yet", Kind.FLAG),
        Argument(
            "handed",
            "ticket of a value that was entered; the form fills it in",
            flag=True,
            ticket=True,
        ),
    ),
    examples=(
        "secrets rotate JWT_SECRET",
        'secrets rotate JWT_SECRET --generate --reason "laptop lost"',
        "secrets rotate DATABASE_URL --environment staging",
    ),
    details=(
        "In Slack a window asks for the value; at a terminal it is typed without being shown, or "
        "read from standard input. It is kept in the memory of one process until it is used, at "
        "most 45 minutes, and stands in no message, journal, log or argument. Setting it makes a "
        "new version of the same code and deploys it to every request, and a rollback to an older "
        "version brings the old value back. Afterwards the platform is tested; where it is worse "
        "than before, the way back is offered."
    ),
    guide=_GUIDE,
    deadline=180.0,
    cancellable=False,
)
