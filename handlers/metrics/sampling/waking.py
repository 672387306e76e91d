"""Whether the database may be asked without keeping a sleeping one awake. Pure.

Neon suspends a compute that has had no query for five minutes, and every minute awake counts
against a quota that has taken production down. So a database that sleeps is asked only while
the platform's own visitors keep it awake, as its count of requests shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

Mode = Literal["auto", "spare", "ignore"]
EVIDENCE = timedelta(minutes=10)  # analytics come some minutes late
_SLEEPS = (".neon.tech", ".neon.build")


@dataclass(frozen=True, slots=True)
class Decision:
    ask: bool
    reason: str


def may_sleep(mode: Mode, dsn: str | None) -> bool:
    """Whether this database suspends itself, by its host's name or by setting."""
    if mode != "auto":
        return mode == "spare"
    try:
        host = urlsplit(dsn or "").hostname or ""
    except ValueError:
        return True  # unreadable: rather spare it
    return host.lower().rstrip(".").endswith(_SLEEPS)


def decide(
    *, sleeps: bool, visitors: float | None, idle: timedelta | None, asleep: timedelta
) -> Decision:
    """`visitors`: requests of others within the evidence's time, None where nobody tells.

    `idle` is how long ago the database was asked last, None for never.
    """
    if not sleeps:
        return Decision(True, "this database does not sleep")
    if visitors is not None and visitors > 0:
        return Decision(True, "visitors keep it awake")
    if idle is None or idle >= asleep:
        return Decision(True, f"looked at once in {asleep.total_seconds() / 3600:g} h")
    return Decision(False, "no visitors: asking would wake it or keep it awake")


def others(requests: float, every: int, window: timedelta = EVIDENCE) -> float:
    """Requests that the bot did not make itself, one each `every` seconds and two to spare."""
    own = window.total_seconds() / every if every else 0.0
    return max(0.0, requests - own - 2)
