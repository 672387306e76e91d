"""Figures in the words and the rounding that a manager wants. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.phrases import plural, span
from handlers.reports.result import Facts, Figure, Gap, Incident, Standing

NO_DATA = "not measured"
UNBROKEN = "\u00a0"
_SAME, _SAME_UPTIME = 0.03, 0.02  # of the larger one; points near 100 %
_ENOUGH = 90.0  # percent of the measurements; below, a figure is told with a warning


def amount(value: float | None, unit: str) -> str:
    """A number as people read it: `99.97 %`, `182 ms`, `4.3 M`, `2.1 GB`; it never breaks."""
    return NO_DATA if value is None else _amount(value, unit).replace(" ", UNBROKEN)


def _amount(value: float, unit: str) -> str:
    if unit == "bytes":
        return _scaled(value, ("B", "kB", "MB", "GB", "TB"))
    if unit == "":
        return _scaled(value, ("", "k", "M", "G", "T")) if value >= 10_000 else f"{value:,.0f}"
    if unit == "%":
        if value == 100:
            return "100 %"
        shown = f"{value:.2f}" if value >= 99 or value < 10 else f"{value:.1f}"
        # 99.996 % is not 100 %.
        return f"{'99.99' if shown == '100.00' else shown} %"
    if unit in ("a week", "h") and value < 100:
        return f"{value:.1f} {unit}"
    return f"{value:,.0f} {unit}"


def limit(figure: Figure) -> str:
    """`target at least 99.9 %`; empty without one."""
    if figure.target is None:
        return ""
    word = "at least" if figure.higher_is_better else "at most"
    return f"target {word} {figure.target:g}{UNBROKEN}{figure.unit}".strip()


def compared(figure: Figure, noun: str) -> str:
    """Against the period before, in words: `better than 99.91 % the week before`."""
    if figure.value is None:
        return ""
    if figure.before is None:
        return f"nothing to compare with from the {noun} before"
    before = amount(figure.before, figure.unit)
    if before == amount(figure.value, figure.unit):
        return f"as the {noun} before"
    up = figure.value > figure.before
    if figure.standing is Standing.FREE:
        share = "" if figure.unit == "%" else _percent(figure)
        return f"{'up' if up else 'down'} {share}from {before} the {noun} before"
    if figure.standing is Standing.ON_TARGET and _close(figure.value, figure.before, figure.unit):
        return f"about as {before} the {noun} before"
    word = "better" if up == figure.higher_is_better else "worse"
    return f"{word} than {before} the {noun} before"


def _close(value: float, before: float, unit: str) -> bool:
    """So near that a word for it would say too much."""
    largest = max(abs(value), abs(before))
    # Of uptime, what is missing to 100 % counts: 99.9 and 99.0 are not alike.
    near = _SAME_UPTIME if unit == "%" and largest > 90 else _SAME * largest
    return abs(value - before) <= near


def arrow(figure: Figure) -> str:
    """↑, ↓ or = against the period before."""
    if figure.value is None or figure.before is None:
        return ""
    if amount(figure.value, figure.unit) == amount(figure.before, figure.unit):
        return "="
    return "↑" if figure.value > figure.before else "↓"


def moment(at: datetime, zone: str) -> str:
    """In the team's zone: `Tue 17 Nov 14:05`."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"


def gap_words(gap: Gap, zone: str) -> str:
    """`3 h on Tuesday 17 Nov, from 14:05`."""
    begin = gap.since.astimezone(ZoneInfo(zone))
    return f"{span(gap.length)} on {begin:%A %d %b}, from {begin:%H:%M}"


def missing(facts: Facts) -> str:
    """What was not measured, in a sentence; empty where all was."""
    told = []
    if facts.began is None:
        return "Nothing was measured in this time."
    if facts.began > facts.since:
        told.append(f"Measurements begin on {moment(facts.began, facts.zone)}.")
    if facts.gaps:
        longest = sorted(facts.gaps, key=lambda each: -each.length)
        shown = "; ".join(gap_words(each, facts.zone) for each in longest[:3])
        more = f"; and {plural(len(longest) - 3, 'shorter gap')}" if len(longest) > 3 else ""
        whole = sum((each.length for each in longest), timedelta())
        told.append(f"Not measured for {span(whole)} in all: {shown}{more}.")
    if facts.maintenance:
        length = sum((each.length for each in facts.maintenance), timedelta())
        how = "counts as any other time" if facts.maintenance_counts else "is left out of uptime"
        told.append(f"Maintenance windows of {span(length)}: that time {how}.")
    return " ".join(told)


def thin(figure: Figure) -> bool:
    """Whether so much of it was not measured that it needs a warning."""
    return figure.value is not None and figure.covered < _ENOUGH


def lasted(incident: Incident) -> str:
    """`70 min`, `70 min, still open`."""
    return span(incident.open_for) + ("" if incident.ended else ", still open")


def down_for(facts: Facts) -> timedelta | None:
    """About how long the platform could not be used, from the share of failed checks."""
    uptime = facts.figure("uptime")
    if uptime is None or uptime.value is None:
        return None
    return facts.checked * ((100.0 - uptime.value) / 100.0)


def _percent(figure: Figure) -> str:
    if not figure.before or figure.value is None:
        return ""
    change = abs(100.0 * (figure.value - figure.before) / figure.before)
    return f"{change:.0f} % " if change >= 1 else ""


def _scaled(value: float, units: tuple[str, ...]) -> str:
    index = 0
    while value >= 1000 and index < len(units) - 1:
        value /= 1000
        index += 1
    digits = 0 if index == 0 or value >= 100 else 1
    return f"{value:,.{digits}f} {units[index]}".strip()
