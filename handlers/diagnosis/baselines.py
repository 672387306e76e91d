"""The same value at other times: this hour a week ago, and the hour before the last deployment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.judging.wording import duration
from bot.metric_entries import ENTRIES

if TYPE_CHECKING:
    from bot.store import Store
    from handlers.diagnosis.evidence import Fact

_HOUR = timedelta(hours=1)
_WEEK = timedelta(days=7)
_LOOKED_BACK = timedelta(days=60)  # for the last deployment
# Which sampled metric is a fact's own past.
_METRICS = {
    "api_ms": "response_time",
    "cpu_share": "cpu",
    "answers_failed": "error_rate",
    "connections_percent": "database_connections",
    "hit_percent": "cache_hit_rate",
    "cache_memory": "memory",
    "idle_in_transaction": "",
}


@dataclass(frozen=True, slots=True)
class Baselines:
    """`store` and the moment to look back from; `deployed` is when the last deployment was."""

    store: Store
    environment: str
    now: datetime
    deployed: datetime | None

    def __call__(self, fact: Fact) -> tuple[str, ...]:
        """What the fact's value was, in words, where the history tells it."""
        metric = _METRICS.get(fact.name, "")
        if not metric:
            return ()
        told = []
        week = self._value(metric, self.now - _WEEK - _HOUR / 2, self.now - _WEEK + _HOUR / 2)
        if week is not None:
            told.append(f"{_shown(metric, week)} in this hour last week")
        if self.deployed is not None:
            before = self._value(metric, self.deployed - _HOUR, self.deployed)
            if before is not None:
                told.append(f"{_shown(metric, before)} before the last deployment")
        return tuple(told)

    def _value(self, metric: str, since: datetime, until: datetime) -> float | None:
        entry = ENTRIES[metric]
        bucket = self.store.samples.window(self.environment, entry.source, since, until)
        return None if bucket is None else entry.value(bucket)


def last_deployment(store: Store, now: datetime) -> datetime | None:
    """The newest mark of a deployment."""
    marks = store.marks.between(now - _LOOKED_BACK, now)
    return max((each.at for each in marks if each.kind == "deployment"), default=None)


def past(
    store: Store, environment: str, now: datetime, deployed: datetime | None
) -> Callable[[Fact], tuple[str, ...]]:
    return Baselines(store, environment, now, deployed or last_deployment(store, now))


def _shown(metric: str, value: float) -> str:
    if metric == "response_time":
        return duration(value)
    return f"{value:.1f} %"
