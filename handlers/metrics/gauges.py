"""The newest samples of the platform for Prometheus, read from the store at each scrape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.errors import OpsError
from handlers.metrics.sampling import SOURCES

if TYPE_CHECKING:
    from prometheus_client.core import Metric

    from bot.runtime import Runtime

# The base units that Prometheus asks for.
_GAUGES = {
    "uptime": ("check_good", "1 when the last check of API and site was good, else 0.", 1.0),
    "response_time": ("response_seconds", "Time of the API's cheapest answer.", 0.001),
    "error_rate": ("error_ratio", "Share of answers with a 5xx status.", 0.01),
    "origin_error_rate": ("origin_error_ratio", "Share of 5xx of what the origin said.", 0.01),
    "cpu": ("cpu_ratio", "CPU time at the 99th percentile against the Worker's limit.", 0.01),
    "memory": ("memory_ratio", "Memory of Redis that is used.", 0.01),
    "database_connections": ("database_connections_ratio", "Connections in use.", 0.01),
    "connections_active": ("database_connections_active", "Connections running a query.", 1.0),
    "connections_idle": ("database_connections_idle", "Connections without a query.", 1.0),
    "connections_idle_in_transaction": (
        "database_connections_idle_in_transaction", "Connections that hold a transaction open.", 1.0
    ),
    "database_up": ("database_up", "1 when the database could be used, else 0.", 1.0),
    "database_size": ("database_size_bytes", "Size of the database.", 1.0),
    "requests": ("requests_per_minute", "Requests of the newest whole minute told.", 1.0),
    "worker_errors": ("worker_errors_per_minute", "Exceptions of that minute.", 1.0),
    "cache_hit_rate": ("cache_hit_ratio", "Lookups that hit since the look before.", 0.01),
    "certificate_days": ("certificate_seconds", "Time until the first certificate ends.", 86_400.0),
    "backup_age_hours": ("backup_age_seconds", "Age of the newest backup.", 3_600.0),
    "disk": ("bot_disk_ratio", "How full the disk of the bot's machine is.", 0.01),
}  # fmt: skip
# A value older than three measurements, or this, is no longer what is: it is left out.
_LEAST_AGE = timedelta(minutes=15)


class PlatformSamples(Collector):
    """One gauge a metric, labelled by environment. Nothing while the store cannot be read."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[Metric]:
        settings, now = self._runtime.settings, self._runtime.now()
        for source in SOURCES:
            every = source.every(settings)
            if every is None:
                continue
            for metric in source.metrics:
                if metric not in _GAUGES:
                    continue
                name, told, scale = _GAUGES[metric]
                family = GaugeMetricFamily(f"pitchey_platform_{name}", told, labels=["environment"])
                for environment in settings.environments:
                    try:
                        newest = self._runtime.store.samples.latest(environment, metric)
                    except OpsError:
                        return
                    if newest and now - newest.at <= max(3 * every, _LEAST_AGE):
                        family.add_metric([environment], newest.value * scale)
                yield family


def begin(runtime: Runtime) -> None:
    """Show them at `/metrics` from now on."""
    runtime.observability.registry.register(PlatformSamples(runtime))
