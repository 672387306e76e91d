"""What is wrong with the settings: every problem at once, each with a place and a remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import NotConfigured


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `where` is `[table] key`, an environment variable or a file; lines from 1."""

    where: str
    message: str
    remedy: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.where} (line {self.line})" if self.line else self.where
        return f"{place}: {self.message} {self.remedy}".strip()


class SettingsError(NotConfigured):
    """The settings cannot be used. `problems` holds every reason; none shows a value."""

    def __init__(self, source: str, problems: Iterable[Problem]) -> None:
        self.source = source
        self.problems = tuple(
            sorted(problems, key=lambda problem: (problem.line or 0, problem.where))
        )
        count = len(self.problems)
        super().__init__(
            f"The settings have {count} problem{'' if count == 1 else 's'} ({source}).",
            "\n".join(f"  {problem}" for problem in self.problems),
        )

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}"
