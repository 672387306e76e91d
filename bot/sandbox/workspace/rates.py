"""Rate limits: a number of calls a minute per method, and one message a second per channel."""

from __future__ import annotations

import math
from collections import deque

from bot.sandbox.workspace.clock import Clock
from bot.sandbox.workspace.refusal import Refusal

# docs.slack.dev, Web API rate limits: tiers 1 to 4 allow at least so many calls a minute.
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
SPECIAL = {
    "auth.test": 300,
    "chat.postMessage": 300,  # a workspace; the limit per channel is the one that bites
    "chat.getPermalink": 300,
    "blocks.validate": 300,
    # Tier 1 on paper; a client that is told to reconnect is let in far more often.
    "apps.connections.open": 30,
}
MESSAGE_BURST = 5  # messages at once in a channel, then one a second


class Rates:
    """Counts calls by the workspace's clock. `enforced` off lets everything through."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}
        self._channels: dict[str, tuple[float, float]] = {}  # tokens left, as of when
        self.enforced = True

    def call(self, method: str, tier: int) -> None:
        """Count one call; Refusal with 429 and Retry-After past the limit."""
        now = self._clock.now()
        most = SPECIAL.get(method, TIERS.get(tier, TIERS[3]))
        calls = self._calls.setdefault(method, deque())
        while calls and calls[0] <= now - 60:
            calls.popleft()
        if self.enforced and len(calls) >= most:
            raise limited(calls[0] + 60 - now)
        calls.append(now)

    def message(self, channel_id: str) -> None:
        """Count one message to the channel."""
        now = self._clock.now()
        left, since = self._channels.get(channel_id, (float(MESSAGE_BURST), now))
        left = min(float(MESSAGE_BURST), left + (now - since))
        if self.enforced and left < 1:
            raise limited(1 - left)
        self._channels[channel_id] = (max(left - 1, 0.0), now)


def limited(seconds: float) -> Refusal:
    """HTTP 429 that asks to wait so many seconds."""
    wait = max(1, math.ceil(seconds))
    return Refusal("ratelimited", status=429, headers={"Retry-After": str(wait)})
