"""What an incident cost: minutes of the objective, error budget and requests, from the samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.slo import WINDOW, allowed_downtime

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Store

Spans = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Impact:
    """Of one environment. `lost` is None without checks, `requests` and `failed_requests` are
    None where nothing was counted; `target` is in percent, `allowed` of 30 days."""

    environment: str
    target: float
    checks: int
    failed_checks: int
    lost: timedelta | None
    allowed: timedelta
    requests: int | None
    failed_requests: int | None

    @property
    def budget_used(self) -> float | None:
        """Percent of the error budget of 30 days."""
        if self.lost is None or not self.allowed:
            return None
        return 100.0 * self.lost / self.allowed


def impact_of(store: Store, settings: Settings, spans: Spans) -> Impact:
    """From what was sampled while the incident was open. A few reads; raises OpsError."""
    environment = settings.environment().name
    target = settings.metrics["uptime"].target
    every = timedelta(seconds=max(15, settings.sampling.api))
    checks, good, lost = 0, 0.0, timedelta()
    requests: int | None = None
    failed: int | None = None
    for since, until in spans:
        found = store.samples.window(environment, "uptime", since, until)
        if found is not None:
            checks += found.count
            good += found.total
            bad = found.count - found.total
            # Each check stands for the time until the next one, and for no more than there was.
            stood_for = min(every, (until - since) / found.count)
            lost += bad * stood_for
        answers = store.samples.window(environment, "answers", since, until)
        if answers is not None and answers.good is not None:
            requests = (requests or 0) + round(answers.total)
            failed = (failed or 0) + round(answers.total) - answers.good
    return Impact(
        environment,
        target,
        checks,
        round(checks - good),
        lost if checks else None,
        allowed_downtime(target, WINDOW),
        requests,
        failed,
    )
