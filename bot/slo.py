"""A service level objective: how much failing it allows, and how fast that is used up. Pure.

The terms are those of Google's SRE workbook, "Alerting on SLOs": a burn rate of 1 uses exactly
the whole budget over the objective's window.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

WINDOW = timedelta(days=30)
BURN_WINDOWS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), WINDOW)


@dataclass(frozen=True, slots=True)
class Budget:
    """Checks of a window against a target in percent; there is at least one check.

    `expected` is how many checks the whole window has room for: what was not checked neither
    spends the budget nor makes it smaller.
    """

    target: float
    good: float
    total: float
    expected: float = 0.0

    @property
    def availability(self) -> float:
        """Percent of the checks that were good."""
        return 100.0 * self.good / self.total

    @property
    def allowed(self) -> float:
        """How many checks of the window may fail."""
        return max(self.total, self.expected) * (100.0 - self.target) / 100.0

    @property
    def failed(self) -> float:
        return self.total - self.good

    @property
    def left(self) -> float:
        """Percent of the budget that is left; below zero where more failed than is allowed."""
        if self.allowed <= 0:
            return 100.0 if self.failed <= 0 else -100.0
        return 100.0 * (1.0 - self.failed / self.allowed)

    @property
    def burn(self) -> float:
        return burn_rate(self.availability, self.target)


def burn_rate(availability: float, target: float) -> float:
    """How many times faster than allowed the budget goes; both in percent.

    A target of 100 % allows nothing: any failure burns without end.
    """
    failing, allowed = 100.0 - availability, 100.0 - target
    if allowed <= 0:
        return 0.0 if failing <= 0 else float("inf")
    return max(0.0, failing / allowed)


def allowed_downtime(target: float, window: timedelta) -> timedelta:
    """How long everything may be down within the window: 43 minutes of 30 days at 99.9 %."""
    return window * ((100.0 - target) / 100.0)


def lasts(burn: float, left: float, window: timedelta = WINDOW) -> timedelta | None:
    """How long `left` percent of the budget lasts at that rate; None where it does not end."""
    if burn <= 0 or left <= 0:
        return timedelta(0) if left <= 0 else None
    return window * (left / 100.0 / burn)
