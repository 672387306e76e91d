"""Analytics of Workers KV and R2: what the platform's requests cost there, by the request log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from graphql import GraphQLError
from graphql.language import FieldNode

from bot.sandbox.cloudflare.figures import moment
from bot.sandbox.cloudflare.resources import BUCKETS
from bot.sandbox.cloudflare.selection import fields, key

Visit = tuple[float, str]  # epoch seconds, path
NODES = frozenset(
    {"kvOperationsAdaptiveGroups", "r2OperationsAdaptiveGroups", "r2StorageAdaptiveGroups"}
)
# The platform's health checks write to KV and R2 and read it back; every page reads KV once.
_CHECKS = ("/health", "/api/status", "/api/health/cache", "/api/health/storage")
_BYTES_A_DAY = 4_100_000  # uploaded by people, on average
_BEGAN = 1_759_363_200.0  # 2025-10-02, when the bucket was made


def operations(node: FieldNode, visits: Sequence[Visit]) -> list[dict[str, Any]]:
    """Operations by what is asked for; `date` and `actionType` are the dimensions there are."""
    kv = node.name.value.startswith("kv")
    actions = _kv(visits) if kv else _r2(visits)
    groups: dict[tuple[str, ...], int] = {}
    names = _dimensions(node, {"date", "actionType"})
    for at, action in actions:
        told = {"date": moment(at)[:10], "actionType": action}
        group = tuple(told[name] for name in names)
        groups[group] = groups.get(group, 0) + 1
    return [
        _row(node, dict(zip(names, group, strict=True)), {"sum": {"requests": count}})
        for group, count in sorted(groups.items())
    ]


def storage(node: FieldNode, first: float, last: float) -> list[dict[str, Any]]:
    """What the uploads' bucket held on each day, at most."""
    names = _dimensions(node, {"date", "bucketName"})
    rows = []
    at = first
    while at <= last:
        held = round(max(0.0, at - _BEGAN) / 86_400 * _BYTES_A_DAY)
        told = {"date": moment(at)[:10], "bucketName": BUCKETS[0]}
        most = {"payloadSize": held, "metadataSize": held // 400, "objectCount": held // 500_000}
        rows.append(_row(node, {name: told[name] for name in names}, {"max": most}))
        at += 86_400
    return rows


def _kv(visits: Iterable[Visit]) -> Iterable[tuple[float, str]]:
    for at, path in visits:
        if path in _CHECKS[:3]:
            yield at, "write"
        yield at, "read"


def _r2(visits: Iterable[Visit]) -> Iterable[tuple[float, str]]:
    for at, path in visits:
        if path in (_CHECKS[0], _CHECKS[1], _CHECKS[3]):
            yield at, "PutObject"
            yield at, "HeadObject"
            yield at, "DeleteObject"
        elif path.startswith("/api/pitches/"):
            yield at, "GetObject"


def _dimensions(node: FieldNode, known: set[str]) -> list[str]:
    asked = next((part for part in fields(node) if part.name.value == "dimensions"), None)
    names = [leaf.name.value for leaf in fields(asked)] if asked is not None else []
    if unknown := set(names) - known:
        raise GraphQLError(f'unknown field "{unknown.pop()}"')
    return names


def _row(
    node: FieldNode, dimensions: Mapping[str, str], values: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for part in fields(node):
        name = part.name.value
        if name == "dimensions":
            told[key(part)] = dict(dimensions)
        elif name in values:
            told[key(part)] = {key(leaf): values[name][leaf.name.value] for leaf in fields(part)}
        else:
            raise GraphQLError(f'unknown field "{name}"')
    return told


Reader = Callable[[FieldNode], list[dict[str, Any]]]
