"""`/pitchey deployments` and `workers restart`."""

from __future__ import annotations

from bot.arguments import UnknownWord, known_environment
from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import BadInput, OpsError
from bot.live import look
from bot.settings import Environment
from handlers.deployments.approved import approved_in, fingerprint, target_of
from handlers.deployments.change_views import restarted_reply
from handlers.deployments.reading import read
from handlers.deployments.restarting import restart
from handlers.deployments.views import listed_reply
from handlers.deployments.words import split_words

_GUIDE = "Deployment Procedures, Rollback; Emergency Procedures, Service Outage"
ENVIRONMENT = Argument("environment", "which deployment of the platform", flag=True)


async def deployments(context: Context, arguments: Arguments) -> Reply:
    """What is live, since when, and what one can go back to."""
    environment = _named(context, arguments.get("environment"))
    await context.progress.say("Asking Cloudflare what is live")
    found = await read(context.clients, environment, context.settings.maintenance.tag)
    default = environment.name == context.settings.default_environment
    return listed_reply(found, default=default, public=bool(arguments.get("public")))


def _named(context: Context, name: str | None) -> Environment:
    """Raises UnknownWord, with the lines that would work."""
    try:
        return context.settings.environment(name)
    except BadInput as error:
        lines = tuple(f"deployments {each}" for each in context.settings.environments)
        raise UnknownWord(error.message, error.hint, lines) from error


async def plan_restart(context: Context, arguments: Arguments) -> Plan:
    """The split that is deployed once more."""
    name = arguments.get("environment")
    known_environment(context.settings, name, "workers restart")
    environment = context.settings.environment(name)
    picture = await look(context.clients.cloudflare, environment, detailed=2)
    if not picture.split:
        raise OpsError(f"Nothing is deployed in {environment.name} yet.", permanent=True)
    return Plan(
        target=target_of(picture.script),
        effect=(
            f"deploys {split_words(picture, picture.split)} to {environment.name} once more: "
            "the same code in fresh instances."
        ),
        lines=(
            "connections and what the instances hold in memory are gone; Durable Objects start "
            "anew",
            "code, settings, secrets, database and cache stay as they are",
        ),
        state=fingerprint("", picture.split),
    )


async def run_restart(context: Context, arguments: Arguments) -> Reply:
    """Deploy the same split, then ask who answers."""
    if context.operation is None:
        raise OpsError("A restart runs as an operation only.", permanent=True)
    environment = context.settings.environment(arguments.get("environment"))
    approved = approved_in(context)
    found = await restart(context, environment, approved.expected)
    return restarted_reply(found)


DEPLOYMENTS = Command(
    name="deployments",
    aliases=(
        "deploys",
        "releases",
        "versions",
    ),
    summary="What is live since when and by whom, and what one can go back to.",
    run=deployments,
    arguments=(
        Argument("environment", "which deployment of the platform", example="staging"),
        Argument("public", "show the answer to everybody in the channel", Kind.FLAG),
    ),
    examples=("deployments", "deployments staging"),
    details=(
        "The split of the requests among versions, the versions before, and for each whether "
        "Cloudflare would take it back: not past a Durable Object migration, not with a bucket "
        "that is gone, and only with a word of yours where secrets have changed since. The last "
        "good one answered every request before, is other code than what is live, and was not "
        "taken back itself. The site's builds at Pages stand below."
    ),
    guide=_GUIDE,
)

RESTART = Command(
    name="workers restart",
    aliases=(
        "restart",
        "worker restart",
        "restart worker",
    ),
    summary="Deploy the same version once more, so that fresh instances answer.",
    run=run_restart,
    plan=plan_restart,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(ENVIRONMENT,),
    examples=("workers restart", "workers restart --environment staging"),
    details=(
        "A Worker has no process to restart: a new deployment of the same split is what makes "
        "Cloudflare start fresh instances. It helps where an instance holds on to a dead "
        "connection or a full memory, and changes nothing else."
    ),
    guide=_GUIDE,
    deadline=120.0,
    cancellable=False,
)
