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
    _begun: dict[tuple[str, str], datetime | None] = field(default_factory=dict)
    _seen: dict[tuple[str, str, int], Bucket | None] = field(default_factory=dict)

    def measure(self, rule: Rule, environment: str) -> Measured:
        """In the metric's unit; uptime in percent, burn rates as multiples."""
        bucket = self._window(environment, rule.metric, rule.window_minutes)
        if bucket is None:
            return Measured(None)
        failed = round(bucket.count - bucket.total) if rule.metric == UPTIME else None
        if rule.burn_rate is not None:
            short = self._window(environment, rule.metric, rule.short_window_minutes)
            return Measured(
                self._burn(environment, rule.metric, rule.window_minutes, bucket),
                None
                if short is None
                else self._burn(environment, rule.metric, rule.short_window_minutes, short),
                failed,
            )
        value = self._value(rule, environment, bucket)
        percent = value * 100 if value is not None and rule.metric == UPTIME else value
        return Measured(percent, failed=failed)

    def silent_since(self, environment: str, metric: str, after: timedelta) -> datetime | None:
        """Since when a metric that used to be sampled is not; None where all is well with it."""
        if self.sampled_within(environment, metric, after):
            return None
        latest = self.store.samples.latest(environment, metric)
        if latest is None or latest.at > self.now or self.now - latest.at > GIVEN_UP:
            return None
        return latest.at

    def sampled_within(self, environment: str, metric: str, span: timedelta) -> bool:
        return self._window(environment, metric, int(span.total_seconds() // 60)) is not None

    def _burn(self, environment: str, metric: str, minutes: int, bucket: Bucket) -> float:
        """The share of the budget that is used, against the share of the time: what lies before
        the first check ever has used nothing, or one bad check of a new bot would be an outage of
        three days."""
        first = self._first(environment, metric)
        known = 1.0 if first is None else (self.now - first) / timedelta(minutes=minutes)
        return burn_rate(bucket.average, self.slo_target) * min(1.0, max(0.0, known))

    def _first(self, environment: str, metric: str) -> datetime | None:
        key = (environment, metric)
        if key not in self._begun:
            self._begun[key] = self.store.samples.first(environment, metric)
        return self._begun[key]

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
