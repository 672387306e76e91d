"""How the edge's cache does: requests of the zone by cache status, from GraphQL analytics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.clients.cloudflare import Cloudflare
from bot.clients.cloudflare_analytics import MOST_ROWS, inside, number, rows_of, stamp
from bot.clients.cloudflare_zone_analytics import PERMISSION

_QUERY = """
query Cached($zone: string!, $from: Time!, $to: Time!, $most: Int!) {
  viewer { zones(filter: {zoneTag: $zone}) {
    httpRequestsAdaptiveGroups(limit: $most, filter: {datetime_geq: $from, datetime_leq: $to}) {
      count dimensions { cacheStatus }
    }
  } }
}
"""
SERVED = frozenset({"hit", "stale", "updating", "revalidated"})  # without asking the origin
_LOOKED_UP = SERVED | {"miss", "expired"}


@dataclass(frozen=True, slots=True)
class EdgeUse:
    """`counts` are requests by cache status, in small letters."""

    counts: Mapping[str, int]
    problems: tuple[str, ...] = ()

    @property
    def requests(self) -> int:
        return sum(self.counts.values())

    @property
    def looked_up(self) -> int:
        """Requests for what the edge may keep."""
        return sum(n for status, n in self.counts.items() if status in _LOOKED_UP)

    @property
    def hit_percent(self) -> float | None:
        """Of the requests for what the edge may keep; None where there were none."""
        served = sum(n for status, n in self.counts.items() if status in SERVED)
        return 100.0 * served / self.looked_up if self.looked_up else None


async def edge_use(
    cloudflare: Cloudflare, since: datetime, until: datetime, *, deadline: float = 15.0
) -> EdgeUse:
    """NotConfigured where the platform has no zone."""
    _ = cloudflare.zone  # raises where there is none
    asked = {
        "zone": cloudflare.zone_id, "from": stamp(since), "to": stamp(until), "most": MOST_ROWS,
    }  # fmt: skip
    figures = await cloudflare.figures(_QUERY, asked, permission=PERMISSION, deadline=deadline)
    counts: dict[str, int] = {}
    for row in rows_of(figures.data, "zones", "httpRequestsAdaptiveGroups"):
        status = str(inside(row, "dimensions").get("cacheStatus") or "unknown").lower()
        counts[status] = counts.get(status, 0) + int(number(row.get("count")))
    return EdgeUse(counts, figures.problems)
