"""Which level of roll-up answers which part of a window, so that cost follows the window. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.store.samples_rows import DAY_MS, HOUR_MS, Level

_SIZES: dict[Level, int] = {"sample_days": DAY_MS, "sample_hours": HOUR_MS}
_FINER: dict[Level, Level] = {"sample_days": "sample_hours", "sample_hours": "samples"}


@dataclass(frozen=True, slots=True)
class Floors:
    """From when each level is still whole, in ms since 1970; days are the last to go."""

    samples: int = 0
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Range:
    """Rows of one level with since ≤ start < until, in ms since 1970."""

    level: Level
    since: int
    until: int


def plan(since: int, until: int, step: int | None, floors: Floors) -> list[Range]:
    """Disjoint ranges that cover the window, in the order of time.

    No roll-up longer than `step` ms is used (None: any), except where what is finer has been
    forgotten: there the coarser one stands, whole, at its start.
    """
    coarsest: Level = "samples"
    if step is None or step % DAY_MS == 0:
        coarsest = "sample_days"
    elif step % HOUR_MS == 0:
        coarsest = "sample_hours"
    return [kept for each in _cover(since, until, coarsest) for kept in _kept(each, floors)]


def _cover(since: int, until: int, level: Level) -> Iterator[Range]:
    if since >= until:
        return
    if level == "samples":
        yield Range(level, since, until)
        return
    size, finer = _SIZES[level], _FINER[level]
    first, last = -(-since // size) * size, until // size * size
    if first >= last:
        yield from _cover(since, until, finer)
        return
    yield from _cover(since, first, finer)
    yield Range(level, first, last)
    yield from _cover(last, until, finer)


def _kept(wanted: Range, floors: Floors) -> Iterator[Range]:
    """The range itself, its forgotten part replaced by the next coarser level."""
    coarser: dict[Level, tuple[Level, int]] = {
        "samples": ("sample_hours", floors.samples),
        "sample_hours": ("sample_days", floors.hours),
    }
    if wanted.level not in coarser or wanted.since >= coarser[wanted.level][1]:
        yield wanted
        return
    level, floor = coarser[wanted.level]
    yield from _kept(Range(level, wanted.since, min(wanted.until, floor)), floors)
    if wanted.until > floor:
        yield Range(wanted.level, floor, wanted.until)
