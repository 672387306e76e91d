"""Reads what a card, a detail or a catch-up shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.escalation import Climb, next_level
from bot.oncall import unnamed
from bot.recent_deployments import rollback_line
from bot.store.incidents_rows import IncidentRecord
from handlers.incidents.cadence import durations
from handlers.incidents.result import Detail, Summary
from handlers.incidents.words import PLAYBOOKS

if TYPE_CHECKING:
    from bot.runtime import Runtime

NEWEST = 8  # entries of a detail


def summary_of(runtime: Runtime, record: IncidentRecord) -> Summary:
    """A few reads of the store."""
    work = runtime.store.incident_work
    levels = runtime.settings.contacts.escalation
    level = next_level(levels, Climb(record.escalation_called, record.escalation_next))
    offered = runtime.catalogue.find("playbook start") is not None and not record.over
    return Summary(
        record,
        work.people(record.id),
        work.tasks(record.id),
        work.links(record.id),
        runtime.store.timeline.head(record.id)[0],
        f"{level.level} {level.contact}" if level else "",
        level is not None and level.level not in unnamed(runtime, runtime.now()),
        PLAYBOOKS[record.kind] if offered else None,
        runtime.now(),
        rollback_line(runtime, "", record.began_at) if offered and not record.drill else "",
    )


def detail_of(runtime: Runtime, record: IncidentRecord, newest: int = NEWEST) -> Detail:
    summary = summary_of(runtime, record)
    offset = max(0, summary.entries - newest)
    entries = runtime.store.timeline.page(record.id, limit=newest, offset=offset)
    changes = runtime.store.incidents.changes(record.id)
    return Detail(summary, entries, durations(record, changes))
