"""Every metric with a history: its name, unit and how a window of it is put in one number. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from bot.settings import Metric, MetricName

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Bucket


class Figure(StrEnum):
    """How the samples of a time become one number, in the words a reader sees."""

    P95 = "95th percentile"
    AVERAGE = "average"
    SHARE = "share of all answers"
    LEAST = "least"
    GREATEST = "greatest"


@dataclass(frozen=True, slots=True)
class Entry:
    """`scale` turns stored values into `unit`; `counts` names the metric whose good share it is."""

    name: str
    title: str
    unit: str
    figure: Figure
    scale: float = 1.0
    counts: str = ""
    higher_is_better: bool = False

    @property
    def source(self) -> str:
        """The metric that is stored."""
        return self.counts or self.name

    def value(self, bucket: Bucket) -> float | None:
        """The one number of these samples; None where they tell none."""
        match self.figure:
            case Figure.P95:
                return bucket.quantile(0.95) * self.scale
            case Figure.LEAST:
                return bucket.minimum * self.scale
            case Figure.GREATEST:
                return bucket.maximum * self.scale
            case Figure.SHARE:
                # Each answer weighs the same, however many came in its minute.
                if bucket.good is None or bucket.total <= 0:
                    return None
                return 100.0 * (bucket.total - bucket.good) / bucket.total
            case _:
                return bucket.average * self.scale

    def limits(self, settings: Settings) -> Metric | None:
        """Target and threshold of a key metric; None for the others."""
        return settings.metrics.get(cast("MetricName", self.name))


KEY = (
    Entry("uptime", "Uptime", "%", Figure.AVERAGE, 100.0, higher_is_better=True),
    Entry("response_time", "Response time", "ms", Figure.P95),
    Entry("error_rate", "Error rate", "%", Figure.SHARE, counts="answers"),
    Entry("cpu", "CPU usage", "%", Figure.P95),
    Entry("memory", "Memory usage", "%", Figure.P95),
    Entry("database_connections", "Database connections", "%", Figure.P95),
)
OTHERS = (
    Entry("requests", "Requests a minute", "", Figure.AVERAGE),
    Entry("worker_errors", "Worker exceptions a minute", "", Figure.AVERAGE),
    Entry("cache_hit_rate", "Cache hit rate", "%", Figure.AVERAGE, higher_is_better=True),
    Entry("database_size", "Database size", "MB", Figure.GREATEST, 1e-6),
    Entry("connections_active", "Connections, active", "", Figure.P95),
    Entry("connections_idle", "Connections, idle", "", Figure.P95),
    Entry(
        "connections_idle_in_transaction", "Connections, idle in transaction", "", Figure.P95
    ),
    Entry("origin_error_rate", "Origin error rate", "%", Figure.AVERAGE),
    Entry("certificate_days", "Certificate", "days", Figure.LEAST, higher_is_better=True),
    Entry("backup_age_hours", "Age of the newest backup", "hours", Figure.GREATEST),
    Entry("disk", "Disk of the bot's machine", "%", Figure.GREATEST),
)  # fmt: skip
ENTRIES = {each.name: each for each in (*KEY, *OTHERS)}
