"""When an update is owed, and how long each part of an incident took. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.settings.incidents import Incidents
from bot.store.incidents_rows import Change, IncidentRecord, Status


def cadence(settings: Incidents, severity: str) -> timedelta | None:
    """How often an update is owed; None for never."""
    minutes = {str(name): value for name, value in settings.update_minutes.items()}.get(severity)
    return None if minutes is None else timedelta(minutes=minutes)


def next_update(settings: Incidents, severity: str, now: datetime) -> datetime | None:
    every = cadence(settings, severity)
    return None if every is None else now + every


def following_reminder(due: datetime, every: timedelta, now: datetime) -> datetime:
    """The first time after `now` in step with `due`: what was missed meanwhile is told once."""
    return due + every * ((now - due) // every + 1)


@dataclass(frozen=True, slots=True)
class Durations:
    """From when the trouble began to each point, None where it was not reached.

    Computed from status changes and their times; a reopened incident is resolved when it was
    resolved last.
    """

    detected: timedelta | None
    acknowledged: timedelta | None
    mitigated: timedelta | None
    resolved: timedelta | None


def durations(record: IncidentRecord, changes: Sequence[Change]) -> Durations:
    began = record.began_at
    statuses = [change for change in changes if change.field == "status"]
    acknowledged = [
        change for change in changes if change.field == "acknowledged_by_id" and change.after
    ]
    mitigated = [
        change
        for change in statuses
        if change.after in (Status.MONITORING, Status.RESOLVED, Status.CLOSED)
    ]
    resolved = _last_resolution(statuses)

    def since(moment: datetime | None) -> timedelta | None:
        return None if moment is None else max(timedelta(), moment - began)

    return Durations(
        since(record.declared_at),
        since(acknowledged[0].at if acknowledged else None),
        since(mitigated[0].at if mitigated else None),
        since(resolved),
    )


def _last_resolution(statuses: Sequence[Change]) -> datetime | None:
    """When it became over and stayed so."""
    over: datetime | None = None
    for change in statuses:
        over = (over or change.at) if Status(change.after).over else None
    return over
