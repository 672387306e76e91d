"""Brings the world in line with the fault switches, one change after another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from bot.sandbox.faults import Faults

Apply = Callable[[str], Awaitable[None]]


class Switchboard:
    """`parts` say who acts on the switches of each part of `Fault.part`."""

    def __init__(self, faults: Faults, parts: Mapping[str, Apply]) -> None:
        self._faults = faults
        self._parts = parts
        self._changes: asyncio.Queue[str] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None
        self._problems: list[Exception] = []
        faults.listen(lambda name, _: self._changes.put_nowait(name))

    def start(self) -> None:
        self._worker = asyncio.create_task(self._work())

    async def settled(self) -> None:
        """Wait until every change so far acts; raises the first problem there was."""
        await self._changes.join()
        if self._problems:
            problem, self._problems = self._problems[0], []
            raise problem

    async def stop(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            name = await self._changes.get()
            apply = self._parts.get(self._faults.describe(name).part)
            try:
                if apply is not None:
                    await apply(name)
            except (OSError, RuntimeError) as problem:
                self._problems.append(problem)
            finally:
                self._changes.task_done()
