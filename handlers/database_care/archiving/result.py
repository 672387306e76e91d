"""What the list of archives shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One archive; `state` in words."""

    id: str
    table: str
    rows: int
    bytes: int
    deleted: int
    cutoff: str
    began_at: datetime
    state: str
    unfinished: bool
