"""Redis by its own counters: does it answer, and what share of lookups does it hit?"""

from __future__ import annotations

from datetime import timedelta

from bot.clients.health_words import tidy
from bot.clients.http_faults import NoAnswer
from bot.clients.upstash import CacheUse
from bot.errors import NotConfigured
from bot.judging.wording import duration
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.limits import HIT_PERCENT, LOOKUPS
from handlers.diagnosis.scene import Scene

FACTS = ("cache_trouble", "hit_percent", "cache_memory")
SAMPLED = "cache_lookups_since_start"  # the counters as sampled for the history of metrics
_FRESH = timedelta(hours=1)


async def look(scene: Scene, book: Notebook) -> None:
    upstash = scene.clients.upstash
    if not scene.own or not upstash.configured:
        raise NotConfigured(
            "The bot has no access to Redis.",
            "Set UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN.",
        )
    title = "Whether Redis answers"
    try:
        use = await upstash.use(deadline=scene.deadline)
    except NoAnswer as fault:
        book.note("cache_trouble", title, str(fault.trouble), tidy(fault.message, 160), bad=True)
        return
    book.note("cache_trouble", title, "", f"in {duration(use.seconds * 1000)}")
    hits, lookups, since = recent(scene, use)
    if lookups >= LOOKUPS:
        percent = 100.0 * hits / lookups
        shown = f"{percent:.0f} % of {lookups:,} lookups {since}"
        book.note(
            "hit_percent", "Cache hit rate", percent, shown, f"alert below {HIT_PERCENT:g} %",
            bad=percent < HIT_PERCENT,
        )  # fmt: skip
    else:
        book.lack("Cache hit rate", "Too few lookups to tell a rate.", "", ("hit_percent",))
    if use.memory_percent is not None:
        limit = scene.settings.metrics["memory"].alert
        book.note(
            "cache_memory", "Cache memory", use.memory_percent, f"{use.memory_percent:.0f} %",
            f"alert above {limit:g} %", bad=use.memory_percent > limit,
        )  # fmt: skip


def recent(scene: Scene, use: CacheUse) -> tuple[int, int, str]:
    """(hits, lookups, since when): since the last sample where enough happened, else the start."""
    lookups = use.hits + use.misses
    before = scene.store.samples.latest(scene.environment.name, SAMPLED)
    if before is not None and scene.now - before.at < _FRESH:
        hits, count = use.hits - (before.good or 0), lookups - int(before.value)
        if count >= LOOKUPS and 0 <= hits <= count:
            minutes = max(1, round((scene.now - before.at).total_seconds() / 60))
            return hits, count, f"in {minutes} min"
    return use.hits, lookups, "since Redis' start"
