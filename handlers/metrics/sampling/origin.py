"""The origin error rate: 5xx among what the origin answered, by the analytics of the zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.clients.cloudflare_zone_analytics import ZoneStep, zone_figures
from handlers.metrics.sampling.scene import Findings, Scene

STEP = timedelta(minutes=5)
# Counts of a step still grow for a while; one that was stored is never changed.
LAG = timedelta(minutes=5)
_BACK = timedelta(hours=3)  # so much of a downtime of the bot is filled afterwards


async def measure(scene: Scene) -> Findings:
    """Every whole five minutes that are not stored yet. Raises OpsError."""
    cloudflare = scene.clients.cloudflare
    if not scene.own:
        return Findings(note="the zone belongs to the default environment")
    if not cloudflare.configured or not cloudflare.zone_id:
        return Findings(note="no Cloudflare zone is set, so nothing tells of the origin")
    until = _whole(scene.now - LAG)
    known = scene.store.samples.latest(scene.environment.name, "origin_error_rate")
    since = max(until - _BACK, _whole(known.at) + STEP if known else until - 2 * STEP)
    if since >= until:
        return Findings(note="this time is known already")
    end = until - timedelta(seconds=1)
    found = await zone_figures(cloudflare, since, end, step=STEP, deadline=15.0)
    if not found.origin_offered:
        return Findings(note="this zone's plan does not tell what the origin answered")
    if found.problems:
        return Findings(note=f"only a part was told: {found.problems[0]}")
    samples = [
        scene.sample("origin_error_rate", percent, at=step.at)
        for step in found.steps
        if since <= step.at < until and (percent := failed_percent(step)) is not None
    ]
    return Findings(tuple(samples), "" if samples else "the origin answered nothing in this time")


def failed_percent(step: ZoneStep) -> float | None:
    """Percent of 5xx among the origin's answers; None where it answered nothing. Pure."""
    total = sum(step.origin.values())
    failed = sum(count for status, count in step.origin.items() if status >= 500)
    return 100.0 * failed / total if total else None


def _whole(at: datetime) -> datetime:
    """The beginning of its five minutes, as Cloudflare cuts the hour."""
    seconds = int(at.timestamp()) // int(STEP.total_seconds()) * int(STEP.total_seconds())
    return datetime.fromtimestamp(seconds, UTC)
