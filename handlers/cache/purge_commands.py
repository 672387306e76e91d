"""`/pitchey cache purge [url|prefix|tag|host|pattern|keys] values`, `cache purge everything`."""

from __future__ import annotations

from bot import purging
from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import OpsError
from bot.events import CachePurged
from handlers.cache.commands import GUIDE
from handlers.cache.views_purge import effect, lines, purged_reply


async def plan(context: Context, arguments: Arguments) -> Plan:
    """What would be hit; everything needs a second person."""
    await context.progress.say("Looking at what it hits")
    found = await _planned(context, arguments)
    zone = found.zone.name if found.zone else "Redis"
    whole = found.wanted.kind is purging.Kind.EVERYTHING
    return Plan(
        target=f"cache of {zone}",
        effect=effect(found, stale=arguments["stale"]),
        lines=lines(found),
        state=f"{found.state}|{arguments['stale']}",
        risk=Risk.DANGEROUS if whole else Risk.CHANGES,
    )


async def run(context: Context, arguments: Arguments) -> Reply:
    operation = context.operation
    if operation is None:
        raise OpsError("A purge runs as an operation only.", permanent=True)
    found = await _planned(context, arguments)
    done = await purging.purge(
        context.clients, context.settings, found, operation, context.progress.say,
        stale=arguments["stale"],
    )  # fmt: skip
    tiers = [*(["edge"] if done.edge else []), *(["redis"] if done.keys is not None else [])]
    values = sum(each.values for each in done.edge) + (done.keys or 0)
    context.runtime.publish(
        CachePurged(
            context.runtime.now(), context.settings.environment().name, found.wanted.kind.value,
            values, tuple(tiers), context.invocation.person.name,
        )
    )  # fmt: skip
    return purged_reply(done)


async def _planned(context: Context, arguments: Arguments) -> purging.PurgePlan:
    kind = purging.Kind(arguments["what"])
    text = arguments["values"] or ""
    return await purging.plan(context.clients, context.settings, kind, text)


PURGE = Command(
    name="cache purge",
    summary="Empty caches: addresses, prefixes, tags, hosts, patterns, Redis keys or everything.",
    run=run,
    plan=plan,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        Argument(
            "what",
            "an address or a pattern with *, or what to purge by; everything is all of it",
            Kind.CHOICE,
            choices=tuple(kind.value for kind in purging.Kind),
            required=True,
            example="url",
            alone=(purging.Kind.EVERYTHING.value,),
            synonyms=dict.fromkeys(("all", "*", "/*", "**", "/"), purging.Kind.EVERYTHING.value),
            implied=purging.kind_of,
        ),
        Argument(
            "values",
            "addresses or paths, prefixes, tags, hosts, or patterns with *",
            rest=True,
            example="/assets/index.js",
        ),
        Argument(
            "stale", "mark as stale in place of dropping: kinder after a deployment", Kind.FLAG
        ),
    ),
    examples=(
        "cache purge url /assets/index.js",
        "cache purge /assets/*",
        "cache purge keys pitches:*",
        'cache purge everything --reason "old prices are shown"',
    ),
    details=(
        "First you see what it hits. It goes in batches of what the zone's plan allows, waits "
        "where Cloudflare says so, and leaves nothing out; interrupted, it can be resumed. "
        "Afterwards pages are asked for again to see the effect. Patterns are of addresses "
        "(`/assets/*`, `*.js`), resolved against the known ones, or of Redis keys (`pitches:*`). "
        "Without a zone, as on workers.dev and pages.dev, Redis is the cache that can be purged. "
        "`everything`, or `all`, is dangerous: a second person approves it."
    ),
    aliases=("cdn purge", "cache clear", "cache flush", "purge cache", "clear cache", "purge"),
    guide=GUIDE,
    deadline=3_600.0,
    resumable=True,
)
