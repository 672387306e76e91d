"""From what an environment answered to a verdict in words. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bot.clients.health_report import Report
from bot.clients.health_words import Condition

SURE = 0.01  # so rarely would a platform at its alert limit fail as often by chance


@dataclass(frozen=True, slots=True)
class Sample:
    """One test request: `trouble` says why it failed, empty where it did not; time in ms."""

    path: str
    milliseconds: float
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """`problems` are new, `known` were there before the change, `unsure` could not be told.

    `version` is the id that answered, empty where nobody could tell; `proved` is whether that was
    the expected one (None where none was expected, or it could not be told).
    """

    requests: int = 0
    failed: int = 0
    milliseconds: float | None = None  # the median of the test requests
    troubled: frozenset[str] = frozenset()  # parts that the platform's own report calls broken
    problems: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    version: str = ""
    proved: bool | None = None

    @property
    def good(self) -> bool:
        """Nothing new is wrong. A version that could not be told is no problem of its own."""
        return not self.problems

    @property
    def summary(self) -> str:
        """One sentence: `20 of 20 test requests answered, 41 ms at the median.`"""
        if self.problems:
            return self.problems[0]
        if not self.requests:
            return "Nothing could be tested."
        speed = f", {self.milliseconds:,.0f} ms at the median" if self.milliseconds else ""
        return f"{self.requests - self.failed} of {self.requests} test requests answered{speed}."


def judge(
    samples: Sequence[Sample],
    report: Report | None,
    *,
    limit_percent: float,
    limit_ms: float,
    before: Verification | None = None,
) -> Verification:
    """Weigh the answers against the limits and against how it was before the change."""
    failed = [sample for sample in samples if sample.trouble]
    good = [sample.milliseconds for sample in samples if not sample.trouble]
    middle = statistics.median(good) if good else None
    problems: list[str] = []
    known: list[str] = []
    unsure: list[str] = []
    if failed:
        words = _failures(failed, len(samples))
        chance = at_least(len(failed), len(samples), limit_percent / 100)
        if chance >= SURE:
            unsure.append(f"{words} That is no more than chance would explain.")
        elif before is not None and _failed_as_much(before, len(failed), len(samples)):
            known.append(f"{words} It was so before.")
        else:
            problems.append(words)
    if middle is not None and middle > limit_ms:
        slow = f"Answers take {middle:,.0f} ms at the median, alert above {limit_ms:,.0f} ms."
        was = before.milliseconds if before is not None else None
        (known if was is not None and was > limit_ms else problems).append(slow)
    if not samples:
        unsure.append("No address could be tested.")
    troubled = _troubled(report)
    old = before.troubled if before is not None else frozenset()
    for name in sorted(troubled):
        words = f"The platform's own report calls {name} broken."
        (known if name in old else problems).append(words)
    return Verification(
        requests=len(samples),
        failed=len(failed),
        milliseconds=middle,
        troubled=troubled,
        problems=tuple(problems),
        known=tuple(known),
        unsure=tuple(unsure),
    )


def at_least(failures: int, requests: int, share: float) -> float:
    """How likely so many failures or more are, where each request fails with that share."""
    below = sum(
        math.comb(requests, count) * share**count * (1 - share) ** (requests - count)
        for count in range(failures)
    )
    return max(0.0, 1.0 - below)


def _failed_as_much(before: Verification, failed: int, requests: int) -> bool:
    return before.requests > 0 and before.failed / before.requests >= failed / requests


def _failures(failed: Sequence[Sample], requests: int) -> str:
    reasons: dict[str, int] = {}
    for sample in failed:
        told = f"{sample.path}: {sample.trouble}"
        reasons[told] = reasons.get(told, 0) + 1
    most = max(reasons, key=lambda told: reasons[told])
    return f"{len(failed)} of {requests} test requests failed, most of them {most}."


def _troubled(report: Report | None) -> frozenset[str]:
    if report is None:
        return frozenset()
    bad = frozenset(part.name for part in report.parts if part.condition is Condition.BAD)
    if not bad and report.condition is Condition.BAD:
        return frozenset(("the whole",))
    return bad
