"""One question to Workers telemetry, and its answer as counts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.clients.cloudflare_observability import COUNT, OUTCOME, STATUS, VERSION

_CPU = "$workers.cpuTimeMs"
# Answers counted by version, outcome and status, each group with its CPU times.
CALCULATIONS = (
    COUNT,
    {"operator": "median", "key": _CPU, "keyType": "number"},
    {"operator": "p99", "key": _CPU, "keyType": "number"},
)
GROUPS = (VERSION, OUTCOME, STATUS)
_FEWEST_OF_VERSION = 4  # requests, before a version is blamed


@dataclass
class Counts:
    """Answers by what became of them; `versions` are (requests, thrown) by version id."""

    answers: int = 0
    failed: int = 0
    limited: int = 0
    thrown: int = 0
    cpu_median_ms: float = 0.0
    cpu_p99_ms: float = 0.0
    versions: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def worst_version(self) -> tuple[str, float]:
        """The version with the largest share of thrown requests, and that share in percent."""
        shares = [
            (100.0 * thrown / requests, version)
            for version, (requests, thrown) in self.versions.items()
            if requests >= _FEWEST_OF_VERSION
        ]
        share, version = max(shares, default=(0.0, ""))
        return version, share


def counts(result: Any) -> Counts:
    """The answer understood; what has no outcome (a logged line) is no answer."""
    found = Counts()
    medians: list[tuple[float, int]] = []
    for operator, row in _rows(result):
        groups = {
            str(each.get("key")): each.get("value")
            for each in row.get("groups") or ()
            if isinstance(each, Mapping)
        }
        outcome, value = groups.get(OUTCOME), row.get("value")
        if not outcome or isinstance(value, bool) or not isinstance(value, (int, float)):
            continue
        if operator == "count":
            _add(found, groups, str(outcome), int(value))
        elif operator == "median":
            count = row.get("count")
            medians.append((float(value), count if isinstance(count, int) else 1))
        elif operator == "p99":
            found.cpu_p99_ms = max(found.cpu_p99_ms, float(value))
    total = sum(count for _, count in medians)
    if total:
        # Groups' medians weighed by their size: near enough to tell 3 ms from 50.
        found.cpu_median_ms = sum(value * count for value, count in medians) / total
    return found


def _add(found: Counts, groups: Mapping[str, Any], outcome: str, count: int) -> None:
    status = _status(groups.get(STATUS))
    threw = outcome not in ("ok", "canceled", "responseStreamDisconnected")
    found.answers += count
    found.thrown += count if threw else 0
    found.failed += count if status >= 500 else 0
    found.limited += count if status == 429 else 0
    version = str(groups.get(VERSION) or "")
    requests, thrown = found.versions.get(version, (0, 0))
    found.versions[version] = (requests + count, thrown + (count if threw else 0))


def _rows(result: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    calculations = result.get("calculations") if isinstance(result, Mapping) else None
    for each in calculations if isinstance(calculations, list) else ():
        if not isinstance(each, Mapping):
            continue
        operator = str(each.get("calculation") or each.get("alias") or "").lower()
        rows = each.get("aggregates")
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Mapping):
                yield operator, row


def _status(value: Any) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else 0
