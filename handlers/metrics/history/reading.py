"""What the store remembers of a window, beside the same window before, and as points to draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.charts import Mark, Points
from bot.metric_entries import ENTRIES, KEY, OTHERS, Entry
from bot.metric_points import points, step_of
from handlers.metrics.history.asked import Asked
from handlers.metrics.result import Standing, stand

if TYPE_CHECKING:
    from bot.settings import Metric, Settings
    from bot.store import Store


@dataclass(frozen=True, slots=True)
class Line:
    """One metric over the window; values in its unit, None without samples. The median is there
    where one metric alone is asked for."""

    entry: Entry
    limits: Metric | None
    value: float | None
    before: float | None
    samples: int
    least: float = 0.0
    median: float = 0.0
    greatest: float = 0.0

    @property
    def standing(self) -> Standing | None:
        """None for a metric without limits."""
        if self.value is None:
            return Standing.NO_DATA
        return stand(self.value, self.limits) if self.limits else None

    @property
    def change(self) -> float | None:
        """Percent more or less than the window before; None where that says nothing."""
        if self.value is None or self.before is None or self.before == 0:
            return None
        return 100.0 * (self.value - self.before) / self.before


@dataclass(frozen=True, slots=True)
class Drawn:
    """The points of one metric, those of the window before on the same times, and the marks."""

    line: Line
    points: Points
    before: Points
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class History:
    """`began` is the day the oldest of the samples is from; `refused` counts what was not taken."""

    environment: str
    since: datetime
    until: datetime
    asked: Asked
    lines: tuple[Line, ...]
    drawn: Drawn | None
    began: datetime | None
    refused: int = 0

    @property
    def exit_code(self) -> int:
        return 1 if any(line.standing is Standing.ALERT for line in self.lines) else 0


def history(
    store: Store,
    settings: Settings,
    environment: str,
    asked: Asked,
    now: datetime,
    *,
    draws: bool = True,
) -> History:
    """Everything the answer shows; without points where nothing `draws` them.

    Blocks for some ms: call it in a thread. Raises OpsError.
    """
    since = now - asked.window
    entries = (asked.metric,) if asked.metric else (*KEY, *OTHERS)
    detail = asked.metric is not None
    lines = [_line(store, settings, environment, each, since, now, detail) for each in entries]
    if asked.metric is None:
        lines = [line for line in lines if line.value is not None or line.entry in KEY]
        lines.sort(key=_worst_first)
    known = [line for line in lines if line.value is not None]
    drawn = _drawn(store, environment, known[0], since, now) if known and draws else None
    begun = [at for line in known if (at := store.samples.began(environment, line.entry.source))]
    refused = sum(
        each.count for each in store.samples.refusals(environment)
        if each.metric in ENTRIES and (asked.metric is None or each.metric == asked.metric.source)
    )  # fmt: skip
    return History(
        environment, since, now, asked, tuple(lines), drawn, min(begun, default=None), refused
    )


def _line(
    store: Store,
    settings: Settings,
    environment: str,
    entry: Entry,
    since: datetime,
    until: datetime,
    detail: bool,
) -> Line:
    bucket = store.samples.window(environment, entry.source, since, until)
    earlier = store.samples.window(environment, entry.source, since - (until - since), since)
    before = entry.value(earlier) if earlier else None
    if bucket is None:
        return Line(entry, entry.limits(settings), None, before, 0)
    scale = entry.scale
    return Line(
        entry, entry.limits(settings), entry.value(bucket), before, bucket.count,
        bucket.minimum * scale, bucket.quantile(0.5) * scale if detail else 0.0,
        bucket.maximum * scale,
    )  # fmt: skip


def _drawn(store: Store, environment: str, line: Line, since: datetime, until: datetime) -> Drawn:
    step = step_of(until - since)
    earlier = points(store, environment, line.entry, since - (until - since), since, step)
    marks = tuple(
        Mark(each.at, each.label, each.kind, each.until)
        for each in store.marks.between(since, until)
    )
    return Drawn(
        line,
        points(store, environment, line.entry, since, until, step),
        [(at + (until - since), value) for at, value in earlier],
        marks,
    )


def _worst_first(line: Line) -> int:
    standing = line.standing
    if standing is None:
        return Standing.NO_DATA.rank - 1 if line.value is not None else 9
    return standing.rank if standing is not Standing.NO_DATA else 8
