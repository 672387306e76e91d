"""What a look at the database found: facts, a table, findings, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is."""

    CRITICAL = "critical"
    WARNING = "warning"
    NOTE = "note"

    @property
    def weight(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to act on: what it is about, why in one sentence, and the statement that mends it.

    `source` says who says so. `size` is in bytes, and orders findings of one severity.
    `command` is a command line of the bot that shows more, `act` (label, command line) one that
    mends it.
    """

    severity: Severity
    subject: str
    reason: str
    fix: str = ""
    source: str = ""
    size: int = 0
    command: str = ""
    act: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows worst first; `right` are the columns of numbers. `total` counts those left out too."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A part that gave no answer, why, and what would help."""

    part: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One answer of `/pitchey db …`. `summary` is the result in words where nothing is wrong."""

    name: str
    summary: str
    facts: tuple[tuple[str, str], ...] = ()
    grid: Grid | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    plan: str = ""  # lines of text as the server drew them
    about: str = ""
    took_ms: float = 0.0
    offers: tuple[tuple[str, str], ...] = ()  # labels and command lines of buttons that come first

    @property
    def worst(self) -> Severity | None:
        found = [finding.severity for finding in self.findings]
        return min(found, key=lambda severity: severity.weight) if found else None

    def count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for finding in self.findings)


def ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    """Worst first, then the largest."""
    return tuple(sorted(findings, key=lambda each: (each.severity.weight, -each.size)))
