"""What care of the database did and gained."""

from __future__ import annotations

from dataclasses import dataclass, field

from handlers.database_care.leftovers import Cleaned


@dataclass(frozen=True, slots=True)
class Treated:
    """One table or index. `problem` says why it was not done, `hint` what to do, `blocker` who."""

    name: str
    seconds: float
    bytes_before: int
    bytes_after: int
    dead_before: int = 0
    dead_after: int = 0
    problem: str = ""
    hint: str = ""
    blocker: int = 0

    @property
    def gained(self) -> int:
        return self.bytes_before - self.bytes_after

    @property
    def removed(self) -> int:
        return max(0, self.dead_before - self.dead_after)


@dataclass(frozen=True, slots=True)
class Report:
    """What was done, in its order; `left` were not begun, because of `ended`.

    `cut` is the one at hand when it was cancelled or the connection was lost.
    """

    kind: str
    done: tuple[Treated, ...]
    left: tuple[str, ...] = ()
    ended: str = ""  # "", "cancelled", "window" or why the rest was given up
    notes: tuple[str, ...] = ()
    cleaned: Cleaned = field(default_factory=Cleaned)
    seconds: float = 0.0
    of_indexes: bool = False
    cut: str = ""

    @property
    def good(self) -> tuple[Treated, ...]:
        return tuple(each for each in self.done if not each.problem)

    @property
    def bad(self) -> tuple[Treated, ...]:
        return tuple(each for each in self.done if each.problem)

    @property
    def gained(self) -> int:
        return sum(each.gained for each in self.good)

    @property
    def removed(self) -> int:
        return sum(each.removed for each in self.good)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a daily, weekly or monthly run, in words; `failed` where it needs a look."""

    title: str
    outcome: str
    failed: bool = False
    removed: int = 0  # dead rows
    gained: int = 0  # bytes


@dataclass(frozen=True, slots=True)
class Maintained:
    """A daily, weekly or monthly run."""

    which: str
    parts: tuple[Part, ...]
    seconds: float
    left: tuple[str, ...] = ()
    ended: str = ""  # "", "cancelled" or "window"

    @property
    def failed(self) -> int:
        return sum(each.failed for each in self.parts)
