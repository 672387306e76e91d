"""What was seen, fact by fact, and what could not be looked at. Pure but for the notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

Value = float | str | bool


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing seen: `shown` is the value as a reader wants it, `limit` what it is held against.

    `before` are the same value at other times ("410 ms an hour before the last deployment").
    `by_api` is true where it came through the API, so that it says nothing while that is broken.
    """

    name: str
    title: str
    value: Value
    shown: str
    limit: str = ""
    bad: bool = False
    before: tuple[str, ...] = ()
    by_api: bool = False

    @property
    def number(self) -> float:
        return float(self.value) if isinstance(self.value, (int, float)) else 0.0


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that could not be looked at, why, and what would help. `facts` are those it lacks."""

    part: str
    reason: str
    hint: str = ""
    facts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that one diagnosis knows."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()

    def fact(self, name: str) -> Fact | None:
        return self.facts.get(name)

    def without_api(self, reason: str) -> Evidence:
        """Only what did not come through the API, which `reason` says is broken."""
        lost = [each for each in self.facts.values() if each.by_api]
        if not lost:
            return self
        kept = {name: each for name, each in self.facts.items() if not each.by_api}
        names = frozenset(each.name for each in lost)
        told = Missing("What the API would tell", reason, "", names)
        return Evidence(kept, (*self.missing, told))

    def compared(self, before: Callable[[Fact], tuple[str, ...]]) -> Evidence:
        """Each fact beside its own past."""
        facts = {name: replace(each, before=before(each)) for name, each in self.facts.items()}
        return replace(self, facts=facts)


@dataclass
class Notebook:
    """Where a look writes what it sees, as it sees it: what it saw before its end is kept."""

    facts: dict[str, Fact] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)

    def note(
        self,
        name: str,
        title: str,
        value: Value,
        shown: str,
        limit: str = "",
        *,
        bad: bool = False,
        by_api: bool = False,
    ) -> None:
        self.facts[name] = Fact(name, title, value, shown, limit, bad, (), by_api)

    def lack(self, part: str, reason: str, hint: str = "", facts: Iterable[str] = ()) -> None:
        self.missing.append(Missing(part, reason, hint, frozenset(facts)))
