"""How each version of a Worker did: requests, failures, slow answers, from Workers' own log.

Source: POST …/workers/observability/telemetry/query, view `calculations`, grouped by version. A
handler that answers 500 counts as success in Cloudflare's analytics, so they are not asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.clients.cloudflare import Cloudflare
from bot.clients.cloudflare_observability import COUNT, OUTCOME, STATUS, VERSION, kept_figures

WALL_TIME = "$workers.wallTimeMs"
# A visitor who went away is no fault of the version's.
_NO_FAULT = frozenset({"ok", "canceled", "responseStreamDisconnected"})
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class VersionCounts:
    """`errors` are answers of 500 and above, and whatever ended otherwise than well."""

    requests: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class VersionSpeed:
    """Wall time in ms at the 90th and 99th percentile of so many requests."""

    requests: int
    p90: float
    p99: float


async def counts(
    cloudflare: Cloudflare, script: str, since: datetime, until: datetime, *, deadline: float
) -> dict[str, VersionCounts]:
    """By version id; empty also where the Worker keeps no log. Raises what Cloudflare.call does."""
    told = await kept_figures(
        cloudflare, script, since, until, groups=(VERSION, OUTCOME, STATUS), deadline=deadline
    )
    return read_counts(told)


async def slower_than(
    cloudflare: Cloudflare,
    script: str,
    since: datetime,
    until: datetime,
    milliseconds: float,
    *,
    deadline: float,
) -> dict[str, int]:
    """How many requests of each version took longer."""
    slow = {"key": WALL_TIME, "operation": "gt", "type": "number", "value": milliseconds}
    told = await kept_figures(
        cloudflare, script, since, until,
        groups=(VERSION,), filters=(slow,), deadline=deadline,
    )  # fmt: skip
    found: dict[str, int] = {}
    for groups, value in _rows(told, 0):
        version = str(groups.get(VERSION) or "")
        found[version] = found.get(version, 0) + round(value)
    return found


async def speeds(
    cloudflare: Cloudflare, script: str, since: datetime, until: datetime, *, deadline: float
) -> dict[str, VersionSpeed]:
    """By version id, of its answered requests."""
    wanted = [
        {"operator": operator, "key": WALL_TIME, "keyType": "number", "alias": operator}
        for operator in ("p90", "p99")
    ]
    answered = {"key": WALL_TIME, "operation": "exists", "type": "number", "value": 0}
    told = await kept_figures(
        cloudflare, script, since, until,
        calculations=(COUNT, *wanted), groups=(VERSION,), filters=(answered,), deadline=deadline,
    )  # fmt: skip
    return read_speeds(told)


def read_counts(result: Any) -> dict[str, VersionCounts]:
    """Lines that were logged belong to a request and have no outcome: they are left out. Pure."""
    found: dict[str, VersionCounts] = {}
    for groups, value in _rows(result, 0):
        outcome, status = groups.get(OUTCOME), _number(groups.get(STATUS))
        if outcome in (None, "") and status is None:
            continue
        bad = outcome not in _NO_FAULT and outcome not in (None, "")
        failed = bad or (status is not None and status >= _SERVER_ERROR)
        version = str(groups.get(VERSION) or "")
        before = found.get(version, VersionCounts())
        many = round(value)
        found[version] = VersionCounts(
            before.requests + many, before.errors + (many if failed else 0)
        )
    return found


def read_speeds(result: Any) -> dict[str, VersionSpeed]:
    """Pure."""
    columns = [
        {str(groups.get(VERSION) or ""): value for groups, value in _rows(result, number)}
        for number in range(3)
    ]
    many, p90, p99 = columns
    return {
        version: VersionSpeed(round(many[version]), p90[version], p99[version])
        for version in many
        if version in p90 and version in p99
    }


def _rows(result: Any, number: int) -> Iterator[tuple[dict[str, Any], float]]:
    """The groups and the value of each row of one calculation that can be understood.

    Where Cloudflare kept one event in so many, its count stands for more requests than were
    looked at; a comparison may only count those that were.
    """
    listed = result.get("calculations") if isinstance(result, Mapping) else None
    one = listed[number] if isinstance(listed, list) and len(listed) > number else None
    rows = one.get("aggregates") if isinstance(one, Mapping) else None
    operator = str(one.get("calculation") or "").lower() if isinstance(one, Mapping) else ""
    for row in rows if isinstance(rows, list) else []:
        value = _number(row.get("value")) if isinstance(row, Mapping) else None
        if value is None:
            continue
        interval = _number(row.get("sampleInterval")) or 1.0
        groups = row.get("groups")
        named = {
            str(group.get("key")): group.get("value")
            for group in (groups if isinstance(groups, list) else [])
            if isinstance(group, Mapping)
        }
        yield named, value / interval if operator == "count" and interval > 1 else value


def _number(value: Any) -> float | None:
    """Finite and not negative, as everything counted here; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        told = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return told if math.isfinite(told) and told >= 0 else None
