"""What `/metrics` tells Prometheus about the bot itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.errors import OpsError

if TYPE_CHECKING:
    from bot.store import OutboxCounts

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

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self.registry)


def _waiting(counts: OutboxCounts) -> float:
    return counts.waiting


def _failed(counts: OutboxCounts) -> float:
    return counts.failed


def _oldest(counts: OutboxCounts) -> float:
    return (datetime.now(UTC) - counts.oldest).total_seconds() if counts.oldest else 0.0
