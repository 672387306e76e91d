"""Zone analytics: httpRequestsAdaptiveGroups, from the same request log, as the plan allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql import GraphQLError
from graphql.language import FieldNode

from bot.sandbox.cloudflare.figures import epoch, moment
from bot.sandbox.cloudflare.selection import fields, key

Row = tuple[float, str, float, int, str, int, str, str]
_FETCHED = frozenset({"miss", "expired", "dynamic", "bypass"})  # cache states that ask the origin
_DIMENSIONS: dict[str, Callable[[Row], Any]] = {
    "datetime": lambda row: moment(row[0]),
    "datetimeMinute": lambda row: moment(row[0], 60),
    "datetimeFiveMinutes": lambda row: moment(row[0], 300),
    "datetimeFifteenMinutes": lambda row: moment(row[0], 900),
    "datetimeHour": lambda row: moment(row[0], 3600),
    "edgeResponseStatus": lambda row: row[5],
    # A Worker that threw never asked the origin.
    "originResponseStatus": lambda row: row[5] if row[1] == "ok" or row[4] in _FETCHED else 0,
    "clientCountryName": lambda row: row[6],
    # A Worker runs before the cache.
    "cacheStatus": lambda row: row[4] if row[1] == "page" else "none",
}
_PAID = frozenset({"originResponseStatus"})  # dimensions that the free plan does not have


def pages(site: Iterable[tuple[float, str]], wanted: Mapping[str, Any]) -> list[Row]:
    """Requests for the site's pages as rows, from (time, cf-cache-status)."""
    first, last = epoch(str(wanted["datetime_geq"])), epoch(str(wanted["datetime_leq"]))
    return [
        (at, "page", 0.0, 0, status, 200, "US", "/") for at, status in site if first <= at <= last
    ]


def available(plan: str) -> list[str]:
    """The fields that the `settings` node names."""
    kept = [name for name in _DIMENSIONS if plan != "free" or name not in _PAID]
    return ["count", "avg_sampleInterval", *(f"dimensions_{name}" for name in kept)]


def settings(node: FieldNode, plan: str) -> dict[str, Any]:
    """`settings { httpRequestsAdaptiveGroups { … } }`; durations in seconds."""
    told: dict[str, Any] = {
        "enabled": True,
        "availableFields": available(plan),
        "maxDuration": 86_400 if plan == "free" else 31 * 86_400,
        "maxNumberOfFields": 30,
        "maxPageSize": 10_000,
        "notOlderThan": 8 * 86_400 if plan == "free" else 31 * 86_400,
    }
    answer = {}
    for part in fields(node):
        if part.name.value != "httpRequestsAdaptiveGroups":
            raise GraphQLError(f'unknown field "{part.name.value}"')
        answer[key(part)] = {key(leaf): told[leaf.name.value] for leaf in fields(part)}
    return answer


def groups(node: FieldNode, rows: list[Row], limit: int, plan: str) -> list[dict[str, Any]]:
    """Requests counted by the dimensions that were asked for."""
    parts = {part.name.value: part for part in fields(node)}
    asked = parts.get("dimensions")
    names = [leaf.name.value for leaf in fields(asked)] if asked is not None else []
    for name in names:
        if name not in _DIMENSIONS:
            raise GraphQLError(f'unknown field "{name}"')
        if plan == "free" and name in _PAID:
            raise GraphQLError(f'zone does not have access to the field "{name}"')
    counted: dict[tuple[Any, ...], int] = {}
    for row in rows:
        group = tuple(_DIMENSIONS[name](row) for name in names)
        counted[group] = counted.get(group, 0) + 1
    answer: list[dict[str, Any]] = []
    for group, count in sorted(counted.items()):
        values: Mapping[str, Any] = {
            "count": count,
            "avg": {"sampleInterval": 1},
            "dimensions": dict(zip(names, group, strict=True)),
        }
        if unknown := set(parts) - set(values):
            raise GraphQLError(f'unknown field "{unknown.pop()}"')
        answer.append({key(part): values[part.name.value] for part in fields(node)})
    return answer[:limit]
