"""What the operations answer and the views draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.incidents_rows import Holder, IncidentRecord, Linked, Task
from bot.store.timeline import TimelineEntry
from handlers.incidents.cadence import Durations


@dataclass(frozen=True, slots=True)
class Summary:
    """An incident with everything that its card shows. `next_level` is due at
    `record.escalation_next`, and reaches somebody where `next_named`; `playbook` is (name, title)
    where one can be started; `rollback` is the command line that goes back, where a deployment
    came shortly before."""

    record: IncidentRecord
    people: tuple[Holder, ...]
    tasks: tuple[Task, ...]
    links: tuple[Linked, ...]
    entries: int
    next_level: str
    next_named: bool
    playbook: tuple[str, str] | None
    now: datetime
    rollback: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """A summary with its newest entries (oldest of them first) and how long it took."""

    summary: Summary
    newest: tuple[TimelineEntry, ...]
    durations: Durations


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """`number` counts pages from 1 of `pages`; `zone` is the team's."""

    record: IncidentRecord
    entries: Sequence[TimelineEntry]
    total: int
    number: int
    pages: int
    kind: str
    by: str
    zone: str
