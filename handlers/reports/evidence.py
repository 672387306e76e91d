"""What recommendations are made from. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.reports.result import (
    Deployments,
    Figure,
    Forecast,
    Gap,
    Incident,
    Overdue,
    Planned,
    Work,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules look at. `alerts` counts firings by rule; forecasts and overdue reviews are a
    month's."""

    figures: dict[str, Figure]
    incidents: Sequence[Incident]
    work: Sequence[Work]
    deployments: Deployments
    gaps: Sequence[Gap]
    planned: Sequence[Planned]
    alerts: Counter[str]
    noun: str
    size_limit: float  # bytes; 0 for none
    until: datetime
    forecasts: Sequence[Forecast] = ()
    overdue: Sequence[Overdue] = ()
