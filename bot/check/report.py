"""What a set-up check found: one line and one remedy for each thing looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

EXIT_GOOD, EXIT_FAILED, EXIT_SETTINGS = 0, 1, 78  # 78 is EX_CONFIG of sysexits.h


class State(StrEnum):
    GOOD = "good"
    WARNING = "warning"  # works, but something will be missing
    FAILED = "failed"
    SKIPPED = "skipped"  # not configured, or not reachable through what failed before it


@dataclass(frozen=True, slots=True)
class Item:
    """One thing looked at: `line` says what was found, `remedy` what to do where it is not good."""

    title: str
    state: State
    line: str
    remedy: str = ""


def good(title: str, line: str) -> Item:
    return Item(title, State.GOOD, line)


def warning(title: str, line: str, remedy: str) -> Item:
    return Item(title, State.WARNING, line, remedy)


def failed(title: str, line: str, remedy: str) -> Item:
    return Item(title, State.FAILED, line, remedy)


def skipped(title: str, line: str, remedy: str = "") -> Item:
    return Item(title, State.SKIPPED, line, remedy)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All items in the order they are shown."""

    items: tuple[Item, ...]

    def count(self, state: State) -> int:
        return sum(item.state is state for item in self.items)

    @property
    def exit_code(self) -> int:
        return EXIT_FAILED if self.count(State.FAILED) else EXIT_GOOD

    @property
    def headline(self) -> str:
        """The result in words: `Not ready: 2 of 14 checks failed, 1 warning, 3 skipped.`"""
        wrong, total = self.count(State.FAILED), len(self.items)
        start = f"Not ready: {wrong} of {total} checks failed" if wrong else "Ready"
        counts = [] if wrong else [f"{self.count(State.GOOD)} of {total} checks passed"]
        warnings, left_out = self.count(State.WARNING), self.count(State.SKIPPED)
        if warnings:
            counts.append(f"{warnings} warning{'' if warnings == 1 else 's'}")
        if left_out:
            counts.append(f"{left_out} skipped")
        if not counts:
            return f"{start}."
        return f"{start}{', ' if wrong else ': '}{', '.join(counts)}."

    def data(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "ready": self.exit_code == EXIT_GOOD,
            "summary": self.headline,
            "checks": [
                {
                    "title": item.title,
                    "state": item.state.value,
                    "line": item.line,
                    "remedy": item.remedy,
                }
                for item in self.items
            ],
        }
