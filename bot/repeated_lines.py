"""A few of equal warnings at a time: a dependency that is away would fill the log with them."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable

SECONDS, MOST = 10.0, 5  # of equal lines so many are shown in so much time
_REMEMBERED = 200  # different lines


class RepeatedLines(logging.Filter):
    """For a handler. The next one that is let through says how many were kept back before it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        # When its time began, and how often it came since.
        self._seen: OrderedDict[tuple[str, int, str], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        line, now = (record.name, record.levelno, record.getMessage()), self._clock()
        began, times = self._seen.get(line, (now, 0))
        kept_back = 0
        if now - began >= SECONDS:
            kept_back, began, times = max(0, times - MOST), now, 0
        self._seen[line] = began, times + 1
        self._seen.move_to_end(line)
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        if kept_back:
            record.msg, record.args = f"{line[2]} (and {kept_back:,} more like it before)", None
        return times < MOST
