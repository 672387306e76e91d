"""A metric's history as points to draw: one for each step, gaps left open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.charts import Points
from bot.metric_entries import Entry

if TYPE_CHECKING:
    from bot.store import Store

_STEPS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1_440, 2_880, 5_760)
)
_MOST_POINTS = 170  # more than that, a phone cannot show apart


def step_of(window: timedelta) -> timedelta:
    """How long one point of a chart is."""
    return next((step for step in _STEPS if window / step <= _MOST_POINTS), _STEPS[-1])


def points(
    store: Store,
    environment: str,
    entry: Entry,
    since: datetime,
    until: datetime,
    step: timedelta,
) -> Points:
    """A value for each step, in the middle of it; None where nothing was measured."""
    held = {
        bucket.start: entry.value(bucket)
        for bucket in store.samples.series(environment, entry.source, since, until, step)
    }
    if not held:
        return []
    apart = max(step, _usual_distance(sorted(held)))
    found: list[tuple[datetime, float | None]] = []
    for start in sorted(held):
        # Seldom measured is no gap; missing where others were measured is one.
        if found and start - (found[-1][0] - step / 2) > 1.5 * apart:
            found.append((found[-1][0] + apart, None))
        found.append((start + step / 2, held[start]))
    return found


def _usual_distance(starts: Sequence[datetime]) -> timedelta:
    distances = sorted(after - before for before, after in pairwise(starts))
    return distances[len(distances) // 2] if distances else timedelta(0)
