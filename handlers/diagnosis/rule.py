"""The form of a rule: which facts show a cause, fit it, or speak against it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from handlers.diagnosis.evidence import Evidence, Fact


class Confidence(StrEnum):
    """How sure a cause is, in the words that people read; the surest first."""

    CERTAIN = "certain, seen directly"
    LIKELY = "likely"
    POSSIBLE = "possible"

    @property
    def rank(self) -> int:
        return list(Confidence).index(self)


@dataclass(frozen=True, slots=True)
class Sign:
    """One fact and what must be true of it."""

    fact: str
    holds: Callable[[Fact], bool]

    def seen(self, evidence: Evidence) -> Fact | None:
        """The fact where the sign holds."""
        found = evidence.fact(self.fact)
        return found if found is not None and self.holds(found) else None

    def refuted(self, evidence: Evidence) -> Fact | None:
        """The fact where it is known and the sign does not hold."""
        found = evidence.fact(self.fact)
        return None if found is None or self.holds(found) else found


def bad(fact: str) -> Sign:
    """It is beyond its limit."""
    return Sign(fact, lambda seen: seen.bad)


def good(fact: str) -> Sign:
    """It is within its limit."""
    return Sign(fact, lambda seen: not seen.bad)


def equals(fact: str, *values: str | bool) -> Sign:
    return Sign(fact, lambda seen: seen.value in values)


def above(fact: str, limit: float) -> Sign:
    return Sign(fact, lambda seen: seen.number > limit)


def below(fact: str, limit: float) -> Sign:
    return Sign(fact, lambda seen: seen.number < limit)


@dataclass(frozen=True, slots=True)
class Rule:
    """One cause. It is considered where every one of `needs` holds.

    Any of `proof` shows it directly; two of `support` make it likely, one possible; each of
    `unless` that holds takes a step of confidence away. `explains` names the rules whose findings
    follow from it. `detail` is the fact whose words complete the sentence of the cause. A `minor`
    cause explains nothing that people feel now. `solutions` are in the order to try them.
    """

    name: str
    cause: str
    reason: str
    proof: tuple[Sign, ...] = ()
    support: tuple[Sign, ...] = ()
    unless: tuple[Sign, ...] = ()
    needs: tuple[Sign, ...] = ()
    explains: tuple[str, ...] = ()
    solutions: tuple[str, ...] = ()
    detail: str = ""
    minor: bool = False

    @property
    def signs(self) -> tuple[Sign, ...]:
        return (*self.proof, *self.support)

    def confidence(self, evidence: Evidence) -> Confidence | None:
        """How sure this cause is; None where nothing speaks for it."""
        if any(sign.seen(evidence) is None for sign in self.needs):
            return None
        shown = any(sign.seen(evidence) for sign in self.proof)
        fitting = sum(sign.seen(evidence) is not None for sign in self.support)
        doubts = sum(sign.seen(evidence) is not None for sign in self.unless)
        if not shown and not fitting:
            return None
        step = 0 if shown else 1 if fitting > 1 else 2
        levels = list(Confidence)
        return levels[step + doubts] if step + doubts < len(levels) else None
