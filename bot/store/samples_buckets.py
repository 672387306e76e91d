"""One measurement, and many of them as one bucket. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.store.samples_sketch import Sketch

# A stored roll-up: start, count, total, minimum, maximum, good, packed sketch.
Row = tuple[int, int, float, float, float, int | None, bytes]
# A clock may run a little ahead of ours; further ahead, a sample would stand in the future.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement in the metric's unit; `at` is aware.

    `good` is how many of `value` events were good, where value counts events.
    """

    environment: str
    metric: str
    at: datetime
    value: float
    good: int | None = None


@dataclass(slots=True)
class Rollup:
    """What is known of many values; grows by adding and merging.

    The distribution is put together when it is asked for: most reports ask for averages, and
    merging thousands of bins is most of what a report costs.
    """

    count: int = 0
    total: float = 0.0
    minimum: float = math.inf
    maximum: float = -math.inf
    good: int | None = None
    _sketch: Sketch = field(default_factory=Sketch)
    _values: list[float] = field(default_factory=list)
    _packed: list[bytes] = field(default_factory=list)

    @property
    def sketch(self) -> Sketch:
        """The distribution; raises ValueError where a stored one cannot be read."""
        for packed in self._packed:
            self._sketch.absorb(packed)
        for value in self._values:
            self._sketch.add(value)
        self._packed, self._values = [], []
        return self._sketch

    def add(self, value: float, good: int | None = None) -> None:
        self.count += 1
        self.total += value
        self.minimum = min(self.minimum, value)
        self.maximum = max(self.maximum, value)
        self.good = _sum(self.good, good)
        self._values.append(value)

    def merge(self, other: Rollup) -> None:
        self.count += other.count
        self.total += other.total
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)
        self.good = _sum(self.good, other.good)
        self.sketch.merge(other.sketch)

    def absorb(self, row: Row) -> None:
        """Merge a stored roll-up."""
        _, count, total, minimum, maximum, good, sketch = row
        self.count += count
        self.total += total
        self.minimum = min(self.minimum, minimum)
        self.maximum = max(self.maximum, maximum)
        self.good = _sum(self.good, good)
        self._packed.append(sketch)

    def bucket(self, start: datetime) -> Bucket:
        """What it holds now, as of `start`; nothing is to be added afterwards."""
        return Bucket(start, self.count, self.total, self.minimum, self.maximum, self.good, self)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The samples of one stretch of time, at least one; `start` is aware UTC."""

    start: datetime
    count: int
    total: float
    minimum: float
    maximum: float
    good: int | None
    _rollup: Rollup

    @property
    def sketch(self) -> Sketch:
        """The distribution of its samples; raises ValueError where it cannot be read."""
        return self._rollup.sketch

    @property
    def average(self) -> float:
        return self.total / self.count

    def quantile(self, share: float) -> float:
        """The value at that share (0 to 1) of the ordered samples, within 0.5 %."""
        found = self.sketch.quantile(share)
        return min(self.maximum, max(self.minimum, self.average if found is None else found))


def refusal(sample: Sample, floor: datetime | None, now: datetime | None) -> str:
    """Why it cannot be taken, in a few words; empty where it can."""
    if not isinstance(sample.value, (int, float)) or not math.isfinite(sample.value):
        return "not a finite number"
    if sample.value < 0:
        return "negative"
    if sample.value > Sketch.LARGEST:
        return "too large"
    if floor is not None and sample.at < floor:
        return "older than what is kept"
    if now is not None and sample.at > now + AHEAD:
        return "from the future"
    return ""


def _sum(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other
