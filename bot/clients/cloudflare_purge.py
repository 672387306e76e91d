"""Purging the zone's cache: what one request may hold, and how often an account may ask.

developers.cloudflare.com/cache/how-to/purge-cache, limits of 2026-07. An answer means accepted;
whether a page is gone is seen by asking for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.clients.cloudflare import Cloudflare

PERMISSION = "Cache Purge"
Kind = Literal["files", "tags", "hosts", "prefixes", "everything"]
MOST_TAG = 1_024  # characters of a cache tag


@dataclass(frozen=True, slots=True)
class PurgeLimits:
    """Of one plan. Requests by anything but URL share a bucket of `burst`; URLs are counted."""

    requests_per_second: float
    burst: int
    items: int
    urls_per_second: int
    urls: int

    def most(self, kind: Kind) -> int:
        """How many values one request may hold."""
        return self.urls if kind == "files" else self.items

    def seconds(self, kind: Kind, values: int) -> float:
        """How long that many values take at least."""
        if kind == "files":
            return max(0.0, values / self.urls_per_second - 1)
        requests = max(1, -(-values // self.items))
        return max(0, requests - self.burst) / self.requests_per_second


LIMITS = {
    "free": PurgeLimits(5 / 60, 25, 100, 800, 100),
    "pro": PurgeLimits(5, 25, 100, 1_500, 100),
    "business": PurgeLimits(10, 50, 100, 1_500, 100),
    "enterprise": PurgeLimits(50, 500, 100, 3_000, 500),
}


async def purge(
    cloudflare: Cloudflare,
    kind: Kind,
    values: Sequence[str],
    *,
    stale: bool = False,
    deadline: float = 20.0,
) -> None:
    """One request. `stale` marks what is kept as stale in place of dropping it.

    Raises CloudflareLimited, which says how long to wait, and as Cloudflare.call does.
    """
    body: dict[str, Any] = {kind: list(values)}
    if kind == "everything":
        body = {"purge_everything": True}
    address = "invalidate_cache" if stale else "purge_cache"
    await cloudflare.call(
        "POST",
        f"{cloudflare.zone}/{address}",
        permission=PERMISSION,
        json=body,
        deadline=deadline,
    )
