"""The new version beside the old one: go on, wait for traffic, or go back; in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from handlers.deploys.evidence import Window, evidence, latency_evidence, total, would_show


class Verdict(StrEnum):
    """What the comparison says."""

    PROMOTE = "promote"
    WAIT = "wait"  # not enough traffic to say anything
    REGRESS = "regress"


@dataclass(frozen=True, slots=True)
class Rules:
    """`false_alarms` is the most a whole canary may cry wolf by chance, from 0 to 1.

    A difference also has to matter: by `error_points` percentage points, or by
    `latency_percent` at the 90th or 99th percentile. `minimum_requests` of the new version are
    needed at each step before "no worse" is an answer.
    """

    minimum_requests: int = 100
    error_points: float = 0.5
    latency_percent: float = 25.0
    false_alarms: float = 0.01

    @property
    def threshold(self) -> float:
        """The evidence that is enough: errors and latency have half of the chance each."""
        return 2 / self.false_alarms


@dataclass(frozen=True, slots=True)
class Speed:
    """The 90th and the 99th percentile of the answers' wall time, in ms; None where not known."""

    p90: float | None = None
    p99: float | None = None


NOT_KNOWN = Speed()


@dataclass(frozen=True, slots=True)
class Compared:
    """`reasons` is the evidence in sentences, what counts most first."""

    verdict: Verdict
    reasons: tuple[str, ...]
    seen: Window
    error_evidence: float
    latency_evidence: float
    old: Speed = NOT_KNOWN
    new: Speed = NOT_KNOWN


def compare(
    windows: Sequence[Window],
    of_this_step: Sequence[Window],
    rules: Rules,
    old: Speed = NOT_KNOWN,
    new: Speed = NOT_KNOWN,
    unhealthy: Sequence[str] = (),
) -> Compared:
    """Weigh everything since the canary began; `of_this_step` decides whether it is enough.

    `unhealthy` is what the new version's own health says and the old version's does not.
    """
    seen, step = total(windows), total(of_this_step)
    errors, slowness = evidence(windows, "errors"), latency_evidence(windows)
    found: list[str] = [f"Health of the new version: {words}" for words in unhealthy]
    points = (seen.new.error_share - seen.old.error_share) * 100
    if errors >= rules.threshold and points >= rules.error_points:
        found.append(
            f"{_share(seen.new.errors, seen.new.requests)} of the new version's requests failed, "
            f"{_share(seen.old.errors, seen.old.requests)} of the old one's. "
            f"{_chance(errors, rules)}"
        )
    if slowness >= rules.threshold and (told := _slower(old, new, rules)):
        found.append(f"{told} {_chance(slowness, rules)}")
    if found:
        verdict = Verdict.REGRESS
    elif step.new.requests < rules.minimum_requests:
        verdict = Verdict.WAIT
        found.append(
            f"Not enough traffic to say: the new version answered {step.new.requests:,} of the "
            f"{rules.minimum_requests:,} requests needed at this step."
        )
    else:
        verdict = Verdict.PROMOTE
        found += _no_worse(step, seen, rules, old, new)
    return Compared(verdict, tuple(found), seen, errors, slowness, old, new)


def _no_worse(step: Window, seen: Window, rules: Rules, old: Speed, new: Speed) -> tuple[str, ...]:
    """What was seen, and how large a fault so many requests would have shown."""
    shown = would_show(seen, rules.threshold)
    power = (
        f"That many would have shown an error share of {shown:.1%} or more."
        if shown is not None
        else "That many could not have shown any error share."
    )
    told = (
        f"{_share(step.new.errors, step.new.requests)} of the new version's requests failed, "
        f"{_share(step.old.errors, step.old.requests)} of the old one's: no worse. {power}"
    )
    if old.p99 is None or new.p99 is None:
        return told, "How fast it answers could not be compared: too few requests before."
    return told, f"99th percentile {new.p99:,.0f} ms, before {old.p99:,.0f} ms."


def _slower(old: Speed, new: Speed, rules: Rules) -> str:
    """Which percentile grew by enough to matter; empty where none did."""
    for name, before, now in (("99th", old.p99, new.p99), ("90th", old.p90, new.p90)):
        if before and now and now >= before * (1 + rules.latency_percent / 100):
            return (
                f"{name} percentile of the new version {now:,.0f} ms, of the old one "
                f"{before:,.0f} ms (+{(now / before - 1) * 100:,.0f} %)."
            )
    return ""


def _share(bad: int, requests: int) -> str:
    if not requests:
        return "0 of 0"
    return f"{bad:,} of {requests:,} ({bad / requests:.1%})"


def _chance(found: float, rules: Rules) -> str:
    times = f"{found:,.0f}" if found < 1e6 else "a million"
    return (
        f"Of {times} good releases, chance would show this for one at most; "
        f"one of {rules.threshold:,.0f} is enough to go back."
    )
