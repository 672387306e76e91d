"""A report as one HTML file: nothing outside of it is loaded, and it prints on A4."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from bot.documents.template import template
from bot.phrases import took, utc
from handlers.lessons.report.figures import figures
from handlers.lessons.report.result import Chart, Made
from handlers.lessons.words import marked

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def _template() -> Template:
    return template("handlers.lessons.report", "report.html")


def html(made: Made, charts: Sequence[Chart]) -> str:
    """The page; charts are inside of it, each with its finding in words."""
    report, told = made.report, made.report.feedback
    found = figures(report)
    pictures = [
        {
            "words": chart.words,
            "source": f"data:image/png;base64,{base64.b64encode(chart.png).decode()}",
        }
        for chart in charts
    ]
    return _template().render(
        made=made,
        report=report,
        record=report.record,
        drill=marked(report.record.drill),
        verdict=f"Resolved after {took(report.times.to_resolve)}. SLO lost: {found['SLO lost']}. "
        f"Error budget: {found['Error budget used']}.",
        figures=found,
        charts=pictures,
        told=(
            ("What went well", told.well),
            ("What went wrong", told.wrong),
            ("Where we were lucky", told.lucky),
        ),
        utc=utc,
    )
