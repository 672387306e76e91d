"""Metrics the guide names and nothing tells: said, not guessed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.settings import MetricName
from handlers.metrics.result import Gap, Reading
from handlers.metrics.source import Measuring


class Absent:
    """Memory, which Workers do not report, and uptime before anything has been sampled."""

    name = "none"
    metrics: tuple[MetricName, ...] = ("memory", "uptime")
    deadline = 1.0

    async def read(self, scene: Measuring) -> Sequence[Reading | Gap]:  # noqa: ARG002
        return [
            Gap(
                "memory",
                "Cloudflare Workers do not report their memory use (the limit is 128 MB each).",
                "Requests ended for exceeding it show among the errors.",
            ),
            Gap(
                "uptime",
                "History starts with monitoring; the uptime the platform shows is a constant.",
            ),
        ]
