"""Where measurements come from, in order of trust."""

from __future__ import annotations

from handlers.metrics.source import MetricSource
from handlers.metrics.sources.cloudflare import Invocations
from handlers.metrics.sources.database import Connections
from handlers.metrics.sources.history import Sampled
from handlers.metrics.sources.platform import RequestLog
from handlers.metrics.sources.probes import Probes
from handlers.metrics.sources.telemetry import Telemetry

SOURCES: tuple[MetricSource, ...] = (
    Probes(),
    Telemetry(),
    Invocations(),
    RequestLog(),
    Connections(),
    Sampled(),
)
