"""What the account has used, day by day: Worker, KV and R2, by Cloudflare's GraphQL analytics.

Source: developers.cloudflare.com/analytics/graphql-api; days are those of UTC.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.clients.cloudflare import Cloudflare
from bot.clients.cloudflare_analytics import (
    ACCOUNT_PERMISSION,
    LONGEST,
    inside,
    number,
    rows_of,
    stamp,
)

Days = Mapping[date, float]
_MOST = 10_000
_WORKER = """
query Usage($account: string!, $script: string!, $from: Time!, $to: Time!, $most: Int!) {
  viewer { accounts(filter: {accountTag: $account}) {
    workersInvocationsAdaptive(limit: $most, filter: {
      scriptName: $script, datetime_geq: $from, datetime_leq: $to
    }) { sum { requests subrequests cpuTimeUs } dimensions { date } }
  } }
}
"""
_STORES = """
query Stores(
  $account: string!, $from: Time!, $to: Time!, $since: Date!, $until: Date!, $most: Int!
) {
  viewer { accounts(filter: {accountTag: $account}) {
    kvOperationsAdaptiveGroups(limit: $most, filter: {date_geq: $since, date_leq: $until}) {
      sum { requests } dimensions { date actionType }
    }
    r2OperationsAdaptiveGroups(limit: $most, filter: {datetime_geq: $from, datetime_leq: $to}) {
      sum { requests } dimensions { date actionType }
    }
    r2StorageAdaptiveGroups(limit: $most, filter: {datetime_geq: $from, datetime_leq: $to}) {
      max { payloadSize metadataSize } dimensions { date bucketName }
    }
  } }
}
"""
# developers.cloudflare.com/r2/pricing: what only reads is class B, the rest class A or free.
_R2_READS = frozenset(
    {
        "HeadBucket", "HeadObject", "GetObject", "UsageSummary", "GetBucketEncryption",
        "GetBucketLocation", "GetBucketCors", "GetBucketLifecycleConfiguration",
    }
)  # fmt: skip
_R2_FREE = frozenset({"DeleteObject", "DeleteBucket", "AbortMultipartUpload"})


@dataclass(frozen=True, slots=True)
class WorkerUse:
    """Sums of each day; CPU time in milliseconds."""

    requests: Days
    subrequests: Days
    cpu_ms: Days


@dataclass(frozen=True, slots=True)
class StoreUse:
    """Operations of each day, and the bytes that R2 held. `problems` are what was not told."""

    kv_reads: Days
    kv_writes: Days
    r2_reads: Days
    r2_writes: Days
    r2_bytes: Days
    problems: tuple[str, ...] = field(default=())


async def worker_use(
    cloudflare: Cloudflare, script: str, since: datetime, until: datetime, *, deadline: float
) -> WorkerUse:
    """At most a month. Raises as `Cloudflare.call` does."""
    variables = _span(cloudflare, since, until) | {"script": script}
    figures = await cloudflare.figures(
        _WORKER, variables, permission=ACCOUNT_PERMISSION, deadline=deadline
    )
    rows = rows_of(figures.data, "accounts", "workersInvocationsAdaptive")
    return WorkerUse(
        _by_day(rows, "sum", "requests"),
        _by_day(rows, "sum", "subrequests"),
        {day: value / 1000 for day, value in _by_day(rows, "sum", "cpuTimeUs").items()},
    )


async def store_use(
    cloudflare: Cloudflare, since: datetime, until: datetime, *, deadline: float
) -> StoreUse:
    """KV's and R2's. Raises as `Cloudflare.call` does."""
    variables = _span(cloudflare, since, until) | {
        "since": f"{since:%Y-%m-%d}",
        "until": f"{until:%Y-%m-%d}",
    }
    figures = await cloudflare.figures(
        _STORES, variables, permission=ACCOUNT_PERMISSION, deadline=deadline
    )
    return read_stores(figures.data, figures.problems)


def read_stores(data: Mapping[str, Any], problems: tuple[str, ...] = ()) -> StoreUse:
    """Rows by the kind of action as days. Pure."""
    kv = rows_of(data, "accounts", "kvOperationsAdaptiveGroups")
    r2 = rows_of(data, "accounts", "r2OperationsAdaptiveGroups")
    held = rows_of(data, "accounts", "r2StorageAdaptiveGroups")
    reads = [row for row in kv if _action(row).lower() == "read"]
    writes = [row for row in kv if _action(row).lower() != "read"]
    r2_reads = [row for row in r2 if _action(row) in _R2_READS]
    r2_writes = [row for row in r2 if _action(row) not in _R2_READS | _R2_FREE]
    return StoreUse(
        _by_day(reads, "sum", "requests"),
        _by_day(writes, "sum", "requests"),
        _by_day(r2_reads, "sum", "requests"),
        _by_day(r2_writes, "sum", "requests"),
        _held(held),
        problems,
    )


def _span(cloudflare: Cloudflare, since: datetime, until: datetime) -> dict[str, Any]:
    if not cloudflare.account_id:
        _ = cloudflare.account  # raises, and says what to set
    return {
        "account": cloudflare.account_id,
        "from": stamp(max(since, until - LONGEST + timedelta(hours=1))),
        "to": stamp(until),
        "most": _MOST,
    }


def _action(row: Mapping[str, Any]) -> str:
    return str(inside(row, "dimensions").get("actionType", ""))


def _day(row: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(inside(row, "dimensions").get("date", ""))[:10])
    except ValueError:
        return None


def _by_day(rows: Iterable[Mapping[str, Any]], group: str, name: str) -> dict[date, float]:
    found: defaultdict[date, float] = defaultdict(float)
    for row in rows:
        day = _day(row)
        if day is not None:
            found[day] += number(inside(row, group).get(name))
    return dict(sorted(found.items()))


def _held(rows: Iterable[Mapping[str, Any]]) -> dict[date, float]:
    """Each day, the largest of each bucket, together."""
    largest: dict[tuple[date, str], float] = {}
    for row in rows:
        day, bucket = _day(row), str(inside(row, "dimensions").get("bucketName", ""))
        if day is not None:
            most = inside(row, "max")
            size = number(most.get("payloadSize")) + number(most.get("metadataSize"))
            largest[day, bucket] = max(size, largest.get((day, bucket), 0.0))
    found: defaultdict[date, float] = defaultdict(float)
    for (day, _), size in largest.items():
        found[day] += size
    return dict(sorted(found.items()))
