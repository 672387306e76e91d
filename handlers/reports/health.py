"""The figures of a period beside those of the one before, with what was not measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers.reports.result import Figure, Gap
from handlers.reports.specs import Spec, count_of

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Bucket, Store

Span = tuple[datetime, datetime]
_LEAST_GAP = timedelta(minutes=10)


def figures(
    store: Store,
    settings: Settings,
    environment: str,
    specs: Iterable[Spec],
    before: datetime,
    since: datetime,
    until: datetime,
) -> tuple[Figure, ...]:
    """Each spec over [since, until) and [before, since). Blocks; raises OpsError."""
    counts = settings.reports.maintenance == "count"
    windows = {
        span: () if counts else spans(maintenance(store, environment, *span))
        for span in ((since, until), (before, since))
    }
    now, earlier = (
        {name: _pieces(span, windows[span]) for name in ("uptime",)}
        for span in ((since, until), (before, since))
    )
    return tuple(
        _figure(
            store, settings, environment, spec,
            now.get(spec.stored, [(since, until)]),
            earlier.get(spec.stored, [(before, since)]),
        )
        for spec in specs
    )  # fmt: skip


def maintenance(
    store: Store, environment: str, since: datetime, until: datetime
) -> tuple[Gap, ...]:
    """Maintenance windows within [since, until), joined where they meet.

    Maintenance mode that an incident was answered with was no plan: that time counts.
    """
    joined: list[Gap] = []
    for each in store.alert_rules.maintenance_between(environment, since, until):
        begin, end = max(since, each.starts_at), min(until, each.ends_at)
        if joined and begin <= joined[-1].until:
            joined[-1] = Gap(joined[-1].since, max(end, joined[-1].until))
        elif begin < end:
            joined.append(Gap(begin, end))
    forced = [
        (each.began_at, each.ended_at or until)
        for each in store.maintenance.between(since, until)
        if each.environment == environment and not each.planned
    ]
    return tuple(
        Gap(*piece) for gap in joined for piece in _pieces((gap.since, gap.until), sorted(forced))
    )


def gaps(
    store: Store, settings: Settings, environment: str, since: datetime, until: datetime
) -> tuple[Gap, ...]:
    """Where the checks of API and site are missing, once they had begun; the longest last."""
    began = store.samples.first(environment, "uptime")
    if began is None or began >= until:
        return ()
    longest = max(_LEAST_GAP, 3 * every(settings, "api"))
    found = store.sample_gaps.between(environment, "uptime", max(since, began), until, longest)
    return tuple(Gap(*each) for each in found)


def checked(since: datetime, until: datetime, without: Iterable[Gap]) -> timedelta:
    """How much of [since, until) is left without these, which may overlap. Pure."""
    left, at = timedelta(), since
    for gap in sorted(without, key=lambda each: each.since):
        left += max(timedelta(), min(gap.since, until) - at)
        at = max(at, gap.until)
    return left + max(timedelta(), until - at)


def every(settings: Settings, sampling: str) -> timedelta:
    """How often that source is measured; at least every 15 s."""
    return timedelta(seconds=max(15, int(getattr(settings.sampling, sampling))))


def spans(found: Iterable[Gap]) -> tuple[Span, ...]:
    return tuple((each.since, each.until) for each in found)


def _pieces(span: Span, without: Sequence[Span]) -> list[Span]:
    """The span with these left out; they are in order."""
    pieces, at = [], span[0]
    for begin, end in without:
        if at < min(begin, span[1]):
            pieces.append((at, min(begin, span[1])))
        at = max(at, end)
    return [*pieces, (at, span[1])] if at < span[1] else pieces


def _figure(
    store: Store,
    settings: Settings,
    environment: str,
    spec: Spec,
    now: Sequence[Span],
    before: Sequence[Span],
) -> Figure:
    limits = settings.metrics.get(spec.limits) if spec.limits else None
    held, earlier = (_read(store, environment, spec, each) for each in (now, before))
    length = sum((end - begin for begin, end in now), timedelta())
    return Figure(
        spec.name, spec.title, spec.unit,
        spec.value(held) if held else None,
        spec.value(earlier) if earlier else None,
        limits.target if limits else None,
        limits.alert if limits else None,
        spec.higher_is_better,
        count_of(held),
        int(length / every(settings, spec.sampling)),
        spec.source, spec.how, spec.working(held) if held else "nothing was measured",
    )  # fmt: skip


def _read(store: Store, environment: str, spec: Spec, pieces: Sequence[Span]) -> list[Bucket]:
    found = (store.samples.window(environment, spec.stored, *each) for each in pieces)
    return [each for each in found if each is not None]
