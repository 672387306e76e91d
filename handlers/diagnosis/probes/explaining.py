"""Why a statement is slow: the large table that its plan reads whole. It is planned, never run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.clients.postgres_plans import explaining, parameters
from bot.clients.postgres_trouble import DatabaseFailure
from handlers.diagnosis.limits import LARGE_ROWS
from handlers.diagnosis.probes.onetrip import rows

if TYPE_CHECKING:
    from bot.clients.postgres import Connection

_SCANS = frozenset({"Seq Scan", "Bitmap Heap Scan", "Index Scan"})
_DEAR = 200.0  # in the planner's unit; a look-up by a fitting index costs some tens
_READS = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
_COLUMN = re.compile(r"(?:\w+\.)?\"?([a-z_][a-z0-9_]*)\"?(?:\)::\w+|::\w+)?\s*=\s", re.IGNORECASE)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Scan:
    """A whole table read for few rows. `columns` are those its condition compares, if plain."""

    table: str
    rows: int
    columns: str

    @property
    def suggestion(self) -> str:
        """ "table column", or the table alone."""
        return f"{self.table} {self.columns}".strip()


async def scanned(connection: Connection, statement: str, seconds: float) -> Scan | None:
    """The dearest such scan of a plan; None where there is none, or it cannot be planned."""
    if not _READS.match(statement) or ";" in statement.rstrip().rstrip(";"):
        return None
    version = connection.info.server_version
    text = statement.rstrip().rstrip(";")
    try:
        found = await rows(
            connection, explaining(text, parameters(text), version, "format json"), seconds
        )
    except DatabaseFailure:
        return None  # its text was cut off
    plan = next(iter(found[0].values())) if found else None
    parsed = json.loads(plan) if isinstance(plan, str) else plan
    scan = dearest(parsed)
    if scan is None:
        return None
    try:
        sizes = await rows(connection, _size(scan.table), seconds)
    except DatabaseFailure:
        return None
    count = int(sizes[0]["rows"]) if sizes else 0
    return Scan(scan.table, count, scan.columns) if count >= LARGE_ROWS else None


def dearest(plan: Any) -> Scan | None:
    """The scan that costs the most of those that throw away most of what they read. Pure.

    An index on another column does not help: then rows are read by it, and filtered after.
    """
    best: tuple[float, Scan] | None = None
    for node in _nodes(plan):
        if node.get("Node Type") not in _SCANS or not node.get("Filter"):
            continue
        table, cost = str(node.get("Relation Name", "")), float(node.get("Total Cost") or 0)
        named = _COLUMN.findall(str(node["Filter"]))
        if named and cost >= _DEAR and _PLAIN.fullmatch(table) and (best is None or cost > best[0]):
            columns = ",".join(dict.fromkeys(each.lower() for each in named))
            best = cost, Scan(table, 0, columns)
    return best[1] if best else None


def _nodes(plan: Any) -> Iterator[Mapping[str, Any]]:
    waiting = [plan]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, Mapping):
            if "Node Type" in each:
                yield each
            waiting += [inner for name in ("Plan", "Plans") if (inner := each.get(name))]


def _size(table: str) -> str:
    return (
        "select greatest(reltuples, 0)::int8 as rows from pg_class "  # noqa: S608 - a plain name
        f"where oid = to_regclass('{table}')"
    )
