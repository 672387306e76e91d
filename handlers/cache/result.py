"""What looking at caches found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

ALERT_PERCENT = 60.0  # of lookups that hit; below it the operators were alerted


@dataclass(frozen=True, slots=True)
class Tier:
    """One cache. `holds` and `hits` are words with units; empty where that is not told, and
    `note` says why. `percent` is its hit rate, None where it is not told."""

    name: str
    holds: str = ""
    hits: str = ""
    note: str = ""
    percent: float | None = None
    trouble: str = ""
    evicting: bool = False

    @property
    def told(self) -> bool:
        return bool(self.holds or self.hits)

    @property
    def cold(self) -> bool:
        return self.percent is not None and self.percent < ALERT_PERCENT


@dataclass(frozen=True, slots=True)
class Trend:
    """Averages of sampled hit rates in percent; None where nothing was sampled then."""

    hour: float | None
    day_before: float | None
    week_before: float | None
    course: str = ""  # the last 24 hours, a character an hour


@dataclass(frozen=True, slots=True)
class Overview:
    tiers: tuple[Tier, ...]
    trend: Trend
    zone: str  # its name and plan; empty without one

    @property
    def worst(self) -> Tier | None:
        """The tier that is lost, or the coldest one that is too cold."""
        lost = [tier for tier in self.tiers if tier.trouble]
        cold = [tier for tier in self.tiers if tier.cold]
        return next(iter([*lost, *sorted(cold, key=lambda tier: tier.percent or 0)]), None)


class Verdict(StrEnum):
    """How a route keeps its answers, worst first."""

    EXPOSED = "may be kept, and must not"
    DIFFERS = "differs"
    UNTOLD = "says nothing"
    FAILED = "did not answer"
    UNKNOWN = "no address known"
    NOT_OFFERED = "not offered"
    SIGNED_IN = "needs a session"
    RIGHT = "as wanted"


@dataclass(frozen=True, slots=True)
class Row:
    """One route of the table against what its answer says. Times in seconds."""

    pattern: str
    wanted: int
    verdict: Verdict
    url: str = ""
    says: str = ""  # Cache-Control, as it was sent
    kept: int | None = None  # how long shared caches may keep it, by what it says
    age: int | None = None
    cached: str = ""  # cf-cache-status
    why: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[Row, ...]  # worst first
    missing: tuple[str, ...]  # sources of known addresses that could not be read
    zone: bool

    def count(self, *verdicts: Verdict) -> int:
        return sum(row.verdict in verdicts for row in self.rows)


@dataclass(frozen=True, slots=True)
class Warmed:
    """One address asked for twice; times in milliseconds."""

    url: str
    status: int
    first_ms: float
    second_ms: float
    first: str  # cf-cache-status
    second: str
    trouble: str = ""

    @property
    def good(self) -> bool:
        return not self.trouble and self.status < 400


@dataclass(frozen=True, slots=True)
class Warming:
    pages: Sequence[Warmed]
    hit_before: float | None  # percent of Redis' lookups, over the first round
    hit_after: float | None  # and over the second one
    keys_before: int | None
    keys_after: int | None
