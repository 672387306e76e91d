"""Processes that share one store file write and checkpoint one after the other.

SQLite before 3.51.3 can lose commits when two connections write and checkpoint a WAL file at
the same instant (sqlite.org/wal.html, "the WAL-reset bug"). A lock file beside the store
gives each write, with its checkpoint, to one process at a time. It costs two system calls.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.store.waiting import Waiting

if sys.platform != "win32":
    import fcntl

_WAIT_SECONDS = 0.001


class Turns:
    """The lock file `<store>.lock`; it holds nothing and may stay behind."""

    def __init__(self, path: Path, waiting: Waiting) -> None:
        self._waiting = waiting
        self._file = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises TimeoutError when another process keeps its turn longer than our patience."""
        if sys.platform == "win32":
            yield
            return
        deadline = time.monotonic() + self._waiting.seconds
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise TimeoutError from None
                time.sleep(_WAIT_SECONDS)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def lost(self) -> bool:
        """The kernel takes it from a dead process only."""
        return False

    def close(self) -> None:
        os.close(self._file)
