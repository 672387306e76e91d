"""What the operations commands find out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.operation_rows import OperationRecord, Step


@dataclass(frozen=True, slots=True)
class OperationList:
    """What waits or runs first, then the newest of `total` that fit; the counts are of all."""

    records: tuple[OperationRecord, ...]
    total: int
    waiting: int
    running: int
    state: str = ""  # the only one that was asked for


@dataclass(frozen=True, slots=True)
class OperationDetail:
    """One operation with its steps.

    `acts` are what the person who looks may do to it now; `who` may approve it, as a sentence;
    `before` are steps done in the operations that it resumes, `cancelling` what Cancel does.
    """

    record: OperationRecord
    steps: tuple[Step, ...]
    now: datetime
    acts: frozenset[str]
    who: str = ""
    before: tuple[str, ...] = ()
    cancelling: str = ""
