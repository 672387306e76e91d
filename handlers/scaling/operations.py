"""Capacity against its limits, the regions, and a failover on paper."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.arguments import UnknownWord
from bot.errors import BadInput
from bot.regions import look_at
from handlers.scaling.judging import failover, routes
from handlers.scaling.result import Capacity, Failover, Resource
from handlers.scaling.usage import count

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Settings
    from bot.store import Store

REGION_SECONDS = 5.0


async def capacity(
    clients: Clients,
    settings: Settings,
    store: Store,
    now: datetime,
    environment: str | None = None,
    offered: Callable[[str], bool] = lambda _: False,
) -> Capacity:
    """Raises BadInput for an unknown environment only."""
    chosen, scale = settings.environment(environment), settings.scale
    began = time.perf_counter()
    counted, seen = await asyncio.gather(
        count(clients, settings, store, chosen, now),
        look_at(clients, scale.regions, deadline=REGION_SECONDS),
    )
    resources = sorted(counted.resources, key=_worst_first)
    lines = {each.line for each in resources if each.line}
    return Capacity(
        environment=chosen.name,
        at=now,
        resources=tuple(resources),
        unknown=tuple(dict.fromkeys(counted.unknown)),
        routes=routes(scale, seen),
        replicas=counted.replicas,
        took_ms=(time.perf_counter() - began) * 1000,
        warn_days=scale.warn_days,
        offered=frozenset(line for line in lines if offered(line)),
    )


async def plan_failover(clients: Clients, settings: Settings, now: datetime, name: str) -> Failover:
    """Who would serve a region's countries. Raises BadInput for a name that is none."""
    scale = settings.scale
    if not scale.regions:
        raise BadInput(
            "No region is written in pitchey.toml, so there is nothing to fail over.",
            "Name the regional Workers under [[scale.regions]].",
        )
    region = next((each for each in scale.regions if each.name == name.lower()), None)
    if region is None:
        names = [each.name for each in scale.regions]
        raise UnknownWord(
            f"There is no region called {name[:60]}.",
            f"Choose one of: {', '.join(names)}.",
            tuple(f"scale failover {each}" for each in names[:5]),
        )
    seen = await look_at(clients, scale.regions, deadline=REGION_SECONDS)
    return failover(scale, region, {each.name: each for each in seen}, now)


def _worst_first(resource: Resource) -> tuple[int, float, float]:
    soon = resource.forecast.middle
    return (
        resource.standing.rank,
        soon if soon is not None else 1e9,
        -(resource.percent or 0.0),
    )
