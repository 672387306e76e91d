"""`/pitchey cache`, `cache ttl` and `cache warm`."""

from __future__ import annotations

from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Role
from handlers.cache.table import table
from handlers.cache.tiers import overview
from handlers.cache.views import overview_reply
from handlers.cache.views_table import table_reply, warmed_reply
from handlers.cache.warming import warm

GUIDE = "Performance Tuning, Caching Strategy"
_PUBLIC = Argument("public", "show it to everybody in the channel", Kind.FLAG)


async def show(context: Context, arguments: Arguments) -> Reply:
    return overview_reply(await overview(context.runtime), public=arguments["public"])


async def compare(context: Context, arguments: Arguments) -> Reply:
    await context.progress.say("Asking each route of the table")
    return table_reply(await table(context.runtime), public=arguments["public"])


async def heat(context: Context, _arguments: Arguments) -> Reply:
    return warmed_reply(await warm(context.runtime, context.progress))


CACHE = Command(
    name="cache",
    summary="How each tier of the cache does: what it holds and hits, memory, evictions, trend.",
    run=show,
    arguments=(_PUBLIC,),
    examples=("cache", "cache --public"),
    details=(
        "Edge, Redis, the platform's own statistics, KV, R2 and the Worker's memory. What a tier "
        "does not report is said so; nothing is guessed. Alert below 60 % of lookups that hit."
    ),
    guide="Cache Scaling",
)
TTL = Command(
    name="cache ttl",
    summary="The guide's TTL table against what each route's answer really says.",
    run=compare,
    arguments=(_PUBLIC,),
    examples=("cache ttl",),
    details=(
        "Asks each route of [cache.ttl] once, without a session, and compares Cache-Control, Age "
        "and cf-cache-status with the time that is wanted. Private answers that a shared cache "
        "may keep come first. For a pattern such as /api/user/* addresses are needed: name them "
        "in [cache] routes."
    ),
    guide=GUIDE,
)
WARM = Command(
    name="cache warm",
    summary="Ask for the pages that people need most, so that the caches hold them; measured.",
    run=heat,
    role=Role.RESPONDER,
    examples=("cache warm",),
    details=(
        "Asks for [cache] warm and for what the front page names, twice, four at a time, at most "
        "200 pages. The second round shows what the caches gained."
    ),
    guide=GUIDE,
    deadline=300.0,
)
