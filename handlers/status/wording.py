"""Lengths of time in words. Pure."""

from __future__ import annotations

_UNITS = ((86_400, "day"), (3_600, "h"), (60, "min"), (1, "s"))


def length(seconds: float) -> str:
    """The two largest units: `40 s`, `4 min 10 s`, `6 days 2 h`."""
    left = max(0, round(seconds))
    parts: list[tuple[int, str]] = []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count or parts:
            parts.append((count, unit))
    shown = [
        f"{count:,} {unit}{'s' if unit == 'day' and count != 1 else ''}"
        for count, unit in parts[:2]
        if count
    ]
    return " ".join(shown) or "0 s"
