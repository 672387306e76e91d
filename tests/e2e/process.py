"""The real bot, `python -m bot …`, as a child process whose every word is kept."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping

from bot.sandbox.configuration import surroundings
from bot.sandbox.processes import Processes

READY = "ready: "
PATIENCE = 120.0  # seconds; a start on a busy machine


class Program:
    """One run of `python -m bot <words>`. `said` is all of its output and log so far."""

    def __init__(self, processes: Processes, *words: str) -> None:
        self._processes = processes
        self._words = words
        self._process: Process | None = None
        self._readers: list[asyncio.Task[None]] = []
        self._heard = asyncio.Event()
        self.output = ""
        self.errors = ""

    @property
    def started(self) -> bool:
        return self._process is not None

    @property
    def said(self) -> str:
        return self.output + self.errors

    async def start(self, variables: Mapping[str, str]) -> None:
        """Start it with these variables and none of the real services' own."""
        self._process = process = await self._processes.start(
            [sys.executable, "-m", "bot", *self._words],
            environment=surroundings(variables),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )
        self._readers = [
            asyncio.create_task(self._read(process.stdout, "output")),
            asyncio.create_task(self._read(process.stderr, "errors")),
        ]

    async def logs(self, words: str, *, times: int = 1, within: float = 45.0) -> None:
        """Wait until its output holds these words so often."""
        try:
            async with asyncio.timeout(within):
                while self.said.count(words) < times:
                    assert self.running or words in self.said, self.said
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            raise AssertionError(f"no {words!r} within {within} s:\n{self.said}") from None

    @property
    def running(self) -> bool:
        return any(not reader.done() for reader in self._readers)

    async def ended(self, within: float = PATIENCE) -> int:
        """Wait for its own end; the exit code."""
        assert self._process is not None
        code = await asyncio.wait_for(self._process.wait(), within)
        await asyncio.gather(*self._readers)
        await self._processes.stop(self._process)  # forgets it; it has ended
        return code

    async def stop(self, patience: float = 12.0) -> tuple[int, float]:
        """SIGTERM; the exit code and how many seconds the end took."""
        return await self._end(signal.SIGTERM, patience)

    async def kill(self) -> None:
        await self._end(signal.SIGKILL, 5.0)

    async def _end(self, number: signal.Signals, patience: float) -> tuple[int, float]:
        assert self._process is not None
        began = time.monotonic()
        await self._processes.stop(self._process, number, patience)
        took = time.monotonic() - began
        await asyncio.gather(*self._readers)
        assert self._process.returncode is not None
        return self._process.returncode, took

    async def _read(self, stream: asyncio.StreamReader | None, kept: str) -> None:
        assert stream is not None
        while line := (await stream.readline()).decode(errors="replace"):
            setattr(self, kept, getattr(self, kept) + line)
            self._heard.set()
        self._heard.set()
