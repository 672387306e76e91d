"""The six key metrics: target, alert threshold, unit and which direction is better."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from bot.settings.values import Amount, Table

MetricName = Literal[
    "uptime", "response_time", "error_rate", "cpu", "memory", "database_connections"
]


class Metric(Table):
    """One metric's limits (guide, "Key Metrics to Track"). `unit` and direction are facts."""

    target: Amount
    alert: Amount
    unit: str
    higher_is_better: bool

    @model_validator(mode="after")
    def _target_is_better(self) -> Self:
        if self.unit == "%" and max(self.target, self.alert) > 100:
            raise ValueError("target and alert are percentages, so at most 100")
        worse = self.alert < self.target if self.higher_is_better else self.alert > self.target
        if not worse:
            side = "below" if self.higher_is_better else "above"
            raise ValueError(f"alert must be {side} target")
        return self


def guide_metrics() -> dict[MetricName, Metric]:
    """The guide's numbers; percentages are of 100, response time is in milliseconds."""
    return {
        "uptime": Metric(target=99.9, alert=99.5, unit="%", higher_is_better=True),
        "response_time": Metric(target=500, alert=1000, unit="ms", higher_is_better=False),
        "error_rate": Metric(target=0.5, alert=1, unit="%", higher_is_better=False),
        "cpu": Metric(target=70, alert=85, unit="%", higher_is_better=False),
        "memory": Metric(target=80, alert=90, unit="%", higher_is_better=False),
        "database_connections": Metric(target=80, alert=90, unit="%", higher_is_better=False),
    }
