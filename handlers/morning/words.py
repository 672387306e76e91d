"""Sizes, lengths of time, counts and lists in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def size(count: float) -> str:
    """612 B, 8.1 GB; thousands, as disks are sold."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if abs(count) < 1_000 or unit == "TB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1_000
    raise AssertionError("the last unit takes everything")


def listed(names: Sequence[str], most: int = 4) -> str:
    """A, B and C; of many the first ones."""
    shown = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def change(now: float, before: float) -> str:
    """+12 %, −3 %, unchanged; without a measure before, nothing."""
    if before == 0:
        return "" if now else "unchanged"
    percent = 100 * (now - before) / before
    if abs(percent) < 1:
        return "unchanged"
    return f"{'+' if percent > 0 else '−'}{abs(percent):,.0f} %"
