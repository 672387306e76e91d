"""Which processes of ours are alive: each holds a lock file that no crash can leave locked.

The kernel frees a lock when its process ends, however it ends. So an operation whose owner's
file can be locked has lost its owner.
"""

from __future__ import annotations

import contextlib
import os
import sys
import uuid
from pathlib import Path

from bot.store.failures import explained

if sys.platform != "win32":
    import fcntl


class Presence:
    """Sign in with `sign_in`; the name is valid as long as the process lives."""

    def __init__(self, store: Path) -> None:
        self._folder = store.with_name(f"{store.name}.alive")
        self._file: int | None = None
        self.name = ""

    def sign_in(self, kind: str) -> str:
        """Answers this process's name, which begins with `kind`; raises OpsError."""
        if self.name:
            return self.name
        name = f"{kind}-{uuid.uuid4().hex[:12]}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._file = os.open(self._folder / name, flags, 0o600)
        except OSError as error:
            raise explained(error, self._folder) from error
        _try_lock(self._file)
        self.name = name
        return name

    def alive(self, name: str) -> bool:
        """Does the process of that name still live? The file of a dead one is removed."""
        path = self._folder / name
        try:
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            if not _try_lock(file):
                return True
            path.unlink(missing_ok=True)
            return False
        finally:
            os.close(file)

    def confirm(self) -> None:
        """The kernel gives this process's lock to nobody while it lives."""

    def anyone(self, kind: str) -> bool:
        """Does a process of that kind live?"""
        try:
            names = [path.name for path in self._folder.glob(f"{kind}-*")]
        except OSError:
            return False
        return any(self.alive(name) for name in names)

    def close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                (self._folder / self.name).unlink(missing_ok=True)
            os.close(self._file)
            self._file, self.name = None, ""


def _try_lock(file: int) -> bool:
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
