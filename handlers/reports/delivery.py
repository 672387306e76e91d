"""The four DORA figures: how often, how fast and how safely changes reach people. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.incident_times import times_of
from bot.phrases import plural
from bot.store.incidents_rows import Kind
from handlers.reports.happened import failing
from handlers.reports.result import Figure

if TYPE_CHECKING:
    from bot.store import FinishedDeployment
    from bot.store.incident_history import Past

Deployments = Sequence["FinishedDeployment"]
_WEEK, _HOUR = timedelta(days=7), 3_600.0
_EVENTS = "deployments as they ended, kept by this bot"
_RECORD = "status events of incidents"


def delivery(
    now: tuple[Deployments, Sequence[Past], timedelta],
    before: tuple[Deployments, Sequence[Past], timedelta],
    soon: timedelta,
    known_since: datetime | None,
) -> tuple[Figure, ...]:
    """Each of `now` and `before` is a period's deployments, incidents declared in it, and length;
    an incident so `soon` after a deployment counts as its failure."""
    return (
        _frequency(now, before, known_since),
        _lead(now[0], before[0]),
        _failures(now, before, soon),
        _restore(now[1], before[1]),
    )


def _frequency(
    now: tuple[Deployments, Sequence[Past], timedelta],
    before: tuple[Deployments, Sequence[Past], timedelta],
    known_since: datetime | None,
) -> Figure:
    def rate(found: Deployments, length: timedelta) -> float | None:
        if known_since is None or not length:
            return None
        return sum(each.outcome != "failed" for each in found) / (length / _WEEK)

    live = sum(each.outcome != "failed" for each in now[0])
    return _figure(
        "deployment_frequency", "Deployment frequency", "a week",
        rate(now[0], now[2]), rate(before[0], before[2]), len(now[0]), _EVENTS,
        "Deployments that came live in production, a week.",
        f"{plural(live, 'deployment')} ÷ {now[2] / _WEEK:.2f} weeks", higher=True,
    )  # fmt: skip


def _lead(now: Deployments, before: Deployments) -> Figure:
    def times(found: Deployments) -> list[float]:
        return [
            (each.at - each.built_at).total_seconds() / _HOUR
            for each in found
            if each.built_at is not None and each.built_at <= each.at
        ]

    held = times(now)
    return _figure(
        "lead_time", "Lead time for changes", "h", _median(held), _median(times(before)),
        len(held), "when Cloudflare was given the version, and when it came live",
        "Median time from the upload of a version to production. When its commit was made is not "
        "known to the platform, so time before the upload is missing.",
        f"the middle of {plural(len(held), 'deployment')} whose upload is known, of {len(now)}",
    )  # fmt: skip


def _failures(
    now: tuple[Deployments, Sequence[Past], timedelta],
    before: tuple[Deployments, Sequence[Past], timedelta],
    soon: timedelta,
) -> Figure:
    def share(found: Deployments, past: Sequence[Past]) -> float | None:
        return 100.0 * len(failing(found, past, soon)) / len(found) if found else None

    bad = len(failing(now[0], now[1], soon))
    return _figure(
        "change_failure_rate", "Change failure rate", "%", share(now[0], now[1]),
        share(before[0], before[1]), len(now[0]), _EVENTS,
        "Share of deployments that failed, were rolled back, or were followed by an incident "
        f"within {soon.total_seconds() / 60:.0f} minutes.",
        f"{bad} of {plural(len(now[0]), 'deployment')}",
    )  # fmt: skip


def _restore(now: Sequence[Past], before: Sequence[Past]) -> Figure:
    def times(past: Sequence[Past]) -> list[float]:
        found = (
            times_of(record.began_at, record.declared_at, changes).to_resolve
            for record, changes in past
            if not (record.drill or record.private)
            and record.kind in (Kind.OUTAGE, Kind.DEGRADATION)
        )
        return [each.total_seconds() / 60 for each in found if each is not None]

    held = times(now)
    longest = f", the longest {max(held):,.0f} min" if held else ""
    return _figure(
        "time_to_restore", "Time to restore service", "min", _median(held),
        _median(times(before)), len(held), _RECORD,
        "Median time from the beginning of an outage or degradation to its resolution.",
        f"the middle of {plural(len(held), 'incident')} that ended{longest}",
    )  # fmt: skip


def _median(held: Sequence[float]) -> float | None:
    return statistics.median(held) if held else None


def _figure(  # noqa: PLR0913, PLR0917 the columns of a figure
    name: str,
    title: str,
    unit: str,
    value: float | None,
    before: float | None,
    count: int,
    source: str,
    how: str,
    working: str,
    *,
    higher: bool = False,
) -> Figure:
    return Figure(
        name, title, unit, value, before, None, None, higher, count, max(1, count), source, how,
        working,
    )  # fmt: skip
