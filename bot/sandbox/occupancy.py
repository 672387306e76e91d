"""One sandbox per folder: a lock that a killed run cannot leave behind."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another sandbox holds the folder: its process id and its page's address."""

    def __init__(self, pid: int, url: str) -> None:
        super().__init__(f"A sandbox already runs here: process {pid}, {url or 'still starting'}")
        self.pid = pid
        self.url = url


class Unusable(Exception):
    """The folder cannot be made or written to; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Occupant:
    pid: int
    url: str


class Occupancy:
    """Holds a folder from `take` to `leave`; the kernel lets go when the process ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: IO[str] | None = None

    def take(self) -> None:
        """Raises AlreadyRunning where somebody else holds the folder, Unusable where nobody can."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = (self._folder / "sandbox.lock").open("w")
        except OSError as error:
            raise Unusable(
                f"the folder {self._folder} cannot be used: {error.strerror}. "
                "Choose another with --folder."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            other = _read(self._folder)
            raise AlreadyRunning(other.pid, other.url) from None
        self._lock = lock
        self.tell("")

    def tell(self, url: str) -> None:
        """Leave word of who is here, for the next one who looks."""
        word = json.dumps({"pid": os.getpid(), "url": url})
        (self._folder / "sandbox.json").write_text(word, "utf-8")

    def leave(self) -> None:
        (self._folder / "sandbox.json").unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def occupant(folder: Path) -> Occupant | None:
    """Who holds the folder now; None where nobody does, whatever was left behind."""
    try:
        lock = (folder / "sandbox.lock").open("r+")
    except OSError:
        return None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _read(folder)
    return None


def _read(folder: Path) -> Occupant:
    try:
        word = json.loads((folder / "sandbox.json").read_text("utf-8"))
        return Occupant(int(word["pid"]), str(word["url"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Occupant(0, "")
