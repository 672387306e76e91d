"""Where a canary stands: kept in the store before each act, so that a crash loses nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from bot.clients.cloudflare_deployments import Share
from bot.verification import Verification
from handlers.deploys.comparison import NOT_KNOWN, Speed
from handlers.deploys.evidence import Window

CLOSES_AT = 50  # requests of both versions: fewer say little by themselves


@dataclass(frozen=True, slots=True)
class Seen:
    """One stretch of time at one percentage."""

    percent: int
    window: Window


@dataclass(frozen=True, slots=True)
class Canary:
    """`percent` of the requests go to the new version; None before the first deployment of it.

    `going_to` is set while Cloudflare is asked to change it: after a crash it may have happened.
    `turn` counts the decisions of people that were carried out. `limits` are the old version's
    90th and 99th percentile before, in ms; None where it had too few requests.
    """

    steps: tuple[int, ...]
    staging_version: str = ""
    percent: int | None = None
    going_to: int | None = None
    turn: int = 0
    since: datetime | None = None  # at this percentage
    window_from: datetime | None = None
    seen: tuple[Seen, ...] = ()
    open: Window | None = None  # the stretch that has not enough requests yet
    limits: tuple[float, float] | None = None
    old: Speed = NOT_KNOWN
    new: Speed = NOT_KNOWN
    held_since: datetime | None = None
    held_why: str = ""
    unhealthy: tuple[str, ...] = ()
    sick_looks: int = 0  # in a row
    verdict: str = ""
    reasons: tuple[str, ...] = ()
    before: Verification | None = None  # how production was before anything was changed
    going_back: str = ""  # why; set before the first act of going back

    @property
    def closed(self) -> tuple[Window, ...]:
        """Everything that was counted so far, at whatever percentage."""
        return tuple(each.window for each in self.seen)

    @property
    def of_this_step(self) -> tuple[Window, ...]:
        """What was counted at the present percentage, the open stretch included."""
        here = tuple(each.window for each in self.seen if each.percent == self.percent)
        return here if self.open is None else (*here, self.open)

    @property
    def following(self) -> int | None:
        """The percentage after the present one; None at the end."""
        now = -1 if self.percent is None else self.percent
        return next((step for step in self.steps if step > now), None)

    def at(self, percent: int, now: datetime) -> Canary:
        """The change to that percentage is done."""
        return replace(
            self._close(),
            percent=percent,
            going_to=None,
            since=now,
            window_from=now,
            held_since=None,
            held_why="",
            verdict="",
            reasons=(),
            unhealthy=(),
            sick_looks=0,
        )

    def by_clock(self, now: datetime) -> Canary:
        """Nothing of it is in the future: a clock that was set back would count and wait for hours.

        Some requests may be counted twice then, for both versions alike.
        """

        def past(moment: datetime | None) -> datetime | None:
            return moment if moment is None else min(moment, now)

        if self.window_from is None or self.window_from <= now:
            return self
        return replace(
            self._close(), since=past(self.since), window_from=now, held_since=past(self.held_since)
        )

    def counted(self, window: Window, until: datetime) -> Canary:
        """The open stretch up to now; it is closed once it holds enough requests."""
        grown = replace(self, open=window)
        if window.requests < CLOSES_AT:
            return grown
        return replace(grown._close(), window_from=until)

    def _close(self) -> Canary:
        if self.open is None or self.percent is None:
            return replace(self, open=None)
        return replace(self, seen=(*self.seen, Seen(self.percent, self.open)), open=None)

    def dump(self) -> dict[str, Any]:
        """As JSON values."""
        dumped = _SHAPE.dump_python(self, mode="json")
        assert isinstance(dumped, dict)  # noqa: S101 - a dataclass is dumped as one
        return dumped


_SHAPE = TypeAdapter(Canary)


def loaded(kept: Mapping[str, Any], steps: Iterable[int]) -> Canary:
    """What `dump` gave; a new one with those steps where nothing was kept yet."""
    return _SHAPE.validate_python(dict(kept)) if kept else Canary(tuple(steps))


def split(old: str, new: str, percent: int) -> tuple[Share, ...]:
    """The shares at that percentage of the new version, always in the same order."""
    if percent >= 100:
        return (Share(new, 100),)
    return (Share(old, 100 - percent), Share(new, percent))


def standing(shares: Iterable[Share], old: str, new: str) -> int | None:
    """Which percentage of these two versions is live; None where another one answers too."""
    live = {share.version: share.percent for share in shares if share.percent > 0}
    if not live or set(live) - {old, new}:
        return None
    return round(live.get(new, 0))
