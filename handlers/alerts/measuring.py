"""What the rules look at, read from the samples; each stretch of a series once a look."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.settings.alerts import Rule
from handlers.alerts.evaluation import Measured, burn_rate

if TYPE_CHECKING:
    from bot.store import Bucket, Store

UPTIME = "uptime"
# A metric that was not sampled for so long is not sampled any more: nobody is told of that twice.
GIVEN_UP = timedelta(days=7)
_QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


@dataclass(slots=True)
class Measuring:
    """One look at the samples up to `now`. What lies ahead of it, by a wrong clock, is not seen."""

    store: Store
    now: datetime
    slo_target: float
    _seen: dict[tuple[str, str, int], Bucket | None] = field(default_factory=dict)

    def measure(self, rule: Rule, environment: str) -> Measured:
        """In the metric's unit; uptime in percent, burn rates as multiples."""
        bucket = self._window(environment, rule.metric, rule.window_minutes)
        if bucket is None:
            return Measured(None)
        if rule.burn_rate is not None:
            short = self._window(environment, rule.metric, rule.short_window_minutes)
            return Measured(
                burn_rate(bucket.average, self.slo_target),
                None if short is None else burn_rate(short.average, self.slo_target),
            )
        value = self._value(rule, environment, bucket)
        return Measured(value * 100 if value is not None and rule.metric == UPTIME else value)

    def silent_since(self, environment: str, metric: str, after: timedelta) -> datetime | None:
        """Since when a metric that used to be sampled is not; None where all is well with it."""
        minutes = int(after.total_seconds() // 60)
        if self._window(environment, metric, minutes) is not None:
            return None
        latest = self.store.samples.latest(environment, metric)
        if latest is None or latest.at > self.now or self.now - latest.at > GIVEN_UP:
            return None
        return latest.at

    def _value(self, rule: Rule, environment: str, bucket: Bucket) -> float | None:
        if rule.statistic in _QUANTILES:
            return bucket.quantile(_QUANTILES[rule.statistic])
        if rule.statistic == "latest":
            latest = self.store.samples.latest(environment, rule.metric)
            # A sample from the future hides the newest one; the average stands in for it.
            return latest.value if latest and latest.at <= self.now else bucket.average
        return {
            "average": bucket.average,
            "minimum": bucket.minimum,
            "maximum": bucket.maximum,
            "sum": bucket.total,
        }[rule.statistic]

    def _window(self, environment: str, metric: str, minutes: int) -> Bucket | None:
        key = (environment, metric, minutes)
        if key not in self._seen:
            since = self.now - timedelta(minutes=minutes)
            until = self.now + timedelta(milliseconds=1)
            self._seen[key] = self.store.samples.window(environment, metric, since, until)
        return self._seen[key]
