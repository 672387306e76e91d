"""How strongly requests speak against the new version, however often one looks. Pure.

The question of each request that failed: was it answered by the new version more often than its
share of the requests explains? Where both versions are equally good, a failed one is the new
version's as often as any other request is. So with `share` the new version's part of a window's
requests, `bad` the failed ones and `bad_new` those of them that the new version answered,

    E(r) = r ** bad_new / (r * share + 1 - share) ** bad        (multiplied over the windows)

is the likelihood of "fails r times as often" over "fails as often". The evidence is its mean over
some ratios, and over the window from which on it is worse: from the j-th with the weight
1 / (j (j + 1)), so that an hour that spoke for the new version hides no fault that comes later.
It has a mean of at most 1 where the new version is no worse, so it ever reaches 1 / alpha with a
probability of at most alpha (Ville's inequality): no plan of looks is needed.
Given how many requests each version got, the count is hypergeometric and E is convex in it, so
the binomial bound holds for it as well (Hoeffding 1963, theorem 4). Trouble that meets both
versions alike, such as a slow database, is no evidence, whenever it comes and goes.

The test is the one-sided sequential test of two Poisson rates, conditional on their sum, as used
to watch the safety of vaccines, with a mixture in place of the maximum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

RATIOS = (1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0)
_LARGEST_LOG = 700.0


@dataclass(frozen=True, slots=True)
class Counts:
    """Requests of one version in one window. `slow` and `very_slow` are those above the 90th and
    the 99th percentile that the old version had before."""

    requests: int = 0
    errors: int = 0
    slow: int = 0
    very_slow: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.requests + other.requests,
            self.errors + other.errors,
            self.slow + other.slow,
            self.very_slow + other.very_slow,
        )

    @property
    def error_share(self) -> float:
        """From 0 to 1; 0 without requests."""
        return self.errors / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class Window:
    """What both versions answered in the same stretch of time; windows do not overlap."""

    old: Counts
    new: Counts

    @property
    def requests(self) -> int:
        return self.old.requests + self.new.requests


def total(windows: Sequence[Window]) -> Window:
    """All of them as one."""
    old = sum((window.old for window in windows), Counts())
    new = sum((window.new for window in windows), Counts())
    return Window(old, new)


def evidence(windows: Sequence[Window], of: str) -> float:
    """How many times likelier the counts are if the new version is worse; `of` names a count."""
    logs = [0.0] * len(RATIOS)  # from some window up to now
    told = [(1 / (len(windows) + 1), 0.0)]  # weight and logarithm; this one begins in the future
    for number in range(len(windows), 0, -1):
        step = _log_ratios(windows[number - 1], of)
        logs = [before + log for before, log in zip(logs, step, strict=True)]
        weight = 1 / (number * (number + 1) * len(RATIOS))
        told += [(weight, log) for log in logs]
    if max(log for _, log in told) > _LARGEST_LOG:
        return math.inf  # a release that fails at every request goes beyond 1e308
    return math.fsum(weight * math.exp(log) for weight, log in told)


def latency_evidence(windows: Sequence[Window]) -> float:
    """For slowness: the mean of the evidence at the 90th and at the 99th percentile."""
    return (evidence(windows, "slow") + evidence(windows, "very_slow")) / 2


def would_show(seen: Window, threshold: float) -> float | None:
    """The smallest error share of the new version that so many requests would have shown.

    Computed with the counts that such a share makes on the average; None where none would.
    """
    for thousandth in range(1, 1001):
        share = thousandth / 1000
        errors = round(share * seen.new.requests)
        if share <= seen.old.error_share or not errors:
            continue
        new = Counts(seen.new.requests, errors)
        if evidence([Window(seen.old, new)], "errors") >= threshold:
            return share
    return None


def _log_ratios(window: Window, of: str) -> tuple[float, ...]:
    """The logarithm of E(r) of one window, for each ratio."""
    if not window.requests:
        return (0.0,) * len(RATIOS)
    new, old = getattr(window.new, of), getattr(window.old, of)
    share = window.new.requests / window.requests
    return tuple(
        new * math.log(ratio) - (new + old) * math.log(ratio * share + 1 - share)
        for ratio in RATIOS
    )
