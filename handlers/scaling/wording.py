"""Amounts, limits and forecasts as words. Pure."""

from __future__ import annotations

from bot.forecasting import FEWEST_DAYS, Forecast, in_days
from bot.phrases import plural
from handlers.scaling.result import Resource

_STEPS = ((1e9, " thousand million"), (1e6, " million"), (1e4, " thousand"))


def amount(value: float, unit: str) -> str:
    """1.2 million, 412, 0.06 GB."""
    tail = f" {unit}" if unit else ""
    if unit == "GB":
        return f"{value:.2f}{tail}" if value < 10 else f"{value:,.0f}{tail}"
    for step, word in _STEPS:
        if value >= step:
            size = value / (1e3 if step == 1e4 else step)
            return f"{size:.1f}{word}{tail}" if size < 100 else f"{size:.0f}{word}{tail}"
    if 0 < value < 10 and value != int(value):
        return f"{value:.1f}{tail}"
    return f"{value:,.0f}{tail}"


def share(resource: Resource) -> str:
    """12 %, <1 %, or a dash where nothing limits it."""
    percent = resource.percent
    if percent is None:
        return "no limit"
    return "<1 %" if 0 < percent < 1 else f"{percent:.0f} %"


def until(when: Forecast, *, limited: bool) -> str:
    """When the limit is reached, with how sure that is."""
    if not limited:
        return "-"
    if not when.enough:
        known = plural(when.days, "day")
        return f"not enough history ({known} of {FEWEST_DAYS})"
    if when.middle == 0:
        return "reached"
    if when.middle is None:
        if when.soonest is None:
            return f"not at this trend ({plural(when.days, 'day')} of history)"
        return f"not at this trend; {in_days(when.soonest)} at the soonest"
    late = f"to {in_days(when.latest)}" if when.latest is not None else "or never"
    soon = in_days(when.soonest) if when.soonest is not None else "?"
    if late == f"to {soon}":
        return f"in {soon}"
    return f"in {in_days(when.middle)} ({soon} {late})"
