"""Counts and times of the incidents of two windows; drills are left out."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.incident_times import Times, times_of
from bot.store.incidents_rows import SEVERITIES, Change, IncidentRecord
from bot.store.lessons_rows import ActionItem
from handlers.lessons.stats.window import Window
from handlers.lessons.words import FACTORS

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store import Store


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over `count` incidents, with its median; None where none has it."""

    mean: timedelta | None
    median: timedelta | None
    count: int


@dataclass(frozen=True, slots=True)
class Period:
    """Incidents declared in a window; `open` are those that are not over."""

    total: int
    open: int
    severities: tuple[tuple[str, int], ...]
    kinds: tuple[tuple[str, int], ...]
    detect: Figure
    acknowledge: Figure
    resolve: Figure
    reopened: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """A cause or part that came back: how often, and in which incidents that may be named."""

    name: str
    count: int
    incidents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    window: Window
    now: datetime
    period: Period
    before: Period
    drills: int
    causes: tuple[Repeated, ...]
    parts: tuple[Repeated, ...]
    overdue: tuple[ActionItem, ...]
    open_actions: int


def stats_of(store: Store, window: Window, now: datetime, visible: frozenset[int]) -> Stats:
    """`visible` are the private incidents that the reader may know of by number. Blocks."""
    records = store.incidents.between(window.since, window.until)
    real = [each for each in records if not each.drill]
    earlier = [
        each
        for each in store.incidents.between(window.before_since, window.before_until)
        if not each.drill
    ]
    named = {each.number: each.id for each in real if not each.private or each.number in visible}
    causes: dict[str, set[int]] = defaultdict(set)
    for number, factor in store.lessons.factors_between(window.since, window.until):
        causes[FACTORS.get(factor, factor)].add(number)
    parts: dict[str, set[int]] = defaultdict(set)
    for each in real:
        # What a private one was about is for few.
        if each.number in named:
            for part in each.affected.split(","):
                if part.strip():
                    parts[part.strip().lower()].add(each.number)
    open_actions = store.lesson_actions.open()
    return Stats(
        window,
        now,
        period(real, store.lessons.events_between(window.since, window.until)),
        period(earlier, store.lessons.events_between(window.before_since, window.before_until)),
        len(records) - len(real),
        repeated(causes, named),
        repeated(parts, named),
        tuple(each for each in open_actions if each.overdue(now)),
        len(open_actions),
    )


def period(records: Sequence[IncidentRecord], events: Mapping[int, tuple[Change, ...]]) -> Period:
    """Pure; times from the events of each incident."""
    times = [
        times_of(each.began_at, each.declared_at, events.get(each.number, ())) for each in records
    ]
    severities = Counter(each.severity for each in records)
    kinds = Counter(each.kind.value for each in records)
    return Period(
        len(records),
        sum(not each.over for each in records),
        tuple((name, severities[name]) for name in SEVERITIES),
        tuple(sorted(kinds.items(), key=lambda item: (-item[1], item[0]))),
        _figure([each.to_detect for each in times]),
        _figure([each.to_acknowledge for each in times]),
        _figure(_resolved(times)),
        sum(each.reopened > 0 for each in times),
    )


def repeated(found: Mapping[str, set[int]], named: Mapping[int, str]) -> tuple[Repeated, ...]:
    """What came up in two incidents or more, most often first. Pure."""
    back = [
        Repeated(name, len(numbers), tuple(named[n] for n in sorted(numbers) if n in named))
        for name, numbers in found.items()
        if len(numbers) > 1
    ]
    return tuple(sorted(back, key=lambda each: (-each.count, each.name)))


def trend(now: timedelta | None, before: timedelta | None) -> float | None:
    """Percent longer (above zero) or shorter than before; None where that says nothing. Pure."""
    if now is None or before is None or not before:
        return None
    return 100.0 * (now - before) / before


def _resolved(times: Sequence[Times]) -> list[timedelta | None]:
    return [each.to_resolve for each in times]


def _figure(lengths: Sequence[timedelta | None]) -> Figure:
    known = [each.total_seconds() for each in lengths if each is not None]
    if not known:
        return Figure(None, None, 0)
    return Figure(
        timedelta(seconds=statistics.fmean(known)),
        timedelta(seconds=statistics.median(known)),
        len(known),
    )
