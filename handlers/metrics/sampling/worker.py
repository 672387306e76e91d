"""Requests, exceptions and CPU of each minute, as Cloudflare's analytics tell them afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.metrics.sampling.scene import Findings, Scene
from handlers.metrics.sources.cloudflare import (
    PERMISSION,
    counted,
    cpu_limit,
    invocation_rows,
    unset,
)

# Counts of a minute still grow for a while; one that was stored is never changed.
LAG = timedelta(minutes=3)
_BACK = timedelta(hours=3)  # so much of a downtime of the bot is filled afterwards
_MINUTE = timedelta(minutes=1)
_QUERY = """
query Minutes($account: string!, $script: string!, $from: Time!, $to: Time!) {
  viewer { accounts(filter: {accountTag: $account}) {
    workersInvocationsAdaptive(limit: 5000, filter: {
      scriptName: $script, datetime_geq: $from, datetime_leq: $to
    }) {
      sum { requests errors }
      quantiles { cpuTimeP50 cpuTimeP99 }
      dimensions { datetimeMinute status }
    }
  } }
}
"""


async def measure(scene: Scene) -> Findings:
    """Every whole minute that is not stored yet. Raises OpsError where nothing can be asked."""
    cloudflare, script = scene.clients.cloudflare, scene.environment.worker_script
    if not cloudflare.configured or not script:
        return Findings(note=unset(script)[0])
    until = (scene.now - LAG).replace(second=0, microsecond=0)
    known = scene.store.samples.latest(scene.environment.name, "requests")
    since = max(until - _BACK, known.at + _MINUTE if known else until - 10 * _MINUTE)
    if since >= until:
        return Findings(note="every minute is known already")
    data = await cloudflare.graphql(
        _QUERY,
        {
            "account": cloudflare.account_id,
            "script": script,
            "from": f"{since:%Y-%m-%dT%H:%M:%SZ}",
            "to": f"{until - timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}",
        },
        permission=PERMISSION,
        deadline=15.0,
    )
    limit_ms, _ = await cpu_limit(cloudflare, script)
    minutes = read_minutes(data, since, until)
    if not minutes:
        return Findings(note="Cloudflare has counted nothing yet")
    samples = []
    for at, (requests, errors, cpu_us) in minutes.items():
        samples.append(scene.sample("requests", requests, int(requests - errors), at))
        samples.append(scene.sample("worker_errors", errors, at=at))
        if requests:
            share = min(100.0, 100 * cpu_us / 1000 / limit_ms)
            samples.append(scene.sample("cpu", share, at=at))
    return Findings(tuple(samples))


def read_minutes(
    data: Mapping[str, Any], since: datetime, until: datetime
) -> dict[datetime, tuple[float, float, float]]:
    """Requests, exceptions and the highest p99 of CPU time (µs) of each minute. Pure.

    A minute without a row had no requests, if a later one has some: else it may only be late.
    """
    found: dict[datetime, tuple[float, float, float]] = {}
    for row in invocation_rows(data):
        at = _minute(row)
        if at is None or not since <= at < until:
            continue
        requests, errors, cpu = found.get(at, (0.0, 0.0, 0.0))
        found[at] = (
            requests + counted(row, "sum", "requests"),
            errors + counted(row, "sum", "errors"),
            max(cpu, counted(row, "quantiles", "cpuTimeP99")),
        )
    if found:
        at, newest = since, max(found)
        while at < newest:
            found.setdefault(at, (0.0, 0.0, 0.0))
            at += _MINUTE
    return dict(sorted(found.items()))


def _minute(row: Mapping[str, Any]) -> datetime | None:
    said = row.get("dimensions", {}).get("datetimeMinute")
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return at.astimezone(UTC).replace(second=0, microsecond=0) if at.tzinfo else None
