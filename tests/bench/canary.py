"""Simulated releases: how many bad ones are caught before half of the traffic, how many good ones.

Every release goes through the steps as the bot does (the same counting and comparison), with
visitors at random. Printed are the share of bad releases that went back before 50 %, how far they
came, and false alarms among good releases, in quiet times and with an outage of both versions.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from handlers.deploys.canary import Seen
from handlers.deploys.comparison import Rules, Speed, Verdict, compare
from handlers.deploys.evidence import Counts, Window

SEED = 20_261_128
RELEASES = 100
GOOD_RELEASES = 250
STEPS = (5, 25, 50)
LOOK = 15.0  # seconds
WAIT = 300.0
PATIENCE = 1_800.0
CLOSES_AT = 50
OLD_ERRORS = 0.005
MEDIAN_MS, SPREAD = 60.0, 0.6
LIMITS = tuple(MEDIAN_MS * np.exp(SPREAD * z) for z in (1.2816, 2.3263))  # 90th, 99th percentile


Say = Callable[[str], None]
Goal = Callable[[str, float, float], None]


@dataclass(frozen=True, slots=True)
class Release:
    """`errors` is the new version's share of failures; `slower` times the median, `tail` adds to
    that share of its answers two seconds."""

    kind: str
    errors: float = OLD_ERRORS
    slower: float = 1.0
    tail: float = 0.0
    outage: bool = False


@dataclass(slots=True)
class Went:
    """How it ended: the percentage at which it went back, None where it reached 50 %."""

    back_at: int | None
    seconds: float = 0.0
    waited_in_vain: bool = False


KINDS = (
    Release("errors 0.5 % → 1.5 %", errors=0.015),
    Release("errors 0.5 % → 3 %", errors=0.03),
    Release("errors 0.5 % → 10 %", errors=0.10),
    Release("every request fails", errors=1.0),
    Release("30 % slower", slower=1.3),
    Release("60 % slower", slower=1.6),
    Release("3 % of the answers 2 s later", tail=0.03),
    Release("errors 2 % and 30 % slower", errors=0.02, slower=1.3),
    Release("errors 5 % and 60 % slower", errors=0.05, slower=1.6),
)


@dataclass(slots=True)
class Visitors:
    """Draws what both versions answer in one stretch of time."""

    chance: np.random.Generator
    per_second: float
    seen_old: list[np.ndarray] = field(default_factory=list)
    seen_new: list[np.ndarray] = field(default_factory=list)

    def window(self, release: Release, percent: int, seconds: float, errors: float) -> Window:
        requests = int(self.chance.poisson(self.per_second * seconds))
        new = int(self.chance.binomial(requests, percent / 100))
        return Window(
            self._counts(requests - new, max(OLD_ERRORS, errors), Release("old"), self.seen_old),
            self._counts(new, max(release.errors, errors), release, self.seen_new),
        )

    def _counts(
        self, requests: int, errors: float, release: Release, seen: list[np.ndarray]
    ) -> Counts:
        took = MEDIAN_MS * release.slower * np.exp(SPREAD * self.chance.normal(size=requests))
        took += 2_000.0 * (self.chance.random(requests) < release.tail)
        seen.append(took)
        failed = int(self.chance.binomial(requests, errors))
        slow, slowest = (int((took > limit).sum()) for limit in LIMITS)
        return Counts(requests, failed, slow, slowest)


def run_release(release: Release, visitors: Visitors, rules: Rules) -> Went:
    """From 5 % until it would get 50 %, looked at every 15 s as the bot does."""
    seen: list[Seen] = []
    elapsed = 0.0
    for percent in STEPS[:-1]:
        here = 0.0
        pending = Window(Counts(), Counts())
        while True:
            outage = 0.2 if release.outage and 60 <= elapsed < 240 else 0.0
            more = visitors.window(release, percent, LOOK, outage)
            pending = Window(pending.old + more.old, pending.new + more.new)
            here += LOOK
            elapsed += LOOK
            if pending.requests >= CLOSES_AT:
                seen.append(Seen(percent, pending))
                pending = Window(Counts(), Counts())
            step = [each.window for each in seen if each.percent == percent] + [pending]
            told = compare(
                [each.window for each in seen], step, rules,
                _speed(visitors.seen_old), _speed(visitors.seen_new),
            )  # fmt: skip
            if told.verdict is Verdict.REGRESS:
                return Went(percent, elapsed)
            if here >= WAIT and told.verdict is Verdict.PROMOTE:
                break
            if here >= PATIENCE:
                return Went(None, elapsed, waited_in_vain=True)  # it holds, and asks a person
    return Went(None, elapsed)


def _speed(seen: Sequence[np.ndarray]) -> Speed:
    took = np.concatenate(seen) if seen else np.empty(0)
    if not took.size:
        return Speed()
    p90, p99 = np.percentile(took, (90, 99))
    return Speed(float(p90), float(p99))


def measure(say: Say, goal: Goal) -> None:
    """Print it all; the goals are kind to chance and strict about crying wolf."""
    rules = Rules()
    for per_second in (50.0, 10.0):
        say(f"  {RELEASES} bad releases at {per_second:g} requests/s, steps 5, 25, 50 %")
        chance = np.random.default_rng(SEED)
        caught = 0
        for kind in KINDS:
            number = len(range(KINDS.index(kind), RELEASES, len(KINDS)))
            went = [run_release(kind, Visitors(chance, per_second), rules) for _ in range(number)]
            back = [each for each in went if each.back_at is not None]
            caught += len(back)
            say(f"    {kind.kind:<32} {_told(went, back)}")
        share = caught / RELEASES
        say(f"    caught before 50 %: {caught} of {RELEASES} ({share:.0%})")
        goal(f"bad releases missed at {per_second:g}/s", 1 - share, 0.25)
        for name, good in (("quiet", Release("none")), ("outage", Release("none", outage=True))):
            wrong = sum(
                run_release(good, Visitors(chance, per_second), rules).back_at is not None
                for _ in range(GOOD_RELEASES)
            )
            say(f"    false alarms, {name}: {wrong} of {GOOD_RELEASES} good releases")
            goal(f"false alarms, {name}, {per_second:g}/s", wrong / GOOD_RELEASES, 0.01)


def _told(went: Sequence[Went], back: Sequence[Went]) -> str:
    held = sum(each.waited_in_vain for each in went)
    at_first = sum(each.back_at == STEPS[0] for each in back)
    middle = (
        f", {statistics.median(each.seconds for each in back):,.0f} s in the middle" if back else ""
    )
    asked = f", {held} held for want of traffic" if held else ""
    return f"{len(back):>2} of {len(went)} back, {at_first} of them at 5 %{middle}{asked}"
