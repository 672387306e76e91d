"""How many alerts are open, for Prometheus, read from the store at each scrape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.errors import OpsError
from bot.settings.alerts import SEVERITIES
from bot.store.alerts_rows import State

if TYPE_CHECKING:
    from prometheus_client.core import Metric

    from bot.runtime import Runtime


class OpenAlerts(Collector):
    """Counts without test alerts. Nothing while the store cannot be read."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[Metric]:
        store = self._runtime.store
        try:
            counts = store.alerts.counted()
            silences = store.alert_rules.silences(self._runtime.now())
        except OpsError:
            return
        family = GaugeMetricFamily(
            "pitchey_alerts_open",
            "Alerts that are open, by state and severity; without tests.",
            labels=["state", "severity"],
        )
        # Every pair is there, also as 0: a query over what is missing says nothing.
        for state in (State.FIRING, State.ACKNOWLEDGED):
            for severity in SEVERITIES:
                family.add_metric([state.value, severity], counts.get((state, severity), 0))
        yield family
        now = self._runtime.now()
        yield GaugeMetricFamily(
            "pitchey_alert_silences",
            "Silences and maintenance windows that hold.",
            value=sum(each.holds(now) for each in silences),
        )


def begin(runtime: Runtime) -> None:
    """Show them at `/metrics` from now on."""
    runtime.observability.registry.register(OpenAlerts(runtime))
