"""`/pitchey scale`: how much room is left, until when, and who would take over a region."""

from __future__ import annotations

from bot.arguments import known_environment
from bot.command import Argument, Arguments, Catalogue, Command, Context, Kind, Reply
from handlers.scaling.operations import capacity, plan_failover
from handlers.scaling.views import capacity_reply, failover_reply

_GUIDE = "Scaling Operations; Reporting, Monthly Review"
_MOST_WORDS = 3  # of a command's name


async def run(context: Context, arguments: Arguments) -> Reply:
    """Count everything against its limit."""
    environment = arguments.get("environment")
    known_environment(context.settings, environment, "scale")
    await context.progress.say("Counting what is used, and asking each region")
    found = await capacity(
        context.clients,
        context.settings,
        context.store,
        context.runtime.now(),
        environment,
        lambda line: _offered(context.catalogue, line),
    )
    return capacity_reply(found, public=bool(arguments.get("public")))


async def run_failover(context: Context, arguments: Arguments) -> Reply:
    """Nothing is changed."""
    found = await plan_failover(
        context.clients, context.settings, context.runtime.now(), arguments["region"]
    )
    return failover_reply(found)


def _offered(catalogue: Catalogue, line: str) -> bool:
    words = line.split()
    names = (" ".join(words[:count]) for count in range(_MOST_WORDS, 0, -1))
    return any(catalogue.find(name) is not None for name in names)


SCALE = Command(
    name="scale",
    summary="How much room is left on each limit, until when, and how the regions are.",
    run=run,
    arguments=(
        Argument("environment", "which deployment, as named in pitchey.toml", flag=True),
        Argument("public", "show the answer to everybody in the channel", kind=Kind.FLAG),
    ),
    examples=("scale", "scale --public"),
    details=(
        "Requests, CPU time, subrequests, Workers KV and R2 against the plan in `[scale]`; the "
        "database's connections and storage against its own limits. The day on which a limit is "
        "reached comes from the median trend of days (Theil and Sen), which single days cannot "
        "bend, and says how sure it is; from fewer than seven days it says nothing. Regions are "
        "asked for real, by the routing table in `[[scale.regions]]`."
    ),
    guide=_GUIDE,
    deadline=45.0,
)
FAILOVER = Command(
    name="scale failover",
    summary="Who would serve a region's countries if it failed: a dry run.",
    run=run_failover,
    arguments=(Argument("region", "a region of [[scale.regions]]", required=True, example="asia"),),
    examples=("scale failover asia",),
    details=(
        "Asks every region, and says which could take over, and how much slower that would be as "
        "seen from the bot. Nothing is changed: the routing lives in the Worker."
    ),
    guide=_GUIDE,
    deadline=30.0,
)
