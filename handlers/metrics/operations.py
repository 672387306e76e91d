"""Asks every source side by side and weighs what they say against the guide's targets."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.errors import OpsError
from handlers.metrics.result import TITLES, Gap, Metrics, Reading, weigh
from handlers.metrics.source import Measuring, MetricSource
from handlers.metrics.sources import SOURCES

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Settings
    from bot.store import Store

log = logging.getLogger(__name__)


async def collect_metrics(
    clients: Clients,
    settings: Settings,
    environment: str | None = None,
    sources: Sequence[MetricSource] = SOURCES,
    store: Store | None = None,
) -> Metrics:
    """The six key metrics now. Raises BadInput for an unknown environment only."""
    chosen = settings.environment(environment)
    await clients.prepare()
    started, clock = datetime.now(UTC), time.perf_counter()
    own = chosen.name == settings.default_environment
    scene = Measuring(clients, settings, chosen, own, store, started)
    tasks = [asyncio.create_task(_bounded(source, scene)) for source in sources]
    try:
        await asyncio.wait(tasks)
    finally:
        for task in tasks:
            task.cancel()
    found = tuple(
        each for source, task in zip(sources, tasks, strict=True) for each in _result(source, task)
    )
    metrics = tuple(weigh(name, settings.metrics[name], found) for name in TITLES)
    return Metrics(chosen.name, started, (time.perf_counter() - clock) * 1000, metrics)


async def _bounded(source: MetricSource, scene: Measuring) -> Sequence[Reading | Gap]:
    try:
        async with asyncio.timeout(source.deadline):
            return await source.read(scene)
    except TimeoutError:
        reason = f"No answer from {source.name} within {source.deadline:g} s."
        return [Gap(metric, reason) for metric in source.metrics]
    except OpsError as error:
        return [Gap(metric, error.message, error.hint) for metric in source.metrics]


def _result(
    source: MetricSource, task: asyncio.Task[Sequence[Reading | Gap]]
) -> Sequence[Reading | Gap]:
    fault = task.exception()
    if fault is None:
        return task.result()
    # A fault of the bot's own costs its own metrics only.
    log.error("metric source %s broke", source.name, exc_info=fault)
    reason = f"Reading {source.name} failed in the bot itself ({type(fault).__name__})."
    return [Gap(metric, reason) for metric in source.metrics]
