"""Seconds that nobody sets back, and that go on while the machine sleeps."""

from __future__ import annotations

import time


def since_boot() -> float:
    """Since the machine was started; without its sleep where a system has no such clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)  # Linux
    return time.monotonic() if clock is None else time.clock_gettime(clock)
