"""The platform's rate limits: 20 per 5 minutes for sign-in routes, 200 a minute for others."""

from __future__ import annotations

import json
import time
from collections import deque

from aiohttp import web

_SIGN_IN = (20, 300.0)  # requests, seconds
_OTHERS = (200, 60.0)


class RateLimit:
    """Counts by client address, in sliding windows."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], deque[float]] = {}

    def forget(self) -> None:
        self._seen.clear()

    def wait(self, client: str, path: str) -> int:
        """Seconds this client must wait; 0 lets the request through and counts it."""
        if path in {"/health", "/api/status"} or path.startswith("/api/health/"):
            return 0
        kind = "sign-in" if path.startswith("/api/auth/") else "others"
        most, window = _SIGN_IN if kind == "sign-in" else _OTHERS
        now = time.monotonic()
        seen = self._seen.setdefault((client, kind), deque())
        while seen and seen[0] <= now - window:
            seen.popleft()
        if len(seen) >= most:
            return max(1, round(seen[0] + window - now))
        seen.append(now)
        return 0


def too_many(seconds: int) -> web.Response:
    """429 with Retry-After; the platform sends this JSON as plain text."""
    body = json.dumps({"error": "Too many requests", "retryAfter": seconds})
    return web.Response(
        text=body, status=429, content_type="text/plain", headers={"Retry-After": str(seconds)}
    )
