"""Reads everything a report says from the store; it asks no service."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from handlers.reports import happened
from handlers.reports.advice import recommend
from handlers.reports.evidence import Evidence
from handlers.reports.health import checked, figures, gaps, maintenance
from handlers.reports.periods import MONTHLY, Period
from handlers.reports.result import Facts, facts_of
from handlers.reports.reviewing import review
from handlers.reports.specs import CAPACITY, HEALTH
from handlers.reports.upcoming import upcoming

if TYPE_CHECKING:
    from bot.runtime import Runtime

_GIGABYTE = 1e9


def gather(runtime: Runtime, period: Period, summary: str = "") -> Facts:
    """Blocks for some hundred ms: call it in a thread. Raises OpsError.

    Where the period is not over, everything is as of now. Figures whose single measurements are
    forgotten are those of the revision that was told, where one was.
    """
    store, settings, now = runtime.store, runtime.settings, runtime.now()
    environment = settings.default_environment
    moment = min(period.until, now)
    before, since = period.before, period.since
    past = store.incident_history.touching(before, moment)
    found, drills = happened.incidents(past, since, moment)
    work = happened.work(store, since, moment)
    deployed = happened.deployments(store, environment, before, since, moment)
    planned = upcoming(runtime, period, moment)
    blind = gaps(store, settings, environment, since, moment)
    health, capacity = (
        figures(store, settings, environment, specs, before, since, moment)
        for specs in (HEALTH, CAPACITY)
    )
    if (kept := _told(runtime, period)) is not None:
        health, capacity, blind = kept.health, kept.capacity, kept.gaps
    known = tuple(each for each in capacity if each.value is not None)
    began = store.samples.first(environment, "uptime")
    windows = maintenance(store, environment, since, moment)
    counts = settings.reports.maintenance == "count"
    length = checked(max(since, began or since), moment, (*blind, *(() if counts else windows)))
    more = None
    if period.kind == MONTHLY:
        uptime = next((each for each in health if each.name == "uptime"), None)
        more = review(runtime, period, moment, past, (uptime, length), found, work)
    evidence = Evidence(
        {each.name: each for each in (*health, *known)}, found, work, deployed, blind, planned,
        _fired(runtime, since, moment), period.noun, settings.database.size_limit_gb * _GIGABYTE,
        moment, more.forecasts if more else (), more.overdue if more else (),
    )  # fmt: skip
    return Facts(
        period.kind, period.name, period.words, period.zone, environment, before, since,
        period.until, moment, period.until <= now, began,
        health, known, blind, windows, counts, length, found,
        happened.counted(past, before, since), drills, work, deployed, planned,
        recommend(evidence, runtime.catalogue), _freed(runtime, since, moment), summary, more,
    )  # fmt: skip


def _told(runtime: Runtime, period: Period) -> Facts | None:
    """The facts as they were told, where the single measurements of then are gone."""
    if runtime.store.sample_gaps.singles_since() <= period.before:
        return None
    kept = runtime.store.reports.newest(period.kind, period.name)
    return facts_of(kept.facts) if kept is not None else None


def _freed(runtime: Runtime, since: datetime, until: datetime) -> int:
    found = runtime.store.maintenance_records.between(since, until)
    return sum(max(0, each.gained) for each in found)


def _fired(runtime: Runtime, since: datetime, until: datetime) -> Counter[str]:
    found = runtime.store.alerts.between(since, until)
    return Counter(each.problem.title for each in found if not each.is_test)
