"""The cache: Redis itself where the bot may ask it, and what the platform says."""

from __future__ import annotations

import asyncio

from bot.clients.cache_stats import read_hit_percent
from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import CACHE_STATS, not_offered
from bot.clients.upstash import CacheUse
from bot.errors import BadAnswer, OpsError, Refused
from bot.judging.reading import describe
from bot.judging.states import State
from bot.judging.wording import duration
from handlers.health.checks import told
from handlers.health.result import Check
from handlers.health.scene import Scene

ALERT_PERCENT = 60.0  # below it the operators were alerted
ADDRESS = "/api/health/cache"
_ENABLE = "Set UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN to measure the hit rate."


async def check(scene: Scene) -> Check:
    (part, asked), stats, refusal, direct = await asyncio.gather(
        told.ask(scene, ADDRESS, ("cache", "redis", "upstash", "kv")),
        scene.answers.outcome(CACHE_STATS),
        scene.answers.refusal(),
        _direct(scene),
    )
    found = told.decide("cache", part, asked, "the cache", _ENABLE)
    percent: float | None = None
    source = ""
    if isinstance(direct, CacheUse):
        percent, source = direct.hit_percent, "Redis since its start"
    elif isinstance(stats, Answer) and not not_offered(stats, refusal):
        percent, source = _stats_percent(stats), "the platform's cache statistics"
    extra: tuple[str, ...] = (describe(CACHE_STATS, stats),)
    if isinstance(direct, OpsError):
        extra = (*extra, f"Upstash: {direct.message}")
    return decide(found, percent, source, direct, extra)


def decide(
    found: Check,
    percent: float | None,
    source: str,
    direct: CacheUse | OpsError | None,
    extra: tuple[str, ...],
) -> Check:
    """Join the platform's word, the measured hit rate and Redis' own answer. Pure."""
    state, summary, meaning, step = found.state, found.summary, found.meaning, found.next_step
    value, threshold, latency = found.value, "", found.latency_ms
    if isinstance(direct, CacheUse):
        latency = direct.seconds * 1000
        value = duration(latency)
        if not state.judged or state is State.UNKNOWN:
            state, summary, meaning = State.HEALTHY, "healthy", "Redis answers."
            step = ""
    elif isinstance(direct, NoAnswer):
        state, summary, step = State.DOWN, str(direct.trouble), direct.hint
        meaning = f"Redis cannot be asked: {direct.message}"
    elif isinstance(direct, OpsError):
        # The bot's own access fails: that is no trouble of the platform's.
        refused = isinstance(direct, Refused)
        state = min(state, State.UNKNOWN, key=lambda each: each.rank)
        summary = "bot's token refused" if refused else "not readable"
        meaning, step = f"Redis cannot be asked: {direct.message}", direct.hint
    if percent is not None:
        value = f"{percent:.0f} % hits"
        threshold = f"alert below {ALERT_PERCENT:.0f} %"
        told_rate = f"{percent:.0f} % of lookups hit, by {source}."
        if percent < ALERT_PERCENT and state is not State.DOWN:
            state, summary = State.DEGRADED, "cold"
            meaning = f"Only {told_rate} More requests reach the database."
            step = "See what was purged or deployed lately."
        elif state is State.HEALTHY or not state.judged:
            state, summary, step = State.HEALTHY, "healthy", ""
            meaning = f"Lookups are answered, as counted by {source}."
    return Check(
        component="cache",
        state=state,
        summary=summary,
        meaning=meaning,
        next_step=step,
        value=value,
        threshold=threshold,
        latency_ms=latency,
        amount=percent,
        unit="%" if percent is not None else "",
        lost=str(direct.trouble) if isinstance(direct, NoAnswer) else "",
        evidence=(*found.evidence, *extra),
    )


async def _direct(scene: Scene) -> CacheUse | OpsError | None:
    """Redis' own counters, or why not; None where the bot has no access to it."""
    if not scene.own or not scene.clients.upstash.configured:
        return None
    try:
        return await scene.clients.upstash.use(deadline=scene.settings.checks.cache)
    except OpsError as error:
        return error


def _stats_percent(stats: Answer) -> float | None:
    try:
        return read_hit_percent(stats.json())
    except BadAnswer:
        return None
