"""What was measured, and how it stands against the guide's targets. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.settings import Metric, MetricName

TITLES: dict[MetricName, str] = {
    "uptime": "Uptime",
    "response_time": "Response time",
    "error_rate": "Error rate",
    "cpu": "CPU usage",
    "memory": "Memory usage",
    "database_connections": "Database connections",
}
# A reading of fewer samples is shown, but does not by itself raise an alarm.
ENOUGH_SAMPLES = 20


class Standing(StrEnum):
    """How a value stands, worst first."""

    ALERT = "past the alert threshold"
    OFF_TARGET = "off target"
    ON_TARGET = "on target"
    NO_DATA = "no data"

    @property
    def rank(self) -> int:
        return list(Standing).index(self)


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement of one metric, in the metric's unit.

    `source` and `window` say where it comes from and over what time; `samples` is how many
    single events it stands on. `detail` adds what one number cannot say.
    """

    metric: MetricName
    value: float
    source: str
    window: str
    samples: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a source has nothing to say of a metric, and what would change that."""

    metric: MetricName
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric: its readings, the deciding one first, or the gaps where there is none."""

    name: MetricName
    limits: Metric
    standing: Standing
    readings: tuple[Reading, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Metrics:
    """The six key metrics at one moment."""

    environment: str
    started: datetime
    took_ms: float
    metrics: tuple[Measured, ...]

    def of(self, standing: Standing) -> tuple[Measured, ...]:
        return tuple(metric for metric in self.metrics if metric.standing is standing)

    @property
    def exit_code(self) -> int:
        """1 when something is past its alert threshold."""
        return 1 if self.of(Standing.ALERT) else 0


def stand(value: float, limits: Metric) -> Standing:
    """Where a value lies between target and alert threshold.

    Judged as shown, with two decimals: "1.00 %" is not above 1 %.
    """
    value = round(value, 2)
    if limits.higher_is_better:
        if value < limits.alert:
            return Standing.ALERT
        return Standing.ON_TARGET if value >= limits.target else Standing.OFF_TARGET
    if value > limits.alert:
        return Standing.ALERT
    return Standing.ON_TARGET if value <= limits.target else Standing.OFF_TARGET


def weigh(name: MetricName, limits: Metric, found: tuple[Reading | Gap, ...]) -> Measured:
    """Join what all sources said of a metric: the first reading, or a worse one of substance.

    Sources come in order of trust, so the first reading leads unless another with enough
    samples stands worse.
    """
    readings = [each for each in found if isinstance(each, Reading) and each.metric == name]
    gaps = tuple(each for each in found if isinstance(each, Gap) and each.metric == name)
    if not readings:
        return Measured(name, limits, Standing.NO_DATA, (), gaps)
    deciding = [readings[0], *(each for each in readings[1:] if each.samples >= ENOUGH_SAMPLES)]
    worst = min(deciding, key=lambda each: stand(each.value, limits).rank)
    ordered = (worst, *(each for each in readings if each is not worst))
    return Measured(name, limits, stand(worst.value, limits), ordered, gaps)
