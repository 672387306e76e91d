"""A sandbox as a process of its own, as people start it, and what is left when it is gone."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

PATIENCE = 60.0  # seconds for a start on a busy machine


class Sandbox:
    """`pitchey sandbox --folder …` in a session of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "sandbox", "--folder", str(folder), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self.family: list[psutil.Process] = []

    def wait_until_ready(self) -> str:
        """The page's address: the last line of a start."""
        until = time.monotonic() + PATIENCE
        assert self.process.stdout is not None
        while time.monotonic() < until:
            line = self.process.stdout.readline()
            assert line, "".join(self.lines)
            self.lines.append(line)
            if line.startswith("http://"):
                self.family = psutil.Process(self.process.pid).children(recursive=True)
                return line.strip()
        raise AssertionError("".join(self.lines))

    def word(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / "sandbox.json").read_text())
        return told

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal; the exit code and what was printed after it."""
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=20)
        return self.process.returncode, output

    def left_over(self, seconds: float = 8.0) -> list[str]:
        """Commands of its processes that still run after `seconds`."""
        _, alive = psutil.wait_procs(self.family, timeout=seconds)
        left = []
        for process in alive:
            with contextlib.suppress(psutil.Error):
                if process.status() != psutil.STATUS_ZOMBIE:
                    left.append(" ".join(process.cmdline()))
        return left


@contextlib.contextmanager
def sandbox(folder: Path, *words: str) -> Iterator[Sandbox]:
    started = Sandbox(folder, *words)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(started.process.pid, signal.SIGTERM)
            started.process.communicate(timeout=30)
        elif started.process.stdout is not None:
            started.process.stdout.close()
