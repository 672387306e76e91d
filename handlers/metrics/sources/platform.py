"""The platform's own request log, where a release tells it; its constants are not measurements.

`/api/analytics/database/*`, `/api/monitoring/metrics` and `/api/admin/system/health` answer
fabricated numbers in several releases, and the `uptime` of `/api/status` is a constant, so
none of them is read here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from bot.clients.health_words import tidy
from bot.clients.http import Answer
from bot.clients.platform import ADMIN_METRICS, STATUS, not_offered
from bot.errors import BadAnswer
from bot.settings import MetricName
from handlers.metrics.result import Gap, Reading
from handlers.metrics.source import Measuring


class RequestLog:
    """`/api/admin/metrics`; `/api/status`, which costs the platform more, only without it."""

    name = "the platform's request log"
    metrics: tuple[MetricName, ...] = ("response_time", "error_rate")
    deadline = 20.0

    async def read(self, scene: Measuring) -> Sequence[Reading | Gap]:
        platform = scene.clients.platform_for(scene.environment)
        refusal = await platform.refusal(deadline=self.deadline)
        answer = await platform.get(ADMIN_METRICS, deadline=self.deadline, signed_in=True)
        if answer.status == 200 and not not_offered(answer, refusal):
            found = read_admin_metrics(_body(answer))
            if found:
                return found
        answer = await platform.get(STATUS, deadline=self.deadline)
        found = [] if not_offered(answer, refusal) else read_status_metrics(_body(answer))
        reason = "This release tells nothing of its request log."
        return found or [Gap(metric, reason) for metric in self.metrics]


def read_admin_metrics(body: Any) -> list[Reading | Gap]:
    """Average time and error share over all logged endpoints; numbers come as strings. Pure."""
    data = body.get("data") if isinstance(body, Mapping) else None
    rows = data.get("performance") if isinstance(data, Mapping) else None
    held = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    counted = [
        (row, requests)
        for row in held
        if (requests := number(row.get("request_count"))) is not None and requests > 0
    ]
    total = sum(requests for _, requests in counted)
    if not total:
        return []
    timed = [
        (average, requests)
        for row, requests in counted
        if (average := number(row.get("avg_response_time"))) is not None
    ]
    errors = sum(number(row.get("error_count")) or 0 for row, _ in counted)
    source, window = "the platform's request log", "the window it keeps"
    found: list[Reading | Gap] = [
        Reading(
            "error_rate",
            min(100.0, 100 * errors / total),
            source,
            window,
            int(total),
            f"{errors:,.0f} of {total:,.0f} logged requests",
        )
    ]
    if timed:
        weight = sum(requests for _, requests in timed)
        mean = sum(average * requests for average, requests in timed) / weight
        found.append(
            Reading(
                "response_time",
                mean,
                f"average in {source}",
                window,
                int(weight),
                _slowest([row for row, _ in counted]),
            )
        )
    return found


def read_status_metrics(body: Any) -> list[Reading | Gap]:
    """The last 24 hours as `/api/status` tells them; nothing when it counted nothing. Pure."""
    metrics = body.get("metrics") if isinstance(body, Mapping) else None
    if not isinstance(metrics, Mapping):
        return []
    requests = number(metrics.get("requestsLast24h"))
    if not requests:  # with its database down it answers zeros, which are no measurement
        return []
    found: list[Reading | Gap] = []
    errors = number(metrics.get("errorsLast24h"))
    rate = 100 * errors / requests if errors is not None else number(metrics.get("errorRate"))
    if rate is not None and 0 <= rate <= 100:
        source = "the platform's status page"
        found.append(Reading("error_rate", rate, source, "last 24 hours", int(requests)))
    slow = number(metrics.get("p95ResponseTime"))
    if slow is not None and slow >= 0:
        found.append(
            Reading(
                "response_time",
                slow,
                "95th percentile on the platform's status page",
                "last 24 hours",
                int(requests),
            )
        )
    return found


def number(value: Any) -> float | None:
    """A finite, non-negative number given as one, or as text such as "14.50" or "0.65%"."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value.strip().removesuffix("%")) if isinstance(value, str) else float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and found >= 0 else None


def _slowest(rows: Sequence[Mapping[str, Any]]) -> str:
    timed = [
        (slow, str(row.get("endpoint", "?")))
        for row in rows
        if (slow := number(row.get("p95_response_time"))) is not None
    ]
    if not timed:
        return ""
    slow, endpoint = max(timed)
    return f"slowest at the 95th percentile: {tidy(endpoint, 80)}, {slow:.0f} ms"


def _body(answer: Answer) -> Any:
    try:
        return answer.json()
    except BadAnswer:
        return None
