"""Measurements as a picture: readable on a phone, in a light and in a dark window.

The plotting library costs 50 MB and half a second, so it is loaded with the first chart.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Points = Sequence[tuple[datetime, float | None]]
MarkKind = Literal["incident", "deployment", "alert", "purge"]
_WIDTH, _HEIGHT, _DPI = 4.8, 3.6, 250  # inches; 1200 by 900 pixels, large letters on a phone
_PAPER, _CARD, _INK, _FAINT, _LINE = "#f4f6f8", "#ffffff", "#1d2733", "#6b7885", "#0b61a4"
_MARKS: dict[str, tuple[str, str]] = {
    "incident": ("#b3261e", "-"),
    "deployment": ("#5b4bb7", "--"),
    "alert": ("#9a5b00", ":"),
    "purge": ("#007d79", "-."),
}
_COLOURS = (_LINE, "#8a3ffc", "#007d79", "#9f1853")
_FAR = 4.0  # a line further off than this many times the values is said, not drawn
_MOST_LABELS = 4
_drawing = threading.Lock()  # the library keeps fonts and caches that threads must not share


@dataclass(frozen=True, slots=True)
class Series:
    """One line; None is a gap and stays one. Times are aware, in order."""

    name: str
    points: Points


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened; `until` where it lasted. Told apart by dash and by label."""

    at: datetime
    label: str
    kind: MarkKind
    until: datetime | None = None


def line_chart(  # noqa: PLR0913 - every option is keyword-only
    title: str,
    series: Sequence[Series],
    *,
    unit: str,
    threshold: float | None = None,
    target: float | None = None,
    marks: Sequence[Mark] = (),
    before: Series | None = None,
    zone: str = "UTC",
    between: tuple[datetime, datetime] | None = None,
    dark_safe: bool = True,
) -> bytes:
    """A PNG of 1200 by 900. Takes a few hundred ms: call it in a thread.

    `before` is the window before, already moved onto this one's times; `between` is the
    window, where the lines may begin late. With `dark_safe` the ground is opaque.
    """
    with _drawing:
        figure, axes = _paper(title, unit)
        values = _values([*series, *([before] if before else [])])
        if before is not None:
            axes.plot(*_line(before), color=_FAINT, alpha=0.55, lw=1.4, label=_safe(before.name))
        for colour, each in zip(_COLOURS * len(series), series, strict=False):
            _draw(axes, each, colour)
        _limits(axes, values, threshold, target, unit)
        _times(axes, zone, between or _span(series))
        _mark(axes, marks, between or _span(series))
        _legend(axes, len(series) + (before is not None))
        if not values:
            axes.text(0.5, 0.5, "no data", transform=axes.transAxes, ha="center", color=_FAINT)
        written = BytesIO()
        figure.savefig(written, format="png", dpi=_DPI, transparent=not dark_safe)
        return written.getvalue()


def _paper(title: str, unit: str) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, _HEIGHT), facecolor=_PAPER, layout="constrained")
    axes = figure.add_subplot(facecolor=_CARD)
    axes.set_title(_safe(title), loc="left", fontsize=13, color=_INK, fontweight="bold")
    axes.set_ylabel(_safe(unit), fontsize=12, color=_INK)
    axes.tick_params(labelsize=12, colors=_INK)
    axes.grid(visible=True, axis="y", color="#dfe4e8", lw=0.8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_FAINT)
    return figure, axes


def _draw(axes: Any, series: Series, colour: str) -> None:
    times, values = _line(series)
    axes.plot(times, values, color=colour, lw=2.2, label=_safe(series.name), zorder=3)
    # A point between two gaps has no line to be seen by.
    alone = [
        (time, value)
        for index, (time, value) in enumerate(series.points)
        if value is not None and _is_gap(series.points, index - 1, index + 1)
    ]
    if alone:
        axes.plot(*zip(*alone, strict=True), ".", color=colour, ms=6, zorder=3)


def _is_gap(points: Points, *indexes: int) -> bool:
    return all(not 0 <= index < len(points) or points[index][1] is None for index in indexes)


