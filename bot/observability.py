"""What `/metrics` tells Prometheus about the bot itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.errors import OpsError

if TYPE_CHECKING:
    from prometheus_client.core import Metric

    from bot.store import OutboxCounts
    from bot.vitals import Vitals

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Observability:
    """Counters of this process: invocations by outcome, and failures to tell or record."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._invocations = Counter(
            "pitchey_invocations",
            "Commands handled.",
            ("command", "surface", "outcome"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "pitchey_invocation_seconds",
            "Seconds from acknowledgement to reply.",
            ("command",),
            registry=self.registry,
        )
        self._duplicates = Counter(
            "pitchey_duplicate_deliveries",
            "Deliveries that had been handled before.",
            registry=self.registry,
        )
        self._undelivered = Counter(
            "pitchey_undelivered_replies",
            "Replies that Slack did not take in any form.",
            registry=self.registry,
        )
        self._unrecorded = Counter(
            "pitchey_unrecorded_invocations",
            "Invocations that could not be written to the audit log.",
            registry=self.registry,
        )

    def handled(self, command: str, surface: str, outcome: str, seconds: float) -> None:
        self._invocations.labels(command, surface, outcome).inc()
        self._seconds.labels(command).observe(seconds)

    def duplicate(self) -> None:
        self._duplicates.inc()

    def undelivered(self) -> None:
        self._undelivered.inc()

    def unrecorded(self) -> None:
        self._unrecorded.inc()

    def watch_outbox(self, counts: Callable[[], OutboxCounts]) -> None:
        """Show what the outbox holds, read at each scrape; NaN while the store cannot tell."""

        def shown(figure: Callable[[OutboxCounts], float]) -> Callable[[], float]:
            def read() -> float:
                try:
                    return figure(counts())
                except OpsError:
                    return math.nan

            return read

        for name, told, figure in (
            ("waiting", "Messages stored and not yet delivered.", _waiting),
            ("failed", "Messages that Slack refused in every form.", _failed),
            ("oldest_seconds", "Age of the oldest undelivered message; 0 without one.", _oldest),
        ):
            gauge = Gauge(f"pitchey_outbox_{name}", told, registry=self.registry)
            gauge.set_function(shown(figure))

    def watch_vitals(self, read: Callable[[], Vitals]) -> None:
        """Show how the bot itself is, read once at each scrape."""
        self.registry.register(_VitalSigns(read))

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self.registry)


class _VitalSigns(Collector):
    def __init__(self, read: Callable[[], Vitals]) -> None:
        self._read = read

    def describe(self) -> Iterator[Metric]:
        return iter(())  # without it the registry would read them while it takes this up

    def collect(self) -> Iterator[Metric]:
        found = self._read()
        contact = math.nan if found.contact is None else found.contact.total_seconds()
        for name, told, value in (
            ("up", "1 while nothing makes the bot unfit, as at /healthz.", not found.problems),
            ("uptime_seconds", "Since this process began.", found.uptime.total_seconds()),
            ("scheduler_late_seconds", "How long the latest schedule has been due.",
             found.late.total_seconds()),
            ("slack_contact_seconds", "Since Slack was last heard of.", contact),
            ("store_bytes", "Size of the bot's own store.", found.store_bytes),
            ("store_writable", "1 while the store can be written.", not found.store_problem),
        ):  # fmt: skip
            yield GaugeMetricFamily(f"pitchey_{name}", told, value=float(value))


def _waiting(counts: OutboxCounts) -> float:
    return counts.waiting


def _failed(counts: OutboxCounts) -> float:
    return counts.failed


def _oldest(counts: OutboxCounts) -> float:
    return (datetime.now(UTC) - counts.oldest).total_seconds() if counts.oldest else 0.0
