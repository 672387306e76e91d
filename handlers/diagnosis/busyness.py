"""How long the bot itself was too busy to notice an answer: that time is nobody else's fault."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field

_TICK = 0.02  # seconds


@dataclass
class Busyness:
    """`lost_ms` is the time that the bot's own loop stood still since it was started."""

    lost_ms: float = 0.0
    _task: asyncio.Task[None] | None = field(default=None, repr=False)

    def start(self) -> None:
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def late(self, milliseconds: float, limit: float, before: float) -> bool:
        """Whether a time is beyond its limit, even without what the bot lost by itself meanwhile.

        `before` is what was lost when the time began.
        """
        return milliseconds - (self.lost_ms - before) > limit

    async def _watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_TICK)
            beyond = (time.perf_counter() - before - _TICK) * 1000
            if beyond > 1000 * _TICK:
                self.lost_ms += beyond
