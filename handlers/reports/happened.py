"""Incidents, work done and deployments of a period; never a trace of a private incident."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import clip
from bot.incident_access import traces
from bot.incident_times import Times, times_of
from bot.moments import undated
from bot.store.operation_rows import OperationRecord, State
from handlers.reports.result import Deployments, Incident, Work

if TYPE_CHECKING:
    from bot.store import FinishedDeployment, Store
    from bot.store.incident_history import Past

# The first word of a command → what people call that kind of work. Commands of features that
# are not there simply never come up.
GROUPS = {
    "db": "Database care", "migrate": "Database migrations", "backup": "Backups",
    "restore": "Restores", "cache": "Cache and CDN", "cdn": "Cache and CDN",
    "deploy": "Deployments", "rollback": "Deployments", "workers": "Deployments",
    "secrets": "Security", "security": "Security", "sessions": "Security",
    "maintenance": "Maintenance mode", "emergency": "Emergencies",
    "alerts": "Alerting",
}  # fmt: skip
_OTHER = "Other changes"
_REHEARSALS = ("practise", "drill")
_SEVERITY_LAST = "SEV9"


def incidents(
    past: Sequence[Past], since: datetime, until: datetime
) -> tuple[tuple[Incident, ...], int]:
    """Those of everybody that were open in [since, until), severest first, and how many drills
    began in it. Pure."""
    drills = sum(
        record.drill and not record.private and since <= record.declared_at < until
        for record, _ in past
    )
    found = []
    for record, changes in past:
        if record.drill or record.private or record.declared_at >= until:
            continue
        known = [each for each in changes if each.at < until]
        times = times_of(record.began_at, record.declared_at, known)
        open_for = _within(times, since, until)
        if not open_for and record.declared_at < since:
            continue
        ended = times.resolved
        found.append(
            Incident(
                record.id, record.title, record.severity, record.kind.value,
                "resolved" if ended else "open", record.channel, times.began, ended, open_for,
                record.declared_at < since,
            )
        )  # fmt: skip
    found.sort(key=lambda each: (each.severity or _SEVERITY_LAST, each.began, each.id))
    return tuple(found), drills


def counted(past: Sequence[Past], since: datetime, until: datetime) -> int:
    """How many of everybody's were declared in [since, until), drills left out. Pure."""
    return sum(
        not (record.drill or record.private) and since <= record.declared_at < until
        for record, _ in past
    )


def work(store: Store, since: datetime, until: datetime) -> tuple[Work, ...]:
    """Guarded operations that ran, oldest first: the journal is the record. Rehearsals are none."""
    hidden = traces(store)
    found = []
    for each in store.operations.begun_between(since, until):
        asked = each.request
        first = asked.command.split(" ")[0]
        told = f"{asked.line} {asked.target} {asked.effect} {asked.reason}"
        if first in _REHEARSALS or hidden(asked.channel, told):
            continue
        found.append(
            Work(
                each.id, GROUPS.get(first, _OTHER), asked.command,
                clip(" ".join(undated(asked.effect).split()) or asked.command, 200), _outcome(each),
                asked.person_name, each.started_at or each.requested_at, _took(each),
            )
        )  # fmt: skip
    return tuple(found)


def deployments(
    store: Store, environment: str, before: datetime, since: datetime, until: datetime
) -> Deployments:
    found = store.finished_deployments.between(environment, since, until)
    return Deployments(
        len(found),
        sum(each.outcome == "failed" for each in found),
        sum(each.outcome == "rolled back" for each in found),
        len(store.finished_deployments.between(environment, before, since)),
        store.finished_deployments.began(environment),
    )


def failing(
    found: Sequence[FinishedDeployment], past: Sequence[Past], within: timedelta
) -> tuple[FinishedDeployment, ...]:
    """Those that failed, were rolled back, or were followed by an incident soon. Pure."""
    began = [
        record.began_at for record, _ in past if not (record.drill or record.private)
    ]  # fmt: skip
    return tuple(
        each
        for each in found
        if each.outcome != "succeeded"
        or any(timedelta(0) <= moment - each.at <= within for moment in began)
    )


def _within(times: Times, since: datetime, until: datetime) -> timedelta:
    length = timedelta()
    for begin, end in times.spans:
        length += max(timedelta(), min(end or until, until) - max(begin, since))
    return length


def _outcome(record: OperationRecord) -> str:
    return "still running" if record.state is State.RUNNING else record.state.value


def _took(record: OperationRecord) -> timedelta | None:
    if record.started_at is None or record.ended_at is None:
        return None
    return record.ended_at - record.started_at
