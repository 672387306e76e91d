"""Workers Observability: POST …/workers/observability/telemetry/query, from the request log."""

from __future__ import annotations

import operator
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.cloudflare.account import Account
from bot.sandbox.cloudflare.envelope import ApiError, good, no_such_route
from bot.sandbox.cloudflare.figures import percentile
from bot.sandbox.cloudflare.telemetry_events import Event, as_sent, events_of, held
from bot.sandbox.faults import Faults
from bot.sandbox.request_log import Request, RequestLog

_ROWS = "SELECT * FROM requests WHERE at >= ? AND at <= ?{} ORDER BY at DESC"
# What a filter leaves out anyhow need not be looked at one by one: a week has 50,000 requests.
_NARROWING = {
    ("$metadata.level", "eq", "error"): (
        " AND (status >= 500 OR outcome != 'ok' OR exceptions != '[]' OR logs LIKE '%error%')"
    ),
    ("$workers.event.response.status", "gte", 500): " AND status >= 500",
    ("$workers.outcome", "neq", "ok"): " AND outcome != 'ok'",
}
_KEPT = 7 * 86_400  # seconds
_MOST_EVENTS = 2_000

_OPERATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "includes": lambda held, part: str(part).lower() in str(held).lower(),
    "not_includes": lambda held, part: str(part).lower() not in str(held).lower(),
    "starts_with": lambda held, part: str(held).startswith(str(part)),
    "regex": lambda held, part: re.search(str(part), str(held)) is not None,
    "exists": lambda held, _: held is not None,
    "is_null": lambda held, _: held is None,
    "in": lambda held, part: str(held) in [word.strip() for word in str(part).split(",")],
}
_OPERATORS: dict[str, Callable[[list[Any]], float]] = {
    "count": len,
    "uniq": lambda values: len(set(values)),
    "sum": sum,
    "avg": lambda values: sum(values) / len(values) if values else 0,
    "min": lambda values: min(values, default=0),
    "max": lambda values: max(values, default=0),
    "median": lambda values: percentile(values, 50),
    "p90": lambda values: percentile(values, 90),
    "p95": lambda values: percentile(values, 95),
    "p99": lambda values: percentile(values, 99),
}


class Telemetry:
    def __init__(
        self, account: Account, log: RequestLog, faults: Faults, past_url: Callable[[], str]
    ) -> None:
        self._account = account
        self._log = log
        self._faults = faults
        self._past_url = past_url

    async def query(self, request: web.Request) -> web.Response:
        """Views `calculations` and `events`; times in milliseconds; seven days are kept."""
        if request.match_info["account"] != self._account.id:
            raise no_such_route(request.path)
        begun = time.perf_counter()
        try:
            body = await request.json()
            first, last = body["timeframe"]["from"] / 1000, body["timeframe"]["to"] / 1000
            parameters = body.get("parameters") or {}
            view = body.get("view", "events")
            most = int(body.get("limit", 100))
        except (ValueError, KeyError, TypeError):
            raise ApiError(400, 10021, "timeframe with from and to is required") from None
        await self._log.learn_past(self._past_url())
        filters = parameters.get("filters") or []
        span = (max(first, time.time() - _KEPT), last)
        found = self._log.query(_ROWS.format(_narrowed(filters)), span)
        if self._faults.on("logs_off"):
            found = []  # a Worker whose configuration has no observability keeps nothing
        rows = [event for row in found for event in events_of(Request(*row))]
        kept = [row for row in rows if _matches(row, filters)]
        statistics = {
            "elapsed": time.perf_counter() - begun,
            "rows_read": len(rows),
            "bytes_read": len(rows) * 900,
        }
        result: dict[str, Any] = {"statistics": statistics}
        if view == "calculations":
            result["calculations"] = _calculations(kept, parameters)
        else:
            result["events"] = {
                "count": len(kept),
                "events": [as_sent(row) for row in kept[: min(most, _MOST_EVENTS)]],
            }
        return good(result)


def _narrowed(filters: list[Mapping[str, Any]]) -> str:
    asked = [(each.get("key"), each.get("operation"), each.get("value")) for each in filters]
    return "".join(words for key, words in _NARROWING.items() if key in asked)


def _matches(row: Event, filters: list[Mapping[str, Any]]) -> bool:
    for wanted in filters:
        test = _OPERATIONS.get(str(wanted.get("operation")))
        if test is None:
            raise ApiError(400, 10021, f"unknown operation {wanted.get('operation')!r}")
        has, value = held(row, str(wanted.get("key"))), wanted.get("value")
        if wanted.get("type") == "number" and has is not None:
            has, value = float(has), float(value or 0)
        if has is None and wanted.get("operation") not in {"is_null", "exists", "neq"}:
            return False
        if not test(has, value):
            return False
    return True


def _calculations(rows: list[Event], parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    keys = [str(group["value"]) for group in parameters.get("groupBys") or []]
    groups: dict[tuple[Any, ...], list[Event]] = {} if keys else {(): rows}
    for row in rows if keys else ():
        groups.setdefault(tuple(held(row, key) for key in keys), []).append(row)
    answer = []
    for asked in parameters.get("calculations") or [{"operator": "count"}]:
        compute = _OPERATORS.get(str(asked.get("operator")).lower())
        if compute is None:
            raise ApiError(400, 10021, f"unknown operator {asked.get('operator')!r}")
        key = asked.get("key")
        aggregates = []
        for group, members in groups.items():
            values = [held(row, key) for row in members] if key else list(members)
            aggregates.append(
                {
                    "value": compute([value for value in values if value is not None]),
                    "count": len(members),
                    "interval": 0,
                    "sampleInterval": 1,
                    "groups": [
                        {"key": name, "value": value}
                        for name, value in zip(keys, group, strict=True)
                    ],
                }
            )
        alias = asked.get("alias") or asked["operator"]
        answer.append(
            {
                "calculation": asked["operator"],
                "alias": alias,
                "aggregates": aggregates,
                "series": [],
            }
        )
    return answer
