"""Charts (docs.slack.dev, reference/block-kit/blocks/data-visualization-block)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from bot.sandbox.workspace.validation.layout import Block
from bot.sandbox.workspace.validation.shape import ABSENT, NO_REPEATS, Shape, refuse

CHART_TITLE = 50
AXIS_TITLE = 50
CHART_LABEL = 20
SERIES = 6
POINTS = 20

_Label = Annotated[str, StringConstraints(min_length=1, max_length=CHART_LABEL)]
_AxisTitle = Annotated[str, StringConstraints(max_length=AXIS_TITLE)]


class Segment(Shape):
    label: _Label
    value: Annotated[float, Field(gt=0)]


class Point(Shape):
    label: _Label
    value: float


class Series(Shape):
    name: _Label
    data: Annotated[list[Point], Field(min_length=1, max_length=POINTS)]


class AxisConfig(Shape):
    categories: Annotated[list[_Label], Field(min_length=1, max_length=POINTS), NO_REPEATS]
    x_label: _AxisTitle = ABSENT
    y_label: _AxisTitle = ABSENT


class PieChart(Shape):
    type: Literal["pie"]
    segments: Annotated[list[Segment], Field(min_length=1, max_length=SERIES)]


class AxisChart(Shape):
    type: Literal["bar", "line", "area"]
    series: Annotated[list[Series], Field(min_length=1, max_length=SERIES)]
    axis_config: AxisConfig

    @model_validator(mode="after")
    def _one_point_a_category(self) -> Self:
        names = [series.name for series in self.series]
        if len(set(names)) != len(names):
            raise refuse("series names must be unique", ("series",), type="unique")
        categories = sorted(self.axis_config.categories)
        for index, series in enumerate(self.series):
            if sorted(point.label for point in series.data) != categories:
                raise refuse(
                    "must have exactly one point for every category",
                    ("series", index, "data"),
                    type="items",
                    expected=self.axis_config.categories,
                )
        return self


class DataVisualization(Block):
    type: Literal["data_visualization"]
    title: Annotated[str, StringConstraints(min_length=1, max_length=CHART_TITLE)]
    chart: Annotated[PieChart | AxisChart, Field(discriminator="type")]
