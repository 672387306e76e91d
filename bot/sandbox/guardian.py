"""Ends the sandbox's processes when the sandbox itself is gone, however it went.

Runs as a process of its own, reading lines `+pid signal` and `-pid` from standard input.
The pipe's end is the sandbox's end, even after SIGKILL: then every process still listed
gets its signal, and SIGKILL where that was not enough. Standard library only, so that it
starts in milliseconds and costs little memory.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

PATIENCE = 3.0  # seconds between the polite signal and SIGKILL


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def watch() -> dict[int, int]:
    """Follow the list until the pipe ends; what is left is {pid: signal}."""
    charges: dict[int, int] = {}
    for line in sys.stdin:
        words = line.split()
        if line.startswith("+") and len(words) == 2:
            charges[int(words[0][1:])] = int(words[1])
        elif line.startswith("-") and words:
            charges.pop(int(words[0][1:]), None)
    return charges


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    charges = watch()
    for pid, number in charges.items():
        with contextlib.suppress(OSError):
            os.kill(pid, number)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and any(alive(pid) for pid in charges):
        time.sleep(0.02)
    for pid in charges:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
