"""Geometry of data_visualization blocks: numbers in, SVG coordinates out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 640.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 68.0, 8.0, 10.0, 26.0
_MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Tick:
    position: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar, or one point of a line, with what it says."""

    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    number: int  # its colour
    values: tuple[float | None, ...]
    marks: tuple[Mark, ...]
    line: str  # SVG path
    area: str


@dataclass(frozen=True, slots=True)
class Slice:
    label: str
    value: float
    share: float
    number: int
    path: str


@dataclass(frozen=True, slots=True)
class Plot:
    kind: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    x_label: str
    y_label: str
    zero: float
    left: float = LEFT


def plot_of(chart: Mapping[str, Any]) -> Plot:
    """A line, area or bar chart."""
    axis = chart.get("axis_config") or {}
    categories = tuple(str(one) for one in axis.get("categories", ()))
    named = [(str(one.get("name", "")), _values(one, categories)) for one in chart["series"]]
    steps = _steps([value for _, values in named for value in values if value is not None])
    low, high = steps[0], steps[-1]
    room = HEIGHT - TOP - BOTTOM

    def height_of(value: float) -> float:
        return round(TOP + room * (high - value) / (high - low), 2)

    width = (WIDTH - LEFT - RIGHT) / max(len(categories), 1)
    zero = height_of(min(max(0.0, low), high))
    kind = str(chart.get("type"))
    series: list[Series] = []
    for number, (name, values) in enumerate(named):
        bar = width * 0.72 / len(named) if kind == "bar" else 0.0
        marks: list[Mark] = []
        for column, value in enumerate(values):
            if value is None:
                continue
            y = height_of(value)
            middle = LEFT + width * (column + 0.5)
            x = middle - bar * len(named) / 2 + bar * number if bar else middle
            says = f"{name}, {categories[column]}: {value:,g}"
            height = max(abs(zero - y), 0.5)
            marks.append(Mark(round(x, 2), min(y, zero) if bar else y, round(bar, 2), height, says))
        line = "M" + " L".join(f"{mark.x} {mark.y}" for mark in marks) if marks else ""
        area = f"{line} L{marks[-1].x} {zero} L{marks[0].x} {zero} Z" if marks else ""
        series.append(Series(name, number % 6, values, tuple(marks), line, area))
    every = math.ceil(len(categories) / _MOST_LABELS) or 1
    across = tuple(
        Tick(round(LEFT + width * (column + 0.5), 2), label)
        for column, label in enumerate(categories)
        if column % every == 0
    )
    up = tuple(Tick(height_of(step), f"{step:,g}") for step in steps)
    x_label, y_label = str(axis.get("x_label", "")), str(axis.get("y_label", ""))
    return Plot(kind, categories, tuple(series), across, up, x_label, y_label, zero)


def slices_of(chart: Mapping[str, Any]) -> tuple[Slice, ...]:
    """A pie chart in a circle of radius 100 around the origin."""
    segments = [(str(one["label"]), float(one["value"])) for one in chart["segments"]]
    total = sum(value for _, value in segments) or 1.0
    slices: list[Slice] = []
    before = 0.0
    for number, (label, value) in enumerate(segments):
        share = value / total
        # A whole circle has no arc of its own: SVG drops an arc that ends where it began.
        end = before + min(share, 0.99999)
        large = int(share > 0.5)
        path = f"M0 0 L{_round(before)} A100 100 0 {large} 1 {_round(end)} Z"
        slices.append(Slice(label, value, share, number % 6, path))
        before += share
    return tuple(slices)


def _round(turn: float) -> str:
    angle = 2 * math.pi * turn
    return f"{100 * math.sin(angle):.3f} {-100 * math.cos(angle):.3f}"


def _values(series: Mapping[str, Any], categories: Sequence[str]) -> tuple[float | None, ...]:
    points = {str(point["label"]): float(point["value"]) for point in series.get("data", ())}
    return tuple(points.get(category) for category in categories)


def _steps(values: Sequence[float]) -> list[float]:
    """About four round numbers from the lowest (or zero) to the highest value."""
    low, high = min([0.0, *values]), max([0.0, *values])
    rough = ((high - low) or 1.0) / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * by for by in (1, 2, 2.5, 5, 10) if power * by >= rough)
    first, last = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    return [round(step * number, 10) for number in range(first, last + 1)]
