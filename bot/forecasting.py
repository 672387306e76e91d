"""When a limit is reached, by a trend that single days cannot bend: Theil and Sen's.

One piece for every answer that tells it, so that no two of them disagree.

The slope is the median of the slopes between all pairs of days. Its uncertainty comes from the
same slopes in order (Sen 1968): two of them, as far from the middle as Kendall's statistic of so
many days scatters, bound the true one in four of five cases.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

from bot.phrases import plural

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Store

FEWEST_DAYS = 7  # a trend of fewer is the shape of the week
_DAY = timedelta(days=1)
_EIGHTY_PERCENT = 1.2816  # standard deviations to each side
FARTHEST_DAYS = 3_650.0  # what is farther off is not reached


@dataclass(frozen=True, slots=True)
class Trend:
    """Value a day: the median slope with its bounds, and the level that the line has today."""

    slope: float
    lowest: float
    highest: float
    level: float
    days: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Days until a limit is reached: the middle, and the soonest and latest of four cases in five.

    They count from the last day of history. None where the limit is not reached that way. `days`
    are those of history behind it, and `enough` is False where they are too few to say anything.
    `slope` is the value's change a day, `level` what the line has on the last day.
    """

    middle: float | None
    soonest: float | None
    latest: float | None
    days: int
    enough: bool = True
    slope: float = 0.0
    level: float = 0.0


def daily(
    store: Store, settings: Settings, environment: str, metric: str, now: datetime
) -> dict[date, float]:
    """The 95th percentile of a metric's samples by day: what a limit has to bear."""
    since = now - timedelta(days=settings.scale.history_days)
    buckets = store.samples.series(environment, metric, since, now, _DAY)
    return {bucket.start.date(): bucket.quantile(0.95) for bucket in buckets}


def in_days(count: float) -> str:
    """3 days, 5 months, 2 years."""
    if count < 90:
        return plural(round(count), "day")
    if count < 730:
        return plural(round(count / 30.4), "month")
    return plural(round(count / 365.25), "year")


def trend(values: Mapping[date, float]) -> Trend | None:
    """The trend of a value by day, of finished days; None where there are too few."""
    days = sorted(values)
    if len(days) < FEWEST_DAYS:
        return None
    points = [((day - days[0]).days, values[day]) for day in days]
    slopes = sorted(
        (after - before) / (later - earlier)
        for (earlier, before), (later, after) in combinations(points, 2)
    )
    slope = statistics.median(slopes)
    lowest, highest = _bounds(slopes, len(points))
    last = points[-1][0]
    level = statistics.median(value - slope * (at - last) for at, value in points)
    return Trend(slope, lowest, highest, level, len(points))


def forecast(values: Mapping[date, float], limit: float) -> Forecast:
    """When the value by day reaches `limit`."""
    found = trend(values)
    if found is None:
        return Forecast(None, None, None, len(values), enough=False)
    left = limit - found.level
    soonest, middle, latest = (
        _until(left, slope) for slope in (found.highest, found.slope, found.lowest)
    )
    return Forecast(middle, soonest, latest, found.days, slope=found.slope, level=found.level)


def _until(left: float, slope: float) -> float | None:
    if left <= 0:
        return 0.0
    if slope <= 0:
        return None
    days = left / slope
    return days if days <= FARTHEST_DAYS else None


def _bounds(slopes: list[float], points: int) -> tuple[float, float]:
    scatter = math.sqrt(points * (points - 1) * (2 * points + 5) / 18)
    reach = _EIGHTY_PERCENT * scatter
    low = max(0, math.floor((len(slopes) - reach) / 2))
    high = min(len(slopes) - 1, math.ceil((len(slopes) + reach) / 2))
    return slopes[low], slopes[high]
