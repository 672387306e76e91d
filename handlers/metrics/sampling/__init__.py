"""The history's sources, each a job of its own; one measurement a time, whoever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.jobs import Job
from handlers.metrics.sampling import answers, api, database, origin, surroundings, worker
from handlers.metrics.sampling.scene import MINUTE, Findings, Scene

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Source:
    """`name` is its key in [sampling]; `metrics` are what it may bring."""

    name: str
    title: str
    measure: Callable[[Scene], Awaitable[Findings]]
    metrics: tuple[str, ...]

    def every(self, settings: Settings) -> timedelta | None:
        """How often it is measured; None for never."""
        seconds = int(getattr(settings.sampling, self.name))
        return timedelta(seconds=seconds) if seconds else None


SOURCES = (
    Source("api", "API and site", api.measure, ("uptime", "response_time")),
    Source("worker", "Cloudflare analytics", worker.measure, ("requests", "worker_errors", "cpu")),
    Source("answers", "Workers telemetry", answers.measure, ("answers", "error_rate")),
    Source("origin", "Cloudflare analytics of the zone", origin.measure, ("origin_error_rate",)),
    Source(
        "database",
        "database connections",
        database.measure,
        (
            "database_connections", "connections_active", "connections_idle",
            "connections_idle_in_transaction", "database_up",
        ),
    ),
    Source("database_size", "database size", database.measure_size, ("database_size",)),
    Source("cache", "cache", surroundings.cache, ("cache_hit_rate", "memory")),
    Source("certificate", "certificates", surroundings.certificate, ("certificate_days",)),
    Source("backup", "newest backup", surroundings.backup, ("backup_age_hours",)),
    Source("disk", "disk", surroundings.disk, ("disk",)),
)  # fmt: skip


async def take(runtime: Runtime, source: Source, due: datetime) -> str:
    """Measure it for every environment and store what came; answers the outcome in words.

    Raises OpsError where no environment could be measured.
    """
    settings, now = runtime.settings, runtime.now()
    await runtime.clients.prepare()
    at = due if now - due < timedelta(seconds=MINUTE) else now
    scenes = [
        Scene(
            runtime.clients, settings, runtime.store, environment,
            name == settings.default_environment, at, now,
        )
        for name, environment in settings.environments.items()
    ]  # fmt: skip
    outcomes = await asyncio.gather(*(_found(source, scene) for scene in scenes))
    found = [each for each in outcomes if isinstance(each, Findings)]
    if not found:
        raise next(each for each in outcomes if isinstance(each, OpsError))
    samples = [sample for each in found for sample in each.samples]
    added = runtime.store.samples.add(samples, runtime.now())
    refused = [f"{count} refused: {reason}" for reason, count in added.refused.items()]
    notes = [each.note for each in found if each.note]
    failures = [each.message for each in outcomes if isinstance(each, OpsError)]
    told = "; ".join(dict.fromkeys([*refused, *notes, *failures]))
    return f"{added.stored} samples{f' ({told})' if told else ''}."


async def _found(source: Source, scene: Scene) -> Findings | OpsError:
    try:
        return await source.measure(scene)
    except OpsError as error:
        return error


def _job(source: Source) -> Job:
    async def run(runtime: Runtime, due: datetime) -> str:
        return await take(runtime, source, due)

    return Job(
        name=f"sample-{source.name.replace('_', '-')}",
        title=f"Measuring: {source.title}",
        when=source.every,
        run=run,
        deadline=55.0,
        quiet=True,
    )


async def _forget(runtime: Runtime, _due: datetime) -> str:
    kept, now = runtime.settings.sampling, runtime.now()
    gone = await asyncio.to_thread(
        runtime.store.samples.forget_before,
        now - timedelta(days=kept.samples_kept_days),
        now - timedelta(days=kept.hours_kept_days),
        now - timedelta(days=kept.days_kept_days),
    )
    runtime.store.marks.forget_before(now - timedelta(days=kept.days_kept_days))
    return f"Forgot {gone:,} old measurements."


JOBS = (
    *(_job(source) for source in SOURCES),
    Job("forget-samples", "Forgetting old measurements", lambda _: timedelta(hours=1), _forget,
        quiet=True),
)  # fmt: skip
