"""What the operations commands find out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.operation_rows import OperationRecord, Step


@dataclass(frozen=True, slots=True)
class OperationList:
    """What waits or runs first, then the newest; `more` when older ones fit as well."""

    records: tuple[OperationRecord, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class OperationDetail:
    """One operation with its steps; `resumable` where it can go on after its last step."""

    record: OperationRecord
    steps: tuple[Step, ...]
    now: datetime
    resumable: bool
    cancellable: bool
