"""The chart of a history, as a picture and in words."""

from __future__ import annotations

from bot.charts import Series, line_chart
from bot.charts_words import alt_text, figure, sparkline
from bot.metric_entries import KEY
from handlers.metrics.history.asked import words
from handlers.metrics.history.reading import Drawn, History

__all__ = ["KEY", "described", "draw", "figure", "sparkline", "title"]


def title(history: History, drawn: Drawn) -> str:
    """The title of the chart."""
    return f"{drawn.line.entry.title}, last {words(history.asked.window)}"


def described(history: History, zone: str) -> str:
    """The chart's finding in words; empty without a chart."""
    drawn = history.drawn
    if drawn is None:
        return ""
    entry, limits = drawn.line.entry, drawn.line.limits
    return alt_text(
        title(history, drawn),
        Series(entry.figure.value, drawn.points),
        unit=entry.unit,
        threshold=limits.alert if limits else None,
        higher_is_better=entry.higher_is_better,
        marks=drawn.marks,
        before=Series("before", drawn.before),
        zone=zone,
    )


def draw(history: History, zone: str) -> bytes | None:
    """The chart as a PNG; None without anything to draw. Takes a while: call it in a thread."""
    drawn = history.drawn
    if drawn is None:
        return None
    limits = drawn.line.limits
    before = Series(f"the {words(history.asked.window)} before", drawn.before)
    return line_chart(
        title(history, drawn),
        [Series(drawn.line.entry.figure.value, drawn.points)],
        unit=drawn.line.entry.unit,
        threshold=limits.alert if limits else None,
        target=limits.target if limits else None,
        marks=drawn.marks,
        before=before if before.points else None,
        zone=zone,
        between=(history.since, history.until),
    )