def _limits(
    axes: Any, values: list[float], threshold: float | None, target: float | None, unit: str
) -> None:
    """Where the values lie, with the lines that are near; those far off are told in words."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    upper = unit == "%" and low >= 90  # uptime: all that matters happens close to 100
    far: list[str] = []
    for limit, name, colour, dash in (
        (threshold, "alert", "#b3261e", "--"),
        (target, "target", "#00693e", ":"),
    ):
        if limit is None:
            continue
        if not upper and limit > _FAR * max(high, 1e-9):
            far.append(f"{name} {limit:g} {unit} is above")
            continue
        axes.axhline(limit, color=colour, ls=dash, lw=1.8, label=f"{name} {limit:g} {unit}".strip())
        low, high = min(low, limit), max(high, limit)
    if upper:
        high, room = 100.0, max(0.05, (100.0 - low) * 0.08)
        axes.set_ylim(low - room, high + room / 2)
    else:
        # Above 100 % there is nothing; a little room keeps the line off the edge.
        top = high * 1.12 or 1.0
        axes.set_ylim(0, min(top, 103.0) if unit == "%" and high <= 100 else top)
    if far:
        axes.text(
            0.99, 0.97, "; ".join(far), transform=axes.transAxes, ha="right", va="top",
            fontsize=10, color=_FAINT,
        )  # fmt: skip


def _times(axes: Any, zone: str, span: tuple[datetime, datetime] | None) -> None:
    from matplotlib.dates import (
        DAILY,
        HOURLY,
        MINUTELY,
        MONTHLY,
        SECONDLY,
        YEARLY,
        AutoDateLocator,
        ConciseDateFormatter,
    )

    if span is None:
        axes.set_xticks([])
        return
    if span[0] >= span[1]:
        span = (span[0] - timedelta(minutes=30), span[0] + timedelta(minutes=30))
    place = ZoneInfo(zone)
    # Wide labels (days) few, narrow ones more; fewer, and some lengths find no step at all.
    most = {YEARLY: 6, MONTHLY: 7, DAILY: 6, HOURLY: 7, MINUTELY: 7, SECONDLY: 7}
    locator = AutoDateLocator(tz=place, minticks=3, maxticks=most)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(  # type: ignore[no-untyped-call]
        locator, tz=place, show_offset=False
    )
    formatter.formats[2] = formatter.zero_formats[3] = "%b %d"  # a day by its date
    axes.xaxis.set_major_formatter(formatter)
    axes.set_xlabel(zone, fontsize=10, color=_FAINT)
    axes.set_xlim(span[0], span[1])


def _mark(axes: Any, marks: Sequence[Mark], span: tuple[datetime, datetime] | None) -> None:
    inside = [
        each for each in marks
        if span is None or ((each.until or each.at) >= span[0] and each.at <= span[1])
    ]  # fmt: skip
    for number, each in enumerate(inside):
        colour, dash = _MARKS[each.kind]
        if each.until is not None:
            axes.axvspan(each.at, each.until, color=colour, alpha=0.12, lw=0)
        axes.axvline(each.at, color=colour, ls=dash, lw=1.4)
        if number < _MOST_LABELS:
            _label(axes, each, number, colour, span)


def _label(
    axes: Any, mark: Mark, number: int, colour: str, span: tuple[datetime, datetime] | None
) -> None:
    """Beside its line, on the side with room, on a ground that keeps it readable."""
    at = max(mark.at, span[0]) if span else mark.at
    late = span is not None and at - span[0] > (span[1] - span[0]) * 0.55
    axes.annotate(
        _safe(mark.label[:24]), (at, 1.0), xycoords=("data", "axes fraction"),
        xytext=(-4 if late else 4, -12 - 15 * number), textcoords="offset points", fontsize=10,
        ha="right" if late else "left", color=colour, zorder=4,
        bbox={"facecolor": _CARD, "alpha": 0.85, "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def _legend(axes: Any, lines: int) -> None:
    if lines < 2 and not axes.get_legend_handles_labels()[1]:
        return
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2, fontsize=11, frameon=False,
        labelcolor=_INK,
    )  # fmt: skip


def _line(series: Series) -> tuple[list[datetime], list[float]]:
    nothing = float("nan")
    return (
        [time for time, _ in series.points],
        [nothing if value is None else value for _, value in series.points],
    )


def _values(series: Sequence[Series]) -> list[float]:
    return [value for each in series for _, value in each.points if value is not None]


def _span(series: Sequence[Series]) -> tuple[datetime, datetime] | None:
    times = [time for each in series for time, _ in each.points]
    return (min(times), max(times)) if times else None


def _safe(text: str) -> str:
    """Only what the font can draw, and no formulas."""
    from matplotlib.font_manager import findfont, get_font

    drawn = get_font(findfont("DejaVu Sans")).get_charmap()
    kept = (letter for letter in text if ord(letter) in drawn)
    return "".join(kept).strip().replace("$", r"\$")
