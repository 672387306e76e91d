"""Whoever commands a SEV1 may act without a second person; nobody else, and never in a drill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store.emergencies import SEVEREST
from bot.store.incidents_rows import IncidentRole
from handlers.incidents.finding import in_slack

if TYPE_CHECKING:
    from bot.runtime import Runtime


def align(runtime: Runtime, incident: str) -> None:
    """Bring the right to what the incident is now; the same again changes nothing."""
    record = runtime.store.incidents.find(incident)
    if record is None:
        return
    holder = runtime.store.incident_work.holder(incident, IncidentRole.COMMANDER)
    grave = record.severity == SEVEREST and not record.over and not record.drill
    person = holder.person_id if holder and grave and in_slack(holder.person_id) else ""
    runtime.store.emergencies.align(record.number, person, runtime.now())
