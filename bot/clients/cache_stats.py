"""Reads the hit rate of the platform's cache statistics, in the shapes its code knows. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_RATES = ("hitRate", "hit_rate", "hitRatio", "hit_ratio")


def read_hit_percent(body: Any) -> float | None:
    """Percent of lookups that hit, 0 to 100; None where the body does not tell it.

    `{success, stats}` and `{success, data: {stats, health}}` are known. Rates come as 0 to 1
    or 0 to 100, so counted hits and misses are preferred.
    """
    for level in _levels(body):
        hits, misses = _number(level.get("hits")), _number(level.get("misses"))
        if hits is not None and misses is not None and hits >= 0 and misses >= 0 < hits + misses:
            return 100.0 * hits / (hits + misses)
        for name in _RATES:
            value = level.get(name)
            rate = _number(value)
            if rate is None or not 0 <= rate <= 100:
                continue
            shown_as_percent = isinstance(value, str) and "%" in value
            return rate if rate > 1 or shown_as_percent else rate * 100
    return None


def _levels(body: Any) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    waiting = [body]
    while waiting and len(found) < 8:
        level = waiting.pop(0)
        if isinstance(level, Mapping):
            found.append(level)
            waiting += [level[key] for key in ("data", "stats", "cache", "overall") if key in level]
    return found


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value.strip().removesuffix("%")) if isinstance(value, str) else float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
