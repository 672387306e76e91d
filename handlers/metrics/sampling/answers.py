"""The error rate: 5xx among the answers that Workers telemetry has seen since the last look."""

from __future__ import annotations

from datetime import timedelta

from bot.clients.cloudflare_observability import STATUS, kept_figures
from handlers.metrics.sampling.scene import Findings, Scene
from handlers.metrics.sources.cloudflare import unset
from handlers.metrics.sources.telemetry import count_statuses

LAG = timedelta(minutes=1)
_BACK = timedelta(hours=1)


async def measure(scene: Scene) -> Findings:
    """One sample for the time since the last, so that no answer counts twice. Raises OpsError."""
    cloudflare, script = scene.clients.cloudflare, scene.environment.worker_script
    if not cloudflare.configured or not script:
        return Findings(note=unset(script)[0])
    until = (scene.now - LAG).replace(second=0, microsecond=0)
    every = timedelta(seconds=max(60, scene.settings.sampling.answers))
    known = scene.store.samples.latest(scene.environment.name, "answers")
    since = max(until - _BACK, known.at if known else until - every)
    if since >= until:
        return Findings(note="this time is known already")
    last = until - timedelta(milliseconds=1)
    result = await kept_figures(cloudflare, script, since, last, groups=(STATUS,), deadline=15.0)
    total, failed = count_statuses(result)
    samples = [scene.sample("answers", total, int(total - failed), until)]
    if total > 0:
        samples.append(scene.sample("error_rate", 100 * failed / total, at=until))
    return Findings(tuple(samples), "" if total > 0 else "no answers in this time")
