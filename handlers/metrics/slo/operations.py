"""Uptime as an objective: what is left of its error budget, and how fast it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.slo import BURN_WINDOWS, Budget, allowed_downtime, lasts

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Store


@dataclass(frozen=True, slots=True)
class Burn:
    """The budget's use in one window; None where it holds no checks."""

    window: timedelta
    budget: Budget | None


@dataclass(frozen=True, slots=True)
class Objective:
    """`budget` is that of the whole window; `coverage` is the percent of it that was checked."""

    environment: str
    target: float
    window: timedelta
    until: datetime
    budget: Budget | None
    coverage: float
    burns: tuple[Burn, ...]
    every: timedelta

    @property
    def allowed(self) -> timedelta:
        """How long everything may be down in the window."""
        return allowed_downtime(self.target, self.window)

    @property
    def fastest(self) -> Burn | None:
        """The window in which the budget goes fastest."""
        known = [burn for burn in self.burns if burn.budget is not None]
        return max(known, key=_rate, default=None)

    @property
    def ends_in(self) -> timedelta | None:
        """How long the rest lasts as in the last hour; None where it does not end so."""
        now = self.burns[0].budget if self.burns else None
        if self.budget is None or now is None:
            return None
        return lasts(now.burn, self.budget.left, self.window)

    @property
    def exit_code(self) -> int:
        return 1 if self.budget is not None and self.budget.left <= 0 else 0


def objective(
    store: Store, settings: Settings, environment: str, window: timedelta, now: datetime
) -> Objective:
    """From the checks that were stored. Raises OpsError."""
    target = settings.metrics["uptime"].target
    every = timedelta(seconds=max(15, settings.sampling.api))

    def budget(length: timedelta) -> Budget | None:
        bucket = store.samples.window(environment, "uptime", now - length, now)
        return Budget(target, bucket.total, bucket.count, length / every) if bucket else None

    whole = budget(window)
    lengths = sorted({*(each for each in BURN_WINDOWS if each <= window), window})
    coverage = min(100.0, 100.0 * whole.total * every / window) if whole else 0.0
    burns = tuple(Burn(each, whole if each == window else budget(each)) for each in lengths)
    return Objective(environment, target, window, now, whole, coverage, burns, every)


def _rate(burn: Burn) -> float:
    return burn.budget.burn if burn.budget else -1.0
