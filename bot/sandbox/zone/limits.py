"""How often an account may purge, by plan: token buckets. (Cloudflare, purge limits of 2026-07)"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PurgeLimit:
    """`per_second` tokens come back, at most `burst` are held, `items` may stand in a request."""

    per_second: float
    burst: float
    items: int


# A request by tag, host, prefix or everything takes one token; by URL one for each URL.
REQUESTS = {
    "free": PurgeLimit(5 / 60, 25, 100),
    "pro": PurgeLimit(5, 25, 100),
    "business": PurgeLimit(10, 50, 100),
    "enterprise": PurgeLimit(50, 500, 100),
}
URLS = {
    "free": PurgeLimit(800, 800, 100),
    "pro": PurgeLimit(1_500, 1_500, 100),
    "business": PurgeLimit(1_500, 1_500, 100),
    "enterprise": PurgeLimit(3_000, 3_000, 500),
}


class Bucket:
    """Seconds to wait for so many tokens; 0 takes them. `clock` counts seconds."""

    def __init__(self, limit: PurgeLimit, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._tokens, self._at = limit.burst, clock()

    def wait(self, tokens: int) -> float:
        now = self._clock()
        gained = (now - self._at) * self._limit.per_second
        self._tokens, self._at = min(self._limit.burst, self._tokens + gained), now
        if tokens > self._tokens:
            return (tokens - self._tokens) / self._limit.per_second
        self._tokens -= tokens
        return 0.0
