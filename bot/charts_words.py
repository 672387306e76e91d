"""What a chart shows, in words: for who cannot see it, and for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.charts import Mark, Points, Series

_BARS = "▁▂▃▄▅▆▇█"
_MOST = 1_000  # characters; Slack takes 2,000


def alt_text(
    title: str,
    series: Series,
    *,
    unit: str,
    threshold: float | None = None,
    higher_is_better: bool = False,
    marks: Sequence[Mark] = (),
    before: Series | None = None,
    zone: str = "UTC",
) -> str:
    """The finding in a few sentences: level, extreme and when, limit, before, marks, gaps."""
    held = [(at, value) for at, value in series.points if value is not None]
    if not held:
        return f"{title}: no data in this time."
    average = _mean([value for _, value in held])
    extreme = min if higher_is_better else max
    when, worst = extreme(held, key=lambda point: point[1])
    word = "lowest" if higher_is_better else "highest"
    told = [
        f"{title}: about {figure(average, unit)}, "
        f"{word} {figure(worst, unit)} at {when.astimezone(ZoneInfo(zone)):%b %d %H:%M} {zone}."
    ]
    if threshold is not None:
        past = sum(
            value < threshold if higher_is_better else value > threshold for _, value in held
        )
        side = "below" if higher_is_better else "above"
        share = f"{past} of {len(held)} points" if past else "Never"
        told.append(f"{share} {side} the alert threshold of {figure(threshold, unit)}.")
    earlier = [value for _, value in before.points if value is not None] if before else []
    if earlier:
        told.append(f"The window before: about {figure(_mean(earlier), unit)}.")
    if marks:
        shown = ", ".join(f"{each.kind} {each.label}" for each in marks[:5])
        more = f" and {len(marks) - 5} more" if len(marks) > 5 else ""
        told.append(f"Marked: {shown}{more}.")
    gaps = len(series.points) - len(held)
    if gaps:
        told.append(f"No data at {gaps} of {len(series.points)} points.")
    return " ".join(told)[:_MOST]


def sparkline(points: Points, width: int = 60) -> str:
    """The line in block characters, from zero up; a gap is a space."""
    values = [value for _, value in points]
    if len(values) > width:
        size = len(values) / width
        values = [_merged(values[int(n * size) : int((n + 1) * size)]) for n in range(width)]
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    floor = low if low > high * 0.5 else 0.0
    reach = (high - floor) or 1.0
    return "".join(
        " " if value is None
        else _BARS[min(len(_BARS) - 1, int((value - floor) / reach * len(_BARS)))]
        for value in values
    )  # fmt: skip


def figure(value: float, unit: str) -> str:
    """A number as people read it, with its unit: 1,340 ms, 0.42 %."""
    if unit == "%" and value > 99:
        digits = 0 if value == 100 else 2  # 99.97 % is not 100 %
    else:
        digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    shown = f"{value:,.{digits}f}"
    return f"{shown} {unit}".strip()


def moved(points: Points, by: datetime, onto: datetime) -> Points:
    """The same points as much later as `onto` is after `by`."""
    return [(at + (onto - by), value) for at, value in points]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _merged(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return _mean(known) if known else None
