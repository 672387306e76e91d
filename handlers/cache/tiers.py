"""What each tier of the guide's cache holds and hits, as far as somebody tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clients.cache_stats import read_hit_percent
from bot.clients.cloudflare_zone import zone_of
from bot.clients.cloudflare_zone_cache import edge_use
from bot.clients.health_words import tidy
from bot.clients.platform import CACHE_STATS, not_offered
from bot.clients.upstash import CacheUse
from bot.errors import BadAnswer, NotConfigured, OpsError
from bot.judging.asking import Answers
from bot.phrases import plural
from handlers.cache.result import Overview, Tier, Trend

if TYPE_CHECKING:
    from bot.runtime import Runtime

_SECONDS = 15.0
_DAY = timedelta(hours=24)
_BARS = "▁▂▃▄▅▆▇█"
EDGE, REDIS, STATS = "Edge (Cloudflare)", "Redis (Upstash)", "Platform's own statistics"
KV, R2, MEMORY = "KV namespace", "R2 bucket", "Worker memory"
NOT_TOLD = "not reported"


async def overview(runtime: Runtime) -> Overview:
    """Every tier at once; a tier that fails does not keep the others."""
    environment = runtime.settings.environment()
    answers = Answers(runtime.clients.platform_for(environment), runtime.settings.checks.cache)
    found = await asyncio.gather(
        _kept(EDGE, _edge(runtime)),
        _kept(REDIS, _redis(runtime)),
        _kept(STATS, _statistics(answers)),
        _kept(KV, _namespace(answers)),
        _kept(R2, _bucket(runtime)),
    )
    memory = Tier(
        MEMORY,
        note="lives in each isolate and ends with it; no release of the platform tells of it",
    )
    edge = found[0][1]
    return Overview((*(tier for tier, _ in found), memory), _trend(runtime), edge)


async def _kept(name: str, asking: Awaitable[tuple[Tier, str]]) -> tuple[Tier, str]:
    try:
        return await asking
    except NotConfigured as error:
        return Tier(name, note=f"{error.message} {error.hint}".strip()), ""
    except (OpsError, TimeoutError) as error:
        return Tier(name, trouble=str(error) or "did not answer in time"), ""


async def _edge(runtime: Runtime) -> tuple[Tier, str]:
    cloudflare, now = runtime.clients.cloudflare, runtime.now()
    zone = await zone_of(cloudflare, deadline=_SECONDS)
    name = f"{zone.name}, plan {zone.plan}"
    try:
        # To the end of this minute: times are cut to seconds.
        until = now + timedelta(minutes=1)
        use = await edge_use(cloudflare, now - _DAY, until, deadline=_SECONDS)
    except OpsError as error:
        return Tier(EDGE, note=f"zone {name}; hits {NOT_TOLD}: {error.message}"), name
    rate = f"{use.hit_percent:.1f} % of {use.looked_up:,}" if use.hit_percent is not None else ""
    hits = f"{rate} lookups in 24 h" if rate else ""
    rest = use.requests - use.looked_up
    kept = f"{plural(rest, 'request')} of {use.requests:,} were for what the edge does not keep"
    note = f"zone {name}; {kept}; how much it holds is {NOT_TOLD}"
    # The edge of a small site is cold by night; that alone wakes nobody.
    return Tier(EDGE, hits=hits, note=note), name


async def _redis(runtime: Runtime) -> tuple[Tier, str]:
    use = await runtime.clients.upstash.use(deadline=runtime.settings.checks.cache)
    return redis_tier(use), ""


def redis_tier(use: CacheUse) -> Tier:
    """Pure."""
    holds = plural(use.keys, "key") if use.keys is not None else "keys not reported"
    if use.used_bytes is not None:
        holds += f", {_size(use.used_bytes)}"
        holds += f" of {_size(use.limit_bytes)}" if use.limit_bytes else ""
        holds += f" ({use.memory_percent:.0f} %)" if use.memory_percent is not None else ""
    hits = ""
    if use.hit_percent is not None:
        asked = use.hits + use.misses
        hits = f"{use.hit_percent:.1f} % of {asked:,} lookups since its start"
    evicted = "evictions not reported" if use.evicted is None else f"{use.evicted:,} keys evicted"
    expired = "" if use.expired is None else f", {use.expired:,} expired"
    return Tier(REDIS, holds, hits, evicted + expired, use.hit_percent, evicting=bool(use.evicted))


async def _statistics(answers: Answers) -> tuple[Tier, str]:
    outcome, refusal = await asyncio.gather(answers.outcome(CACHE_STATS), answers.refusal())
    if isinstance(outcome, OpsError):
        return Tier(STATS, trouble=outcome.message), ""
    if not_offered(outcome, refusal):
        return Tier(STATS, note=f"this release does not offer {CACHE_STATS}"), ""
    try:
        percent = read_hit_percent(outcome.json())
    except BadAnswer:
        percent = None
    if percent is None:
        return Tier(STATS, note=f"{CACHE_STATS} answers {outcome.status}, without a hit rate"), ""
    return Tier(STATS, hits=f"{percent:.1f} %, as {CACHE_STATS} says", percent=percent), ""


async def _namespace(answers: Answers) -> tuple[Tier, str]:
    address = "/api/health/cache"
    outcome, refusal = await asyncio.gather(answers.outcome(address), answers.refusal())
    if isinstance(outcome, OpsError):
        return Tier(KV, trouble=outcome.message), ""
    if not_offered(outcome, refusal):
        return Tier(KV, note=f"this release does not offer {address}"), ""
    try:
        body = outcome.told()
    except BadAnswer:
        return Tier(KV, note=f"{address} answers {outcome.status}, not readable"), ""
    held = body if isinstance(body, dict) else {}
    status, latency = tidy(str(held.get("status", ""))), held.get("latency")
    if outcome.status >= 500 or status == "down":
        return Tier(KV, trouble=f"{status or 'down'}: {tidy(str(held.get('details', '')))}"), ""
    took = f", {latency} ms" if isinstance(latency, (int, float)) else ""
    note = f"{status or 'answers'}{took}, as {address} says; keys and hits {NOT_TOLD}"
    return Tier(KV, note=note), ""


async def _bucket(runtime: Runtime) -> tuple[Tier, str]:
    cloudflare = runtime.clients.cloudflare
    result = await cloudflare.get(
        f"{cloudflare.account}/r2/buckets", permission="Workers R2 Storage Read", deadline=_SECONDS
    )
    listed = result.get("buckets") if isinstance(result, dict) else None
    names = [str(each.get("name")) for each in listed or () if isinstance(each, dict)]
    cached = [name for name in names if "cache" in name]
    if not cached:
        told = f"none of the account's {plural(len(names), 'bucket')} is a cache"
        return Tier(R2, note=told), ""
    return Tier(R2, note=f"{', '.join(cached)}; what it holds and hits is {NOT_TOLD}"), ""


def _trend(runtime: Runtime) -> Trend:
    now, environment = runtime.now(), runtime.settings.environment().name
    samples, hour = runtime.store.samples, timedelta(hours=1)

    def average(before: timedelta) -> float | None:
        window = samples.window(environment, "cache_hit_rate", now - before - hour, now - before)
        return None if window is None or not window.count else window.total / window.count

    hours = [average(timedelta(hours=each)) for each in range(23, -1, -1)]
    drawn = "".join(
        "·" if each is None else _BARS[min(7, max(0, int(each / 12.5)))] for each in hours
    )
    course = drawn if sum(each is not None for each in hours) > 1 else ""
    return Trend(hours[-1], average(_DAY), average(7 * _DAY), course)


def _size(count: int) -> str:
    return f"{count / 1_048_576:,.1f} MB" if count >= 100_000 else f"{count / 1_024:,.1f} kB"
