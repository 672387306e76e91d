"""Percentiles and time steps, for analytics and telemetry alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` percent do not exceed (nearest rank); 0 where there is none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]


def moment(at: float, step: int = 1) -> str:
    """An epoch time cut to a whole number of `step` seconds, as Cloudflare writes it."""
    return datetime.fromtimestamp(at // step * step, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch(text: str) -> float:
    """Seconds of an ISO time; ValueError for anything else."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
