"""The error rate: 5xx among the answers that Workers telemetry has seen since the last look."""

from __future__ import annotations

from datetime import timedelta

from handlers.metrics.sampling.scene import Findings, Scene
from handlers.metrics.sources.cloudflare import unset
from handlers.metrics.sources.telemetry import PERMISSION, count_statuses, question

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
    page = await cloudflare.call(
        "POST",
        f"{cloudflare.account}/workers/observability/telemetry/query",
        permission=PERMISSION,
        json=question(script, int(since.timestamp() * 1000), int(until.timestamp() * 1000) - 1),
        repeatable=True,
        deadline=15.0,
    )
    total, failed = count_statuses(page.result)
    samples = [scene.sample("answers", total, int(total - failed), until)]
    if total > 0:
        samples.append(scene.sample("error_rate", 100 * failed / total, at=until))
    return Findings(tuple(samples), "" if total > 0 else "no answers in this time")
