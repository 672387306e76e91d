"""Whether a purge had its effect: the page is asked for before and after."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import OpsError

if TYPE_CHECKING:
    from bot.clients.http import Http

_SECONDS = 10.0
_KEPT = frozenset({"HIT", "STALE", "UPDATING", "REVALIDATED"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer: `cached` is cf-cache-status, empty for none; `age` in seconds, None for none."""

    url: str
    status: int = 0
    cached: str = ""
    age: int | None = None
    milliseconds: float = 0.0
    trouble: str = ""
    at: float = 0.0  # by the monotonic clock

    @property
    def kept(self) -> bool:
        """It came from the edge's cache."""
        return self.cached in _KEPT


@dataclass(frozen=True, slots=True)
class Proof:
    before: Seen
    after: Seen

    @property
    def fresh(self) -> bool | None:
        """Whether it is another copy than before; None where the page cannot tell."""
        if self.after.trouble or not self.after.cached:
            return None
        if self.after.cached in {"DYNAMIC", "BYPASS", "NONE"}:
            return None
        if not self.after.kept:
            return True
        # A visitor may have come between: then it is a hit again, but younger than the purge.
        return (self.after.age or 0) <= self.after.at - self.before.at + 1


async def ask(http: Http, url: str) -> Seen:
    """One GET; never raises for what the network or the platform does."""
    try:
        answer = await http.send("GET", url, deadline=_SECONDS, probe=True, most_bytes=2_000_000)
    except OpsError as error:
        return Seen(url, trouble=error.message, at=time.monotonic())
    age = answer.headers.get("age", "")
    return Seen(
        url,
        answer.status,
        answer.headers.get("cf-cache-status", "").upper()[:20],
        int(age) if age.isascii() and age.isdigit() else None,
        answer.milliseconds,
        at=time.monotonic(),
    )
