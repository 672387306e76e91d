"""The plots of a report. Each takes a few hundred ms: call them in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.charts import Mark, Points, Series, line_chart
from bot.charts_words import alt_text
from bot.metric_entries import ENTRIES, Entry
from bot.metric_points import points, step_of
from handlers.reports.result import Facts

if TYPE_CHECKING:
    from bot.runtime import Runtime

IN_MESSAGE = ("uptime", "response_time", "error_rate", "requests")
IN_FILES = (*IN_MESSAGE, "database_connections", "cpu", "memory")
_TITLES = {
    "uptime": "Uptime",
    "response_time": "Response time, 95 of 100 within",
    "error_rate": "Error rate",
    "requests": "Requests a minute",
    "database_connections": "Database connections",
    "cpu": "CPU time",
    "memory": "Memory of the cache",
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A PNG, and in `finding` what it shows, for whoever cannot see it."""

    name: str
    title: str
    png: bytes
    finding: str


def draw(runtime: Runtime, facts: Facts, names: Sequence[str] = IN_FILES) -> tuple[Chart, ...]:
    """One of each metric that was measured in the period. Raises OpsError."""
    marks = _marks(runtime, facts)
    found = (_drawn(runtime, facts, ENTRIES[name], marks) for name in names)
    return tuple(each for each in found if each is not None)


def _marks(runtime: Runtime, facts: Facts) -> tuple[Mark, ...]:
    """Incidents and deployments; alerts would hide what they are about. A month has too many
    deployments to show those that went well. Of private incidents and drills there are no marks."""
    return tuple(
        Mark(each.at, each.label, each.kind, each.until)
        for each in runtime.store.marks.between(facts.since, facts.made_for)
        if each.kind == "incident"
        or (each.kind == "deployment" and (facts.review is None or " " in each.label))
    )


def _drawn(runtime: Runtime, facts: Facts, entry: Entry, marks: Sequence[Mark]) -> Chart | None:
    store, settings, environment = runtime.store, runtime.settings, facts.environment
    step = step_of(facts.until - facts.since)
    now = points(store, environment, entry, facts.since, facts.made_for, step)
    if not any(value is not None for _, value in now):
        return None
    earlier = points(store, environment, entry, facts.before, facts.since, step)
    shift = facts.since - facts.before
    moved: Points = [(at + shift, value) for at, value in earlier]
    before = Series(f"the {facts.kind_noun} before", moved) if moved else None
    limits, title = entry.limits(settings), _TITLES.get(entry.name, entry.title)
    series = Series(f"this {facts.kind_noun}", now)
    finding = alt_text(
        title, series, unit=entry.unit, threshold=limits.alert if limits else None,
        higher_is_better=entry.higher_is_better, marks=marks, before=before, zone=facts.zone,
    )  # fmt: skip
    png = line_chart(
        title, [series], unit=entry.unit,
        threshold=limits.alert if limits else None, target=limits.target if limits else None,
        marks=marks, before=before, zone=facts.zone, between=(facts.since, facts.until),
    )  # fmt: skip
    return Chart(entry.name, title, png, finding)
