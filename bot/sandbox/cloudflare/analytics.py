"""GraphQL analytics: workersInvocationsAdaptive, computed from the platform's request log."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from graphql import GraphQLError, parse
from graphql.language import FieldNode, OperationDefinitionNode, ValueNode, VariableNode
from graphql.utilities import value_from_ast_untyped

from bot.sandbox.cloudflare.account import READ_ANALYTICS, WORKER, Account, Token
from bot.sandbox.cloudflare.figures import epoch, moment, percentile
from bot.sandbox.cloudflare.gatekeeper import TOKEN
from bot.sandbox.request_log import RequestLog

_ROWS = "SELECT at, outcome, wall_ms, cpu_us, version FROM requests WHERE at >= ? AND at <= ?"
_LONGEST = 31 * 86_400 + 3_600  # seconds in one query

Row = tuple[float, str, float, int, str]
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

    def __init__(self, account: Account, log: RequestLog, past_url: Callable[[], str]) -> None:
        self._account = account
        self._log = log
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
        return _json({"data": data, "errors": None})

    def _data(self, body: Mapping[str, Any], token: Token) -> dict[str, Any]:
        operation = _operation(str(body["query"]))
        if not token.may(READ_ANALYTICS):
            raise GraphQLError("not authorized for that account")
        variables = body.get("variables") or {}
        return {_key(field): self._viewer(field, variables) for field in _fields(operation)}

    def _viewer(self, field: FieldNode, variables: Mapping[str, Any]) -> Any:
        _expect(field, {"viewer"})
        answer = {}
        for part in _fields(field):
            _expect(part, {"accounts", "zones"})
            if part.name.value == "zones":
                raise GraphQLError("zone not found or not authorized for that zone")
            tag = _arguments(part, variables).get("filter", {}).get("accountTag")
            if tag != self._account.id:
                raise GraphQLError("not authorized for that account")
            answer[_key(part)] = [
                {_key(node): self._invocations(node, variables) for node in _fields(part)}
            ]
        return answer

    def _invocations(self, node: FieldNode, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
        _expect(node, {"workersInvocationsAdaptive"})
        arguments = _arguments(node, variables)
        wanted = arguments.get("filter") or {}
        if "limit" not in arguments:
            raise GraphQLError("limit is required")
        if wanted.get("scriptName", WORKER) != WORKER:
            return []
        rows = [row for row in self._between(wanted) if _fits(row, wanted)]
        parts = {part.name.value: part for part in _fields(node)}
        names = (
            [leaf.name.value for leaf in _fields(parts["dimensions"])]
            if ("dimensions" in parts)
            else []
        )
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(_dimension(name)(row) for name in names), []).append(row)
        answer = [
            {
                _key(part): _measure(part, dict(zip(names, group, strict=True)), members)
                for part in _fields(node)
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
        return self._log.query(_ROWS, (first, last))


def _operation(query: str) -> OperationDefinitionNode:
    for definition in parse(query).definitions:
        if isinstance(definition, OperationDefinitionNode):
            return definition
    raise GraphQLError("no operation in this document")


def _fields(node: Any) -> list[FieldNode]:
    chosen = node.selection_set.selections if node.selection_set else ()
    return [field for field in chosen if isinstance(field, FieldNode)]


def _key(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value


def _expect(node: FieldNode, known: set[str]) -> None:
    if node.name.value not in known:
        raise GraphQLError(f'unknown field "{node.name.value}"')


def _arguments(node: FieldNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    return {
        argument.name.value: _value(argument.value, variables) for argument in node.arguments or ()
    }


def _value(node: ValueNode, variables: Mapping[str, Any]) -> Any:
    if isinstance(node, VariableNode):
        return variables.get(node.name.value)
    return value_from_ast_untyped(node, dict(variables))


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
    leaves = [leaf.name.value for leaf in _fields(part)]
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
