"""What `scale` answers: resources against their limits, regions, replicas, and a failover."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.forecasting import Forecast
from bot.regions import RegionSeen


class Standing(StrEnum):
    """How near a limit is, the worst first."""

    OVER = "over its limit"
    NEAR = "near its limit"
    SOON = "will reach its limit soon"
    WELL = "well below its limit"
    UNLIMITED = "without a limit"

    @property
    def rank(self) -> int:
        return list(Standing).index(self)


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing that may run out. `used` and `limit` are in `unit`; a limit of 0 is none.

    `about` says what is counted ("the last 30 days"); `line` is the command that comes next,
    `label` its button, `words` what to do where no command does it.
    """

    name: str
    title: str
    used: float
    limit: float
    unit: str
    about: str
    forecast: Forecast
    standing: Standing
    label: str = ""
    line: str = ""
    words: str = ""

    @property
    def percent(self) -> float | None:
        return 100.0 * self.used / self.limit if self.limit else None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A resource that could not be counted, and why."""

    title: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A region as it is now, and the countries that it serves; the default one serves the rest."""

    seen: RegionSeen
    countries: tuple[str, ...]
    default: bool


@dataclass(frozen=True, slots=True)
class Replica:
    """A copy of the database; lag in seconds and bytes, None where it is not told."""

    name: str
    state: str
    seconds: float | None
    bytes_behind: float | None


@dataclass(frozen=True, slots=True)
class Capacity:
    """The whole answer."""

    environment: str
    at: datetime
    resources: tuple[Resource, ...]
    unknown: tuple[Unknown, ...]
    routes: tuple[Route, ...]
    replicas: tuple[Replica, ...] | None  # None where nobody could be asked
    took_ms: float
    warn_days: int
    offered: frozenset[str] = field(default_factory=frozenset)

    @property
    def worst(self) -> Resource | None:
        known = [each for each in self.resources if each.standing is not Standing.UNLIMITED]
        return known[0] if known else None

    @property
    def broken(self) -> tuple[Route, ...]:
        return tuple(route for route in self.routes if not route.seen.healthy)

    @property
    def exit_code(self) -> int:
        bad = [each for each in self.resources if each.standing in {Standing.OVER, Standing.NEAR}]
        return 1 if bad or self.broken else 0


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the countries of a region would go: `extra_ms` is how much farther that is."""

    to: str
    healthy: bool
    trouble: str
    milliseconds: float | None
    extra_ms: float | None


@dataclass(frozen=True, slots=True)
class Failover:
    """A dry run: nothing was changed. `choices` are the other regions, the best first."""

    region: str
    countries: tuple[str, ...]
    default: bool
    own: RegionSeen
    choices: tuple[Moved, ...]
    at: datetime

    @property
    def best(self) -> Moved | None:
        return self.choices[0] if self.choices and self.choices[0].healthy else None
