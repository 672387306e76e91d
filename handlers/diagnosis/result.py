"""What a diagnosis answers: causes with their evidence, what follows from them, what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from handlers.diagnosis.evidence import Evidence, Fact, Missing
from handlers.diagnosis.rule import Confidence, Rule


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause with what speaks for and against it, and the causes that only follow from it."""

    rule: Rule
    confidence: Confidence
    words: str
    supporting: tuple[Fact, ...]
    opposing: tuple[Fact, ...] = ()
    followers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.rule.name


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do about it: a command line, or words alone where no command does it.

    `guide` is the guide's own sentence for it, where it has one.
    """

    name: str
    words: str
    label: str = ""
    line: str = ""
    guide: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`asked` is the symptom typed; `symptoms` those looked at, and `why` how they were chosen.

    `causes` worst first: the first is the verdict. `possible` are those that one sign alone fits.
    """

    asked: str
    symptoms: tuple[str, ...]
    why: str
    environment: str
    at: datetime
    took_ms: float
    causes: tuple[Cause, ...]
    possible: tuple[Cause, ...]
    evidence: Evidence
    steps: tuple[Step, ...] = ()
    others: tuple[Step, ...] = ()  # the guide's solutions that nothing here supports
    names: dict[str, str] = field(default_factory=dict)  # of rules, as followers are told

    @property
    def blind(self) -> tuple[Missing, ...]:
        return self.evidence.missing

    @property
    def exit_code(self) -> int:
        """0 nothing found, 1 a cause, 69 where hardly anything could be looked at."""
        if self.causes:
            return 1
        return 69 if not self.evidence.facts else 0
