"""What was sampled: uptime over a day, and memory, which nothing tells on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from bot.settings import MetricName
from handlers.metrics.result import Gap, Reading
from handlers.metrics.source import Measuring

_DAY = timedelta(hours=24)
_STALE = timedelta(hours=1)


class Sampled:
    """The bot's own history."""

    name = "the bot's history"
    metrics: tuple[MetricName, ...] = ("uptime", "memory")
    deadline = 5.0

    async def read(self, scene: Measuring) -> Sequence[Reading | Gap]:
        """Raises OpsError where the store cannot be read."""
        return [await asyncio.to_thread(_uptime, scene), await asyncio.to_thread(_memory, scene)]


def _uptime(scene: Measuring) -> Reading | Gap:
    name, since = scene.environment.name, scene.now - _DAY
    store = scene.store
    checks = store.samples.window(name, "uptime", since, scene.now) if store else None
    if checks is None:
        return Gap(
            "uptime",
            "No check of the last 24 hours is stored; the uptime the platform shows is a constant.",
            "The running bot checks every minute.",
        )
    return Reading(
        "uptime",
        100.0 * checks.average,
        "the bot's own checks of API and site",
        "last 24 hours",
        checks.count,
        f"{checks.total:,.0f} of {checks.count:,} checks good",
    )


def _memory(scene: Measuring) -> Reading | Gap:
    store = scene.store
    newest = store.samples.latest(scene.environment.name, "memory") if store else None
    if newest is None or scene.now - newest.at > _STALE:
        return Gap(
            "memory",
            "Cloudflare Workers do not report their memory use (the limit is 128 MB each), and "
            "no memory use of Redis was sampled in the last hour.",
            "Set UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN to sample that.",
        )
    minutes = max(0, int((scene.now - newest.at).total_seconds() // 60))
    return Reading(
        "memory",
        newest.value,
        "Redis, used of its memory; Workers do not report theirs",
        f"{minutes} min ago" if minutes else "just now",
        1,
    )
