"""Answers of the platform's API, asked for only once however many looks want them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.clients.health_report import Part, Report
from bot.clients.health_words import Condition
from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import Platform, Refusal, not_offered, report_of
from bot.judging.reading import Outcome

# How bad a condition is, worst first, where several parts speak of one thing.
_ORDER = (Condition.BAD, Condition.POOR, Condition.UNKNOWN, Condition.GOOD, Condition.ABSENT)


@dataclass
class Answers:
    """Answers of the platform's API, each address asked once however many checks want it.

    A check that gives up waiting does not take the answer from the others.
    """

    platform: Platform
    deadline: float
    _asked: dict[str, asyncio.Task[Answer]] = field(default_factory=dict)
    _learned: asyncio.Task[Refusal | None] | None = None
    _ends: float = field(default=0.0)

    def __post_init__(self) -> None:
        self._ends = time.monotonic() + self.deadline

    async def outcome(self, path: str) -> Outcome:
        """The answer of one address, or why there is none; never raises NoAnswer."""
        if path not in self._asked:
            question = self.platform.get(path, deadline=self._left())
            self._asked[path] = asyncio.create_task(question)
        try:
            return await asyncio.shield(self._asked[path])
        except NoAnswer as fault:
            return fault

    async def again(self, path: str) -> Outcome:
        """One more answer of an address, whatever was asked before; never raises NoAnswer."""
        try:
            return await self.platform.get(path, deadline=self._left())
        except NoAnswer as fault:
            return fault

    async def refusal(self) -> Refusal | None:
        """How this release says that it does not offer an address."""
        if self._learned is None:
            question = self.platform.refusal(deadline=self._left())
            self._learned = asyncio.create_task(question)
        return await asyncio.shield(self._learned)

    async def report(self, path: str) -> tuple[Report | None, Outcome]:
        """The health report at an address: None where it is not offered or not understood."""
        outcome, refusal = await asyncio.gather(self.outcome(path), self.refusal())
        if isinstance(outcome, NoAnswer) or not_offered(outcome, refusal) or outcome.is_html:
            return None, outcome
        return report_of(outcome), outcome

    def _left(self) -> float:
        return max(0.05, self._ends - time.monotonic())

    async def close(self) -> None:
        """Stop what is still on its way; nobody waits for it any more."""
        tasks: list[asyncio.Task[Answer] | asyncio.Task[Refusal | None]] = [*self._asked.values()]
        if self._learned is not None:
            tasks.append(self._learned)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def worst_part(report: Report | None, names: Sequence[str]) -> Part | None:
    """The worst of a report's parts whose name contains one of `names`."""
    if report is None:
        return None
    found = [part for part in report.parts if any(name in part.name.lower() for name in names)]
    return min(found, key=lambda part: _ORDER.index(part.condition), default=None)
