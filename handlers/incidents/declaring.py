"""Declaring: stored first, told and furnished afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import clip
from bot.errors import BadInput
from bot.incident_access import traces
from bot.store.incidents_rows import Declaration, IncidentRecord, Kind
from handlers.incidents import clocks, telling
from handlers.incidents.cadence import next_update
from handlers.incidents.finding import actor
from handlers.incidents.naming import past
from handlers.incidents.recording import entry, own_entry
from handlers.incidents.rooms import prepare

if TYPE_CHECKING:
    from bot.command import Context
    from bot.runtime import Runtime

TITLE_MOST = 150
_FINE = (":white_check_mark:", ":large_green_circle:")
_CONTEXT_MOST = 15  # entries of each sort
_NO_CONTEXT = ("practise", "incident", "playbook", "drill")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person entered; `alert` is its id, `message` the (channel, ts) it began with, `began`
    when the trouble did, as `02:14`."""

    title: str
    severity: str
    kind: Kind
    affected: str
    private: bool
    alert: str = ""
    message: tuple[str, str] | None = None
    began: str = ""


def declare(context: Context, asked: Asked) -> tuple[IncidentRecord, bool]:
    """The incident, and whether it is new: one alert or message has one open incident."""
    runtime, now, asking = context.runtime, context.runtime.now(), context.invocation
    title = " ".join(asked.title.split())
    if len(title) < 3:
        raise BadInput(
            "An incident needs a title of at least 3 characters.",
            'Example: `/pitchey incident declare "Checkout fails" --severity SEV2`.',
        )
    settings = runtime.settings.incidents
    joins = []
    if asked.alert:
        joins.append(("alert", asked.alert, title))
    if asked.message:
        joins.append(("message", ":".join(asked.message), title))
    private = asked.private or asked.kind.secret
    declaration = Declaration(
        runtime.redactor.text(clip(title, TITLE_MOST)),
        asked.severity,
        asked.kind,
        runtime.redactor.text(clip(asked.affected.strip(), 300)),
        private,
        _began(context, asked),
        asking.channel,
        asking.thread_ts,
        tuple(joins),
        now if asked.severity in settings.escalate else None,
        next_update(settings, asked.severity, now),
    )
    words = f"Declared as {asked.severity} {asked.kind}: {declaration.title}"
    if declaration.affected:
        words += f". Affected: {declaration.affected}"
    record, new = runtime.store.incidents.declare(
        declaration, actor(context), entry(context, "declared", words), now
    )
    if new:
        attach(runtime, record)
        telling.show(runtime, record)
        telling.publish(runtime, record, "declared")
        if runtime.rooms is not None:
            runtime.background(_begin(runtime, record.id), f"room of {record.id}")
    return record, new


async def _begin(runtime: Runtime, incident: str) -> None:
    """The room first, so that whoever is called is called into it."""
    await prepare(runtime, incident)
    await clocks.look(runtime, incident)


def _began(context: Context, asked: Asked) -> datetime:
    """What the person said, else when the alert fired, else now."""
    runtime = context.runtime
    now, zone = runtime.now(), runtime.settings.team.timezone
    if asked.began:
        return past(asked.began, now, zone)
    alert = runtime.store.alerts.find(asked.alert) if asked.alert else None
    return min(alert.fired_at, now) if alert else now


def attach(runtime: Runtime, record: IncidentRecord) -> None:
    """What the record knows of the time before: deployments, changes, failed checks, alerts.

    Each is an entry at its own time; the same again adds nothing.
    """
    if record.drill:
        return
    now = record.declared_at
    since = now - timedelta(hours=runtime.settings.incidents.look_back_hours)
    found: list[tuple[datetime, str, str]] = []
    hidden = traces(runtime.store)
    for mark in runtime.store.marks.between(since, now):
        if mark.kind == "deployment":
            found.append((mark.at, f"Deployment before: {mark.label}", f"mark:{mark.reference}"))
    for operation in runtime.store.operations.newest(_CONTEXT_MOST):
        at = operation.ended_at or operation.started_at
        # Evidence and the like name the incident they are of, which may be a private one.
        if at is None or at < since or operation.request.command.split(" ")[0] in _NO_CONTEXT:
            continue
        request = operation.request
        if hidden(request.channel, request.line):
            continue
        text = f"Before: {request.line} on {request.target} {operation.state}"
        found.append((at, f"{text}, asked by {request.person_name}", f"operation:{operation.id}"))
    for checked in runtime.store.audit.entries(command="health", since=since, limit=50):
        if checked.outcome != "succeeded" or not checked.detail.startswith(_FINE):
            text = f"Check before: {clip(' '.join(checked.detail.split()), 300)}"
            found.append((checked.at, text, f"check:{checked.reference}"))
    for alert in runtime.store.alerts.open(_CONTEXT_MOST):
        if alert.fired_at >= since:
            text = (
                f"Alert firing: AL-{alert.number} {alert.problem.title} ({alert.problem.severity})"
            )
            found.append((alert.fired_at, text, f"alert:AL-{alert.number}:before"))
    for at, text, reference in found:
        runtime.store.timeline.append(
            record.id,
            own_entry(runtime, "context", text, f"context:{reference}", happened_at=at),
        )
