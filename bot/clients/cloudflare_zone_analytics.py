"""Cloudflare's GraphQL analytics of the zone: requests by status and time step.

What the plan offers is asked first: a field it does not have would fail the whole query. A
platform on workers.dev and pages.dev has no zone, which is told plainly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.clients.cloudflare import Cloudflare
from bot.clients.cloudflare_analytics import (
    MOST_ROWS,
    dimension_of,
    inside,
    moment,
    number,
    rows_of,
    stamp,
)
from bot.errors import NotConfigured

PERMISSION = "Analytics Read"
_ZONE = """
query Zone($zone: string!, $from: Time!, $to: Time!, $most: Int!) {
  viewer { zones(filter: {zoneTag: $zone}) {
    httpRequestsAdaptiveGroups(limit: $most, filter: {datetime_geq: $from, datetime_leq: $to}) {
      count avg { sampleInterval } dimensions { %s }
    }
  } }
}
"""
_SETTINGS = """
query Settings($zone: string!) {
  viewer { zones(filter: {zoneTag: $zone}) {
    settings { httpRequestsAdaptiveGroups { enabled availableFields } }
  } }
}
"""


@dataclass(frozen=True, slots=True)
class ZoneStep:
    """Requests of one time step by status; `origin` is empty where the plan does not tell it."""

    at: datetime
    edge: Mapping[int, int]
    origin: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    steps: tuple[ZoneStep, ...]
    problems: tuple[str, ...] = ()
    origin_offered: bool = True

    @property
    def origin_error_percent(self) -> float | None:
        """Share of 5xx among what the origin answered; None where it answered nothing."""
        counted = [(status, n) for step in self.steps for status, n in step.origin.items()]
        total = sum(n for status, n in counted if status >= 100)
        failed = sum(n for status, n in counted if status >= 500)
        return 100 * failed / total if total else None


async def zone_figures(
    cloudflare: Cloudflare,
    since: datetime,
    until: datetime,
    *,
    step: timedelta = timedelta(minutes=5),
    deadline: float = 15.0,
) -> ZoneFigures:
    """The zone's requests by status; NotConfigured where the platform has no zone.

    What the plan offers is asked first: a field it does not have would fail the whole query.
    """
    _ = cloudflare.zone  # raises where there is none
    told = await cloudflare.figures(
        _SETTINGS, {"zone": cloudflare.zone_id}, permission=PERMISSION, deadline=deadline
    )
    offered = _offered(told.data)
    if offered is not None and "count" not in offered:
        raise NotConfigured("This zone's plan offers no request analytics.")
    origin = offered is None or any(
        name in offered for name in ("dimensions_originResponseStatus", "originResponseStatus")
    )
    dimension = dimension_of(step)
    names = f"{dimension} edgeResponseStatus{' originResponseStatus' if origin else ''}"
    figures = await cloudflare.figures(
        _ZONE % names,
        {
            "zone": cloudflare.zone_id,
            "from": stamp(since),
            "to": stamp(until),
            "most": MOST_ROWS,
        },
        permission=PERMISSION,
        deadline=deadline,
    )
    rows = rows_of(figures.data, "zones", "httpRequestsAdaptiveGroups")
    return ZoneFigures(read_zone(rows, dimension), figures.problems, origin)


def read_zone(rows: Iterable[Mapping[str, Any]], dimension: str) -> tuple[ZoneStep, ...]:
    """Rows by step and status as steps; a status of the origin below 100 means: not asked. Pure."""
    edge: dict[datetime, dict[int, int]] = {}
    origin: dict[datetime, dict[int, int]] = {}
    for row in rows:
        held = inside(row, "dimensions")
        at = moment(held.get(dimension))
        if at is None:
            continue
        count = int(number(row.get("count")))
        for kind, name in ((edge, "edgeResponseStatus"), (origin, "originResponseStatus")):
            status = int(number(held.get(name)))
            if 100 <= status <= 599:
                by_status = kind.setdefault(at, {})
                by_status[status] = by_status.get(status, 0) + count
    moments = sorted(edge.keys() | origin.keys())
    return tuple(ZoneStep(at, edge.get(at, {}), origin.get(at, {})) for at in moments)


def _offered(data: Mapping[str, Any]) -> frozenset[str] | None:
    """The fields that the plan has; None where the answer does not tell."""
    viewer = data.get("viewer")
    zones = viewer.get("zones") if isinstance(viewer, Mapping) else None
    zone = zones[0] if isinstance(zones, list) and zones else {}
    node = inside(inside(zone, "settings"), "httpRequestsAdaptiveGroups")
    names = node.get("availableFields")
    return frozenset(map(str, names)) if isinstance(names, list) else None
