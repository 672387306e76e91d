"""What the status commands find out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store import OutboxCounts, OutboxMessage, Run


@dataclass(frozen=True, slots=True)
class RunningOperation:
    """A guarded command at work; `step` is what it does now, `who` a mention of who asked."""

    id: str
    line: str
    target: str
    person: str
    started_at: datetime
    step: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """The bot at `now` (UTC). `run` is None where it never served Slack with this store.

    `copies` are the processes that live, `lost` those that ended of late without saying so; the
    newest first.
    """

    now: datetime
    version: str
    run: Run | None
    store_problem: str
    outbox: OutboxCounts
    failed: tuple[OutboxMessage, ...]
    waiting_for: str  # why the next message in turn has not arrived
    operations: tuple[RunningOperation, ...]
    audit_entries: int
    audit_head: str
    copies: tuple[Run, ...] = ()
    lost: tuple[Run, ...] = ()
    problem: str = ""  # why the rest could not be read
