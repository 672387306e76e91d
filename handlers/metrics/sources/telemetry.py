"""Workers' telemetry: the share of answers that were 5xx, handled or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clients.cloudflare_observability import STATUS, kept_figures
from bot.settings import MetricName
from handlers.metrics.result import Gap, Reading
from handlers.metrics.source import Measuring
from handlers.metrics.sources.cloudflare import unset

_BACK = timedelta(hours=1)


class Telemetry:
    """The last hour, counted by status."""

    name = "Workers telemetry"
    metrics: tuple[MetricName, ...] = ("error_rate",)
    deadline = 15.0

    async def read(self, scene: Measuring) -> Sequence[Reading | Gap]:
        cloudflare, script = scene.clients.cloudflare, scene.environment.worker_script
        if not cloudflare.configured or not script:
            return [Gap("error_rate", *unset(script))]
        now = datetime.now(UTC)
        result = await kept_figures(
            cloudflare, script, now - _BACK, now, groups=(STATUS,), deadline=self.deadline
        )
        return read_statuses(result)


def count_statuses(result: Any) -> tuple[float, float]:
    """Answers with a status (crons and queues have none), and those of them with a 5xx. Pure."""
    total, failed = 0.0, 0.0
    for aggregate in _aggregates(result):
        status, count = _status(aggregate), aggregate.get("value", aggregate.get("count"))
        if status is None or isinstance(count, bool) or not isinstance(count, (int, float)):
            continue
        total += count
        failed += count if status >= 500 else 0
    return total, failed


def read_statuses(result: Any) -> Sequence[Reading | Gap]:
    """The share of 5xx among them. Pure."""
    total, failed = count_statuses(result)
    if total <= 0:
        return [
            Gap(
                "error_rate",
                "Telemetry holds no requests of the last hour.",
                "See that observability is on in the Worker's configuration.",
            )
        ]
    return [
        Reading(
            "error_rate",
            100 * failed / total,
            "Workers telemetry, answers with a 5xx status",
            "last hour",
            int(total),
            f"{failed:,.0f} of {total:,.0f} requests",
        )
    ]


def _aggregates(result: Any) -> list[Mapping[str, Any]]:
    calculations = result.get("calculations") if isinstance(result, Mapping) else None
    found: list[Mapping[str, Any]] = []
    for calculation in calculations if isinstance(calculations, list) else []:
        rows = calculation.get("aggregates") if isinstance(calculation, Mapping) else None
        found += [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return found


def _status(aggregate: Mapping[str, Any]) -> int | None:
    groups = aggregate.get("groups")
    for group in groups if isinstance(groups, list) else []:
        if isinstance(group, Mapping) and group.get("key", STATUS) == STATUS:
            text = str(group.get("value", ""))
            return int(text) if text.isascii() and text.isdigit() and len(text) == 3 else None
    return None
