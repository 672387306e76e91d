"""Child processes that cannot outlive the sandbox: each is known to the guardian."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_GUARDIAN = Path(__file__).with_name("guardian.py")


class Processes:
    """Starts and stops child processes.

    Each gets a session of its own, so that Ctrl-C reaches only the sandbox, which then
    stops its parts in order. When the sandbox is killed outright, the guardian notices
    the end of its pipe and ends them.
    """

    def __init__(self) -> None:
        self._guardian: Process | None = None
        self._running: dict[int, Process] = {}

    async def start(
        self,
        command: Sequence[str | Path],
        *,
        farewell: signal.Signals = signal.SIGTERM,
        environment: Mapping[str, str] | None = None,
        user: int | None = None,
        **pipes: Any,
    ) -> Process:
        """Start a process; `farewell` ends it when the sandbox dies; `user` needs root."""
        identity: dict[str, Any] = {}
        if user is not None:
            identity = {"user": user, "group": user, "extra_groups": []}
        if self._guardian is None:
            self._guardian = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", _GUARDIAN, stdin=PIPE, start_new_session=True
            )
        program, *arguments = command
        process = await asyncio.create_subprocess_exec(
            program, *arguments, env=environment, start_new_session=True, **identity, **pipes
        )
        self._running[process.pid] = process
        await self._tell(f"+{process.pid} {int(farewell)}")
        return process

    async def stop(
        self, process: Process, number: signal.Signals = signal.SIGTERM, patience: float = 5.0
    ) -> None:
        """End a process and wait for it; SIGKILL after `patience` seconds."""
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            try:
                await asyncio.wait_for(process.wait(), patience)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._running.pop(process.pid, None) is not None:
            await self._tell(f"-{process.pid}")

    async def close(self) -> None:
        """Stop what still runs, the guardian last."""
        for process in tuple(self._running.values()):
            await self.stop(process)
        if self._guardian is not None:
            guardian, self._guardian = self._guardian, None
            if guardian.stdin is not None:
                guardian.stdin.close()
            await guardian.wait()

    async def _tell(self, line: str) -> None:
        guardian = self._guardian
        if guardian is not None and guardian.stdin is not None:
            guardian.stdin.write(f"{line}\n".encode())
            await guardian.stdin.drain()
