"""A week of measurements, all well, so that a fault stands out against them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store import Sample, Store

USUAL = {
    "response_time": 180.0,
    "cpu": 0.1,
    "error_rate": 0.3,
    "database_connections": 8.0,
    "cache_hit_rate": 92.0,
}
ENVIRONMENT = "production"


def remember(store: Store, now: datetime, *, days: int = 8) -> None:
    """A sample of each metric every ten minutes, up to an hour ago."""
    moments = [now - timedelta(minutes=10 * number) for number in range(6, days * 144)]
    store.samples.add(
        [
            Sample(ENVIRONMENT, metric, moment, value)
            for metric, value in USUAL.items()
            for moment in moments
        ]
    )
    store.samples.add([Sample(ENVIRONMENT, "answers", moment, 1000.0, 997) for moment in moments])
