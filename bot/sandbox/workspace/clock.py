"""The workspace's time: real time plus what somebody forwarded, so that timers can be tested."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Clock:
    """Runs with real time; `forward` jumps ahead and wakes every timer that became due.

    Message times, acknowledgement timers, trigger ids, response URLs, redelivery and rate
    limits all follow this clock. Signatures of HTTP deliveries do not: the app compares them
    with its own clock.
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        self._sleepers: dict[asyncio.Future[None], float] = {}

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._ahead

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    @property
    def ahead(self) -> timedelta:
        """How far this clock has been forwarded."""
        return timedelta(seconds=self._ahead)

    def forward(self, *, seconds: float = 0.0, minutes: float = 0.0, hours: float = 0.0) -> None:
        self._ahead += seconds + 60 * minutes + 3600 * hours
        now = self.now()
        for sleeper, due in tuple(self._sleepers.items()):
            if due <= now and not sleeper.done():
                sleeper.set_result(None)

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.now() + seconds)

    async def sleep_until(self, due: float) -> None:
        """Return once `now()` has reached `due`, by waiting or by being forwarded."""
        loop = asyncio.get_running_loop()
        while (left := due - self.now()) > 0:
            sleeper: asyncio.Future[None] = loop.create_future()
            self._sleepers[sleeper] = due
            timer = loop.call_later(left, _wake, sleeper)
            try:
                await sleeper
            finally:
                timer.cancel()
                self._sleepers.pop(sleeper, None)

    async def before(self, due: float, answer: asyncio.Future[Answer]) -> Answer:
        """The future's result; TimeoutError once this clock reaches `due` without it."""
        timer = asyncio.ensure_future(self.sleep_until(due))
        waited: set[asyncio.Future[Any]] = {timer, answer}
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise TimeoutError("no answer in time")
        finally:
            timer.cancel()


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
