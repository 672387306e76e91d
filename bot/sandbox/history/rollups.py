"""Hours and days of a series, as the store would have rolled them up one sample at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from ddsketch.mapping import LogarithmicMapping
from numpy.typing import NDArray

from bot.sandbox.history.measurements import Series
from bot.store.samples_buckets import Row
from bot.store.samples_rows import DAY_MS, HOUR_MS
from bot.store.samples_sketch import ACCURACY, Sketch

_ZERO = -(2**31)  # stands for values of zero, which have no bin
_MAPPING = LogarithmicMapping(ACCURACY)


def rollups(series: Series) -> tuple[list[Row], list[Row]]:
    """Rows of hours and rows of days, by time."""
    hours = list(_hours(series))
    return hours, list(_days(hours))


def _hours(series: Series) -> Iterator[Row]:
    if not series.at.size:
        return
    keys = _keys(series)
    starts = series.at // HOUR_MS * HOUR_MS
    edges = np.concatenate(([0], np.flatnonzero(np.diff(starts)) + 1, [starts.size]))
    firsts = edges[:-1]
    counts = np.diff(edges)
    totals = np.add.reduceat(series.values, firsts)
    least = np.minimum.reduceat(series.values, firsts)
    most = np.maximum.reduceat(series.values, firsts)
    good = None if series.good is None else np.add.reduceat(series.good, firsts)
    listed = keys.tolist()
    for number, first in enumerate(firsts.tolist()):
        bins = Counter(listed[first : first + int(counts[number])])
        zeros = bins.pop(_ZERO, 0)
        yield (
            int(starts[first]), int(counts[number]), float(totals[number]), float(least[number]),
            float(most[number]), None if good is None else int(good[number]),
            Sketch(dict(bins), zeros).packed(),
        )  # fmt: skip


def _days(hours: list[Row]) -> Iterator[Row]:
    by_day: dict[int, list[Row]] = {}
    for row in hours:
        by_day.setdefault(row[0] // DAY_MS * DAY_MS, []).append(row)
    for start, rows in by_day.items():
        sketch = Sketch()
        for row in rows:
            sketch.absorb(row[6])
        good = None if rows[0][5] is None else sum(row[5] or 0 for row in rows)
        yield (
            start, sum(row[1] for row in rows), sum(row[2] for row in rows),
            min(row[3] for row in rows), max(row[4] for row in rows), good, sketch.packed(),
        )  # fmt: skip


def _keys(series: Series) -> NDArray[np.int64]:
    """The bin of each value, as the sketch itself would choose it."""
    known = series.values > _MAPPING.min_possible
    exact = np.ceil(np.log2(np.where(known, series.values, 1.0)) / np.log2(_MAPPING.gamma))
    return np.where(known, exact, _ZERO).astype(np.int64)
