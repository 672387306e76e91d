"""The real bot as a child process: started, waited for, and its death told."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from bot.sandbox.configuration import surroundings
from bot.sandbox.processes import Processes

READY = "ready: "  # the bot's log line once Slack's deliveries are taken
PATIENCE = 30.0  # seconds until the bot must be ready


class BotDidNotStart(Exception):
    """The bot ended or stayed silent; the message ends with its last words."""


class BotProcess:
    """`python -m bot run` with the sandbox's settings. Its log goes to `log`.

    `own` are variables of this copy alone, such as its port.
    """

    def __init__(
        self, processes: Processes, log: Path, own: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._processes = processes
        self._log = log
        self.own = own
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._last: list[str] = []
        self._stopping = False
        self._again = False  # a second start keeps what the first one logged

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    async def start(
        self, mode: str, variables: Mapping[str, str], died: Callable[[str], None]
    ) -> None:
        """Start and wait until ready. `died` is called with a sentence if it ends later."""
        self._ready.clear()
        self._last, self._stopping = [], False
        self._process = await self._processes.start(
            [sys.executable, "-m", "bot", "run", "--mode", mode],
            environment=surroundings({**variables, **self.own}) | {"PITCHEY_LOG": "INFO"},
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=PIPE,
        )
        self._reader = asyncio.create_task(self._read(died))
        try:
            await asyncio.wait_for(self._ready.wait(), PATIENCE)
        except TimeoutError:
            raise BotDidNotStart(self._words("did not get ready in time")) from None
        if self._process.returncode is not None:
            raise BotDidNotStart(self._words(f"ended with code {self._process.returncode}"))

    async def kill(self) -> None:
        """As a crash would: nothing is finished, nobody is told."""
        self._stopping = True
        if self._process is not None:
            await self._processes.stop(self._process, signal.SIGKILL)
            self._process = None
        if self._reader is not None:
            await self._reader

    async def stop(self) -> int | None:
        """As whoever runs it would: SIGTERM, and SIGKILL after ten seconds. The exit code."""
        self._stopping, code = True, None
        if self._process is not None:
            await self._processes.stop(self._process, signal.SIGTERM, patience=10)
            code, self._process = self._process.returncode, None
        if self._reader is not None:
            await self._reader
        return code

    async def _read(self, died: Callable[[str], None]) -> None:
        process = self._process
        if process is None or process.stderr is None:
            return
        was_ready = False
        mode = "a" if self._again else "w"
        self._again = True
        with self._log.open(mode, encoding="utf-8") as log:
            while line := (await process.stderr.readline()).decode(errors="replace"):
                log.write(line)
                log.flush()
                self._last = [*self._last[-7:], line.rstrip()]
                if READY in line:
                    was_ready = True
                    self._ready.set()
        code = await process.wait()
        self._ready.set()  # whoever waits learns of the end by the code
        if was_ready and not self._stopping:
            died(self._words(f"ended with code {code}"))

    def _words(self, what: str) -> str:
        return "\n  ".join([f"The bot {what}; its log is {self._log}.", *self._last])
