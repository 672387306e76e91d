"""Cloudflare's analytics of the Worker: CPU time, and exceptions (not every error is one)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clients.cloudflare import Cloudflare
from bot.errors import OpsError
from bot.settings import MetricName
from handlers.metrics.result import Gap, Reading
from handlers.metrics.source import Measuring

PERMISSION = "Account Analytics Read"
DEFAULT_LIMIT_MS = 30_000.0  # a paid Worker without a limit of its own; the free plan has 10 ms
_WINDOW = timedelta(hours=1)
_QUERY = """
query Invocations($account: string!, $script: string!, $from: Time!, $to: Time!) {
  viewer { accounts(filter: {accountTag: $account}) {
    workersInvocationsAdaptive(limit: 1000, filter: {
      scriptName: $script, datetime_geq: $from, datetime_leq: $to
    }) {
      sum { requests errors }
      quantiles { cpuTimeP50 cpuTimeP99 }
      dimensions { status }
    }
  } }
}
"""


class Invocations:
    """The last hour of one Worker script."""

    name = "Cloudflare analytics"
    metrics: tuple[MetricName, ...] = ("cpu", "error_rate")
    deadline = 15.0

    async def read(self, scene: Measuring) -> Sequence[Reading | Gap]:
        cloudflare, script = scene.clients.cloudflare, scene.environment.worker_script
        if not cloudflare.configured or not script:
            return [Gap(metric, *unset(script)) for metric in self.metrics]
        until = datetime.now(UTC)  # the newest minutes arrive late; shares stay right without
        data = await cloudflare.graphql(
            _QUERY,
            {
                "account": cloudflare.account_id,
                "script": script,
                "from": f"{until - _WINDOW:%Y-%m-%dT%H:%M:%SZ}",
                "to": f"{until:%Y-%m-%dT%H:%M:%SZ}",
            },
            permission=PERMISSION,
            deadline=self.deadline,
        )
        limit_ms, told = await cpu_limit(cloudflare, script)
        return read_invocations(data, limit_ms, told=told)


async def cpu_limit(cloudflare: Cloudflare, script: str) -> tuple[float, bool]:
    """The Worker's CPU limit in ms, and whether Cloudflare told it (else it is assumed)."""
    try:
        settings = await cloudflare.get(
            f"{cloudflare.script(script)}/settings",
            permission="Workers Scripts Read",
            deadline=5.0,
        )
    except OpsError:
        return DEFAULT_LIMIT_MS, False
    limits = settings.get("limits") if isinstance(settings, Mapping) else None
    chosen = limits.get("cpu_ms") if isinstance(limits, Mapping) else None
    if isinstance(chosen, (int, float)) and not isinstance(chosen, bool) and chosen > 0:
        return float(chosen), True
    return DEFAULT_LIMIT_MS, False


def unset(script: str | None) -> tuple[str, str]:
    """Why Cloudflare is not asked, and what to set."""
    if not script:
        return "No Worker is named for this environment.", "Set worker_script in pitchey.toml."
    return (
        "Cloudflare is not configured.",
        "Set CLOUDFLARE_API_TOKEN, and account_id in pitchey.toml.",
    )


def read_invocations(
    data: Mapping[str, Any], limit_ms: float, *, told: bool
) -> Sequence[Reading | Gap]:
    """CPU and exceptions of the answer; CPU times come in microseconds. Pure."""
    rows = invocation_rows(data)
    requests = sum(counted(row, "sum", "requests") for row in rows)
    if not requests:
        reason = "Cloudflare counted no requests in the last hour."
        return [Gap("cpu", reason), Gap("error_rate", reason)]
    errors = sum(counted(row, "sum", "errors") for row in rows)
    busiest = max(rows, key=lambda row: counted(row, "sum", "requests"))
    median = counted(busiest, "quantiles", "cpuTimeP50") / 1000
    highest = max(counted(row, "quantiles", "cpuTimeP99") for row in rows) / 1000
    over = sum(
        counted(row, "sum", "requests")
        for row in rows
        if str(row.get("dimensions", {}).get("status", "")).lower().startswith("exceeded")
    )
    limit = f"{limit_ms:,.0f} ms{'' if told else ' (assumed: the default of a paid plan)'}"
    exceeded = f"; {over:,.0f} requests exceeded a limit" if over else ""
    return [
        Reading(
            "cpu",
            100 * highest / limit_ms,
            "Cloudflare analytics, 99th percentile against the Worker's limit",
            "last hour",
            int(requests),
            f"p50 {median:.1f} ms, p99 {highest:.1f} ms of {limit}{exceeded}",
        ),
        Reading(
            "error_rate",
            100 * errors / requests,
            "Cloudflare analytics, exceptions and exceeded limits only",
            "last hour",
            int(requests),
            f"{errors:,.0f} of {requests:,.0f} requests; a handled 500 is not among them",
        ),
    ]


def invocation_rows(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    viewer = data.get("viewer")
    accounts = viewer.get("accounts") if isinstance(viewer, Mapping) else None
    if not isinstance(accounts, list) or not accounts or not isinstance(accounts[0], Mapping):
        return []
    rows = accounts[0].get("workersInvocationsAdaptive")
    listed = rows if isinstance(rows, list) else []
    return [
        row
        for row in listed
        if isinstance(row, Mapping) and isinstance(row.get("dimensions", {}), Mapping)
    ]


def counted(row: Mapping[str, Any], group: str, name: str) -> float:
    held = row.get(group)
    value = held.get(name) if isinstance(held, Mapping) else None
    sane = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if sane and value is not None and value >= 0 else 0.0
