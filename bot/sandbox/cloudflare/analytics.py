"""GraphQL analytics of the Worker and the zone, computed from the platform's request log."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiohttp import web
from graphql import GraphQLError
from graphql.language import FieldNode

from bot.sandbox.cloudflare import analytics_stores as stores
from bot.sandbox.cloudflare import analytics_zone as zones
from bot.sandbox.cloudflare.account import (
    READ_ANALYTICS,
    READ_ZONE_ANALYTICS,
    WORKER,
    Account,
    Token,
)
from bot.sandbox.cloudflare.figures import epoch, moment, percentile
from bot.sandbox.cloudflare.gatekeeper import TOKEN
from bot.sandbox.cloudflare.selection import arguments as arguments_of
from bot.sandbox.cloudflare.selection import expect, fields, key, operation
from bot.sandbox.faults import Faults
from bot.sandbox.request_log import RequestLog

_ROWS = (
    "SELECT at, outcome, wall_ms, cpu_us, version, status, country, path FROM requests"
    " WHERE at >= ? AND at <= ?"
)
_LONGEST = 31 * 86_400 + 3_600  # seconds in one query
_PARTIAL = "internal server error while reading part of the data"

Row = zones.Row
_DIMENSIONS: dict[str, Callable[[Row], str]] = {
    "datetime": lambda row: moment(row[0]),
    "datetimeMinute": lambda row: moment(row[0], 60),
    "datetimeFiveMinutes": lambda row: moment(row[0], 300),
    "datetimeFifteenMinutes": lambda row: moment(row[0], 900),
    "datetimeHour": lambda row: moment(row[0], 3600),
    "date": lambda row: moment(row[0])[:10],
    "scriptName": lambda _: WORKER,
    "scriptVersion": lambda row: row[4],
    "status": lambda row: "success" if row[1] == "ok" else "scriptThrewException",
}
# A handler that answers 500 is a success here; only what it threw is an error.
_SUMS: dict[str, Callable[[list[Row]], float]] = {
    "requests": len,
    "errors": lambda rows: sum(row[1] != "ok" for row in rows),
    "subrequests": lambda rows: sum(row[1] == "ok" for row in rows),
    "wallTime": lambda rows: round(sum(row[2] for row in rows) * 1000),
    "cpuTimeUs": lambda rows: sum(row[3] for row in rows),
}
_SHARES = {"P25": 25, "P50": 50, "P75": 75, "P90": 90, "P95": 95, "P99": 99, "P999": 99.9}


class Analytics:
    """POST /graphql, answered from the request log."""

    def __init__(
        self,
        account: Account,
        log: RequestLog,
        faults: Faults,
        past_url: Callable[[], str],
        site: Iterable[tuple[float, str]] = (),
    ) -> None:
        self._site = site
        self._account = account
        self._log = log
        self._faults = faults
        self._past_url = past_url

    async def answer(self, request: web.Request) -> web.Response:
        await self._log.learn_past(self._past_url())
        try:
            data = self._data(await request.json(), request[TOKEN])
        except (GraphQLError, ValueError, KeyError, TypeError) as problem:
            errors: list[dict[str, Any]] = [
                {"message": str(problem).strip(), "path": None, "extensions": {}}
            ]
            return _json({"data": None, "errors": errors})
        if self._faults.on("analytics_partial"):
            errors = [{"message": _PARTIAL, "path": ["viewer"], "extensions": {"code": "internal"}}]
            return _json({"data": _halved(data), "errors": errors})
        return _json({"data": data, "errors": None})

    def _data(self, body: Mapping[str, Any], token: Token) -> dict[str, Any]:
        asked = operation(str(body["query"]))
        variables = body.get("variables") or {}
        return {key(field): self._viewer(field, variables, token) for field in fields(asked)}

    def _viewer(self, field: FieldNode, variables: Mapping[str, Any], token: Token) -> Any:
        expect(field, {"viewer"})
        answer = {}
        for part in fields(field):
            expect(part, {"accounts", "zones"})
            wanted = arguments_of(part, variables).get("filter", {})
            if part.name.value == "zones":
                answer[key(part)] = [self._zone(part, wanted.get("zoneTag"), variables, token)]
                continue
            if wanted.get("accountTag") != self._account.id or not token.may(READ_ANALYTICS):
                raise GraphQLError("not authorized for that account")
            answer[key(part)] = [
                {key(node): self._account_node(node, variables) for node in fields(part)}
            ]
        return answer

    def _account_node(self, node: FieldNode, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
        if node.name.value not in stores.NODES:
            return self._invocations(node, variables)
        wanted = arguments_of(node, variables).get("filter") or {}
        rows = self._between(wanted)
        if node.name.value == "r2StorageAdaptiveGroups":
            begin, end = str(wanted["datetime_geq"]), str(wanted["datetime_leq"])
            return stores.storage(node, epoch(begin), epoch(end))
        return stores.operations(node, [(row[0], row[7]) for row in rows])

    def _zone(
        self, part: FieldNode, tag: Any, variables: Mapping[str, Any], token: Token
    ) -> dict[str, Any]:
        zone = self._account.zone
        if zone is None or tag != zone.id or not token.may(READ_ZONE_ANALYTICS):
            raise GraphQLError("zone not found or not authorized for that zone")
        answer: dict[str, Any] = {}
        for node in fields(part):
            expect(node, {"settings", "httpRequestsAdaptiveGroups"})
            if node.name.value == "settings":
                answer[key(node)] = zones.settings(node, zone.plan)
                continue
            arguments = arguments_of(node, variables)
            wanted = arguments.get("filter") or {}
            rows = self._between(wanted) + zones.pages(self._site, wanted)
            answer[key(node)] = zones.groups(node, rows, int(arguments["limit"]), zone.plan)
        return answer

    def _invocations(self, node: FieldNode, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
        expect(node, {"workersInvocationsAdaptive"})
        arguments = arguments_of(node, variables)
        wanted = arguments.get("filter") or {}
        if "limit" not in arguments:
            raise GraphQLError("limit is required")
        if wanted.get("scriptName", WORKER) != WORKER:
            return []
        rows = [row for row in self._between(wanted) if _fits(row, wanted)]
        parts = {part.name.value: part for part in fields(node)}
        names = (
            [leaf.name.value for leaf in fields(parts["dimensions"])]
            if ("dimensions" in parts)
            else []
        )
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(_dimension(name)(row) for name in names), []).append(row)
        answer = [
            {
                key(part): _measure(part, dict(zip(names, group, strict=True)), members)
                for part in fields(node)
            }
            for group, members in sorted(groups.items())
        ]
        return answer[: int(arguments["limit"])]

    def _between(self, wanted: Mapping[str, Any]) -> list[Any]:
        begin = wanted.get("datetime_geq") or wanted.get("datetime_gt") or wanted.get("date_geq")
        end = wanted.get("datetime_leq") or wanted.get("datetime_lt") or wanted.get("date_leq")
        if not begin or not end:
            raise GraphQLError("filter needs datetime_geq and datetime_leq")
        first, last = epoch(str(begin)), epoch(str(end))
        if len(str(end)) == len("2026-07-02"):
            last += 86_400
        if last - first > _LONGEST:
            raise GraphQLError("query time range is too large; the maximum is 1 month")
        if self._faults.on("analytics_late"):
            last = min(last, time.time() - 60 * self._faults.amount("analytics_late"))
        return self._log.query(_ROWS, (first, last))


def _dimension(name: str) -> Callable[[Row], str]:
    if name not in _DIMENSIONS:
        raise GraphQLError(f'unknown field "{name}"')
    return _DIMENSIONS[name]


def _fits(row: Row, wanted: Mapping[str, Any]) -> bool:
    return all(
        _DIMENSIONS[name](row) == wanted[name]
        for name in ("status", "scriptVersion")
        if name in wanted
    )


def _measure(part: FieldNode, dimensions: Mapping[str, str], rows: list[Row]) -> Any:
    leaves = [leaf.name.value for leaf in fields(part)]
    match part.name.value:
        case "dimensions":
            return {name: dimensions[name] for name in leaves}
        case "sum" if set(leaves) <= set(_SUMS):
            return {name: _SUMS[name](rows) for name in leaves}
        case "quantiles":
            return {name: _quantile(name, rows) for name in leaves}
        case "avg" if leaves == ["sampleInterval"]:
            return {"sampleInterval": 1}
    raise GraphQLError(f'unknown field "{part.name.value}" or one of its fields')


def _quantile(name: str, rows: list[Row]) -> float:
    """CPU and wall time in microseconds, duration in seconds times memory: as documented."""
    for prefix, column, factor in (("cpuTime", 3, 1.0), ("wallTime", 2, 1000.0)):
        share = _SHARES.get(name.removeprefix(prefix))
        if name.startswith(prefix) and share is not None:
            return percentile([float(row[column]) * factor for row in rows], share)
    raise GraphQLError(f'unknown field "{name}"')


def _json(body: Any) -> web.Response:
    return web.Response(text=json.dumps(body), content_type="application/json")


def _halved(data: Any) -> Any:
    """Every list of figures without its second half."""
    if isinstance(data, dict):
        return {name: _halved(inside) for name, inside in data.items()}
    if isinstance(data, list) and len(data) > 1:
        return data[: (len(data) + 1) // 2]
    return [_halved(inside) for inside in data] if isinstance(data, list) else data
