"""What the audit commands find out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store import AuditEntry


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for; None means every one. `person` is an id, `since` counts back from now."""

    person: str | None = None
    command: str | None = None
    since: timedelta | None = None
    outcome: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The newest entries that fit, newest first; `more` when older ones fit as well."""

    wanted: Wanted
    entries: tuple[AuditEntry, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class AuditExport:
    """A file of `entries` entries, oldest first; `head` is the log's at that time."""

    wanted: Wanted
    name: str
    content: bytes
    entries: int
    head: str


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """`head` is the hash of the last entry; `first_broken` counts from 1.

    Where only the head that was `noted` is not in it, `unknown_head` is true.
    """

    intact: bool
    entries: int
    head: str
    first_broken: int | None
    reason: str
    noted: str
    unknown_head: bool = False
