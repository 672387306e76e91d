"""What SQLite reports, told so that a person knows what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.errors import OpsError

_KEEP = "Keep the file: it holds the audit log. Move it aside, or put back a copy of it."


def explained(error: sqlite3.Error | OSError, path: Path) -> OpsError:
    """The OpsError for a failure of the store's file; `permanent` where waiting cannot help."""
    if isinstance(error, OSError):
        reason = (error.strerror or "not possible").lower()
        return OpsError(
            f"The store {path} cannot be used: {reason}.",
            "Check the folder's owner and its free space, or set another path in [store].",
            permanent=True,
        )
    name = _name(error)
    if is_busy(error):
        return busy(path)
    if name.startswith("SQLITE_FULL"):
        return OpsError(
            f"The disk of the store {path} is full: nothing more can be recorded.",
            "Free some space; the bot goes on by itself.",
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return OpsError(
            f"The store {path} cannot be written.",
            "Give the bot's user write access to the file and to its folder.",
            permanent=True,
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return damaged(path)
    if name.startswith("SQLITE_IOERR"):
        return OpsError(
            f"The disk of the store {path} reports an error ({name}).",
            "Check its free space, quota and health.",
        )
    return OpsError(f"The store {path} failed: {error}.", "See the bot's log for the cause.")


def busy(path: Path) -> OpsError:
    return OpsError(
        f"The store {path} is locked by another process.",
        "Try again; if it stays so, look for a program that holds the file open.",
    )


def damaged(path: Path) -> OpsError:
    return OpsError(f"The store {path} is damaged, or is no SQLite file.", _KEEP, permanent=True)


def too_new(path: Path, unknown: list[str]) -> OpsError:
    return OpsError(
        f"The store {path} was written by a newer version of the bot "
        f"(it holds {', '.join(unknown)}).",
        "Start that version or a later one: going back could lose records.",
        permanent=True,
    )


def is_busy(error: sqlite3.Error | OSError) -> bool:
    """Whether another process held the store for longer than we wait."""
    return isinstance(error, TimeoutError) or _name(error).startswith(
        ("SQLITE_BUSY", "SQLITE_LOCKED")
    )


def _name(error: Exception) -> str:
    return getattr(error, "sqlite_errorname", "") or ""
