"""A row of block characters that shows a course; gaps stay gaps. Pure."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_GAP = "·"


def sparkline(points: Sequence[float | None], floor: float, ceiling: float) -> str:
    """One character a point between `floor` and `ceiling`; beyond them the lowest or highest.

    The bounds are given, so that a steady line is flat however small its own changes are.
    """
    span = max(ceiling - floor, 1e-9)
    drawn = []
    for point in points:
        if point is None:
            drawn.append(_GAP)
            continue
        share = min(1.0, max(0.0, (point - floor) / span))
        drawn.append(_BARS[min(len(_BARS) - 1, int(share * len(_BARS)))])
    return "".join(drawn)
