"""How fast: at most one message a second in a channel, and longer pauses after each failure."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime

PER_SECOND = 1.0  # messages in one channel (docs.slack.dev, Web API rate limits)
BURST = 3.0  # "short bursts" are allowed; Slack gives no number, so a small one
LONGEST_PAUSE = 60.0  # seconds
LIVELY_PAUSE = 2.0  # seconds


class Clock:
    """The time that deliveries go by and wait by."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment; never set back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


REAL = Clock()


@dataclass(slots=True)
class Bucket:
    """One channel's allowance; `now` is a monotonic time in seconds."""

    left: float = BURST
    since: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until a message may be sent; 0 where it may be sent now."""
        return max(0.0, (1.0 - self._filled(now)) / PER_SECOND)

    def take(self, now: float) -> None:
        self.left, self.since = self._filled(now) - 1.0, now

    def _filled(self, now: float) -> float:
        return min(BURST, self.left + (now - self.since) * PER_SECOND)


def pause(attempts: int, *, lively: bool = False) -> float:
    """Seconds before the next attempt: 0.5, 1, 2 … 60, less up to half of it by chance.

    `lively`: Slack takes other calls, so a long pause would spare nobody.
    The house's retry libraries hold a request open while they wait. This wait outlives the
    process: its end is stored, so only the length is needed, and that is one line.
    """
    longest = LIVELY_PAUSE if lively else LONGEST_PAUSE
    return min(longest, 0.5 * 2.0 ** min(attempts, 10)) * random.uniform(0.5, 1.0)  # noqa: S311
