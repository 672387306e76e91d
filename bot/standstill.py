"""Notices that this process stood still, so that nothing is done which Slack has given up on.

A machine that was paused, or swapped out, goes on with what had come for it meanwhile. By then
Slack has told the person that it failed, and they have done it again, or something else.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from bot.boot_clock import since_boot

log = logging.getLogger(__name__)
SLACK_WAITS = 3.0  # seconds for an acknowledgement (docs.slack.dev, slash commands)
LOOK_EVERY = 0.5  # seconds
CLEARED_WITHIN = 2.0  # seconds until what had come meanwhile has been read; Socket Mode takes 0.5


class Standstill:
    """Of one event loop. `clock` answers seconds that are never set back; `ended` is called each
    time a standstill has ended.
    """

    def __init__(
        self,
        clock: Callable[[], float] = since_boot,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._ended = ended
        self._looked: float | None = None
        self._until = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        """From now on; inside a running event loop."""
        if self._timer is not None:
            self._timer.cancel()
        self._look()
        self._timer = asyncio.get_running_loop().call_later(LOOK_EVERY, self.watch)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._looked = None
        self._until = 0.0

    def outlasted(self, sent: float | None) -> bool:
        """Whether what arrives now may have waited here for longer than Slack does.

        `sent` is when Slack sent it, in seconds since 1970, where it says so: over HTTP it does.
        """
        if self._looked is not None:
            self._look()  # what came may be read before the timer has its turn
        if self._clock() >= self._until:
            return False
        # Of a clock that is wrong nothing can be learned, whichever way.
        return sent is None or abs(time.time() - sent) > SLACK_WAITS

    def _look(self) -> None:
        now = self._clock()
        before, self._looked = self._looked, now
        if before is not None and now - before > SLACK_WAITS:
            log.warning("this process stood still for %.0f s", now - before)
            self._until = now + CLEARED_WITHIN
            self._ended()
