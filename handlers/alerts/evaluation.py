"""What a rule makes of what is measured: pending, firing, resolved, flapping. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.settings.alerts import Alerts, Rule
from bot.store import Condition

OK, PENDING, FIRING = "ok", "pending", "firing"
FIRE, RESOLVE, KEEP, NOTHING = "fire", "resolve", "keep", ""
MOST_CHANGES = 100


@dataclass(frozen=True, slots=True)
class Measured:
    """What a rule looks at, in the metric's unit: over its window, and for burn rates over the
    short one as well. None where there is nothing to look at. `failed` checks lie in the window,
    where it is checks that are measured."""

    value: float | None
    short: float | None = None
    failed: int | None = None

    @property
    def known(self) -> bool:
        """Nothing impossible is believed: not NaN, not infinite, not below zero."""
        given = [each for each in (self.value, self.short) if each is not None]
        return self.value is not None and all(math.isfinite(each) and each >= 0 for each in given)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The rule's condition now, and what becomes of its alert: fire, resolve, keep or nothing."""

    condition: Condition
    act: str
    flapping: bool = False


def burn_rate(good_share: float, target: float) -> float:
    """How many times too fast the error budget of `target` percent is used up; 1 just uses it."""
    return (1 - good_share) / (1 - target / 100)


def is_bad(rule: Rule, measured: Measured) -> bool:
    """Beyond the limit. A burn rate counts where both windows burn."""
    value = measured.value
    if value is None or (measured.failed is not None and measured.failed < rule.failed_checks):
        return False
    if rule.burn_rate is not None:
        short = measured.short
        return short is not None and value > rule.burn_rate and short > rule.burn_rate
    if rule.above is not None:
        return value > rule.above
    return rule.below is not None and value < rule.below


def is_clear(rule: Rule, measured: Measured) -> bool:
    """Far enough on the good side to resolve; between limit and `clear` nothing changes.

    A burn rate clears by its short window, or the long one would keep it for hours.
    """
    value = measured.value
    if value is None:
        return False
    if rule.burn_rate is not None:
        # Without a check in the short window nothing says that it is over.
        return measured.short is not None and measured.short <= rule.burn_rate
    if rule.above is not None:
        return value <= (rule.above if rule.clear is None else rule.clear)
    limit = rule.below if rule.clear is None else rule.clear
    return limit is not None and value >= limit


def judge(
    rule: Rule, before: Condition, measured: Measured, now: datetime, settings: Alerts
) -> Verdict:
    """One look at one rule. What is not known changes nothing: no data is an alert of its own."""
    if not measured.known:
        act = KEEP if before.open else NOTHING
        return Verdict(before, act, flapping(before.changes, now, settings))
    state, since = _moved(rule, before, measured, now)
    changes = _within(before.changes, now, settings.flap_minutes)
    if (state == FIRING) != (before.state == FIRING):
        changes = (*changes, now)[-MOST_CHANGES:]
    wavering = flapping(changes, now, settings)
    is_open = state == FIRING or (before.open and wavering)
    condition = Condition(state, since, is_open, changes)
    if is_open and not before.open:
        return Verdict(condition, FIRE, wavering)
    if before.open and not is_open:
        return Verdict(condition, RESOLVE)
    return Verdict(condition, KEEP if is_open else NOTHING, wavering)


def flapping(changes: tuple[datetime, ...], now: datetime, settings: Alerts) -> bool:
    """Whether it began and ceased so often lately that it is held open until it calms down."""
    return len(_within(changes, now, settings.flap_minutes)) >= settings.flap_changes


def _moved(
    rule: Rule, before: Condition, measured: Measured, now: datetime
) -> tuple[str, datetime | None]:
    # A clock set back must not make somebody wait for longer than `for`.
    since = min(before.since or now, now)
    if before.state == FIRING:
        return (OK, now) if is_clear(rule, measured) else (FIRING, since)
    if not is_bad(rule, measured):
        return (OK, since if before.state == OK else now)
    began = since if before.state == PENDING else now
    if now - began >= timedelta(minutes=rule.for_minutes):
        return FIRING, now
    return PENDING, began


def _within(changes: tuple[datetime, ...], now: datetime, minutes: int) -> tuple[datetime, ...]:
    earliest = now - timedelta(minutes=minutes)
    return tuple(change for change in changes if earliest < change <= now)


def dropped(before: Condition) -> Verdict:
    """A rule that is no more, or was switched off: what it had raised is over."""
    return Verdict(replace(before, state=OK, open=False), RESOLVE if before.open else NOTHING)
