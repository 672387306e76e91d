"""A connection that gives up: libpq waits for an answer for as long as the line is open.

A server that is frozen, or a pooler in front of one, keeps the line open and says nothing.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import psycopg

LONGEST = 10.0  # seconds for one statement


class NoAnswer(psycopg.OperationalError):
    """The connection is of no use any more: its answer may still come."""


class Patient(psycopg.Connection[Any]):
    """`longest` is how many seconds it waits for the server."""

    longest: float = LONGEST

    def wait(self, gen: Any, *args: Any, **more: Any) -> Any:
        try:
            return super().wait(_limited(gen, self.longest), *args, **more)
        except NoAnswer:
            self.close()
            raise


def _limited(steps: Any, seconds: float) -> Generator[Any, Any, Any]:
    """The same steps, until nothing has been ready for so long."""
    deadline = time.monotonic() + seconds
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > deadline:
                raise NoAnswer(f"no answer within {seconds:g} s")
            wanted = steps.send(ready)
    except StopIteration as ended:
        return ended.value
