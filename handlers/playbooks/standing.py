"""Runs as they stand: found, looked at, and seen only by those who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import code
from bot.command import Role
from bot.errors import BadInput, OpsError
from bot.playbooks.checking import runnable
from bot.playbooks.progress import RunView, StepView, view
from bot.playbooks.records import RunRecord
from handlers.playbooks.shelf import frozen

if TYPE_CHECKING:
    from bot.command import Context
    from bot.runtime import Runtime
    from bot.store.incidents_rows import IncidentRecord


def look(runtime: Runtime, run: str) -> RunView:
    """The run as it stands now; raises BadInput, OpsError."""
    return look_at(runtime, runtime.store.playbook_runs.get(run))


def look_at(runtime: Runtime, record: RunRecord) -> RunView:
    return view(
        record,
        frozen(record),
        runtime.store.playbook_runs.steps(record.id),
        runtime.now(),
        lambda step: runnable(runtime.catalogue, step),
    )


def views(runtime: Runtime, records: tuple[RunRecord, ...]) -> tuple[RunView, ...]:
    """Those that this version of the bot can read."""
    found = []
    for record in records:
        try:
            found.append(look_at(runtime, record))
        except OpsError:
            continue
    return tuple(found)


def may_see(context: Context, record: RunRecord) -> bool:
    """The run of a private incident is seen as the incident itself is."""
    if not record.incident or record.person_id == context.invocation.person.id:
        return True
    incident = context.store.incidents.find(record.incident)
    return incident is None or may_know(context, incident)


def may_know(context: Context, incident: IncidentRecord) -> bool:
    """A private incident is for its channel, the people in it or asked into it, and admins."""
    if not incident.private or context.role >= Role.ADMIN:
        return True
    asking = context.invocation
    if asking.channel and asking.channel == incident.channel:
        return True
    people = {holder.person_id for holder in context.store.incident_work.people(incident.id)}
    links = context.store.incident_work.links(incident.id, "invited")
    invited = {link.reference for link in links}
    return asking.person.id in people | invited | {incident.declared_by_id}


def visible(context: Context, records: tuple[RunRecord, ...]) -> tuple[RunRecord, ...]:
    return tuple(record for record in records if may_see(context, record))


def here(context: Context) -> tuple[RunRecord, ...]:
    """The active runs of the channel (of its incident first)."""
    asking, runs = context.invocation, context.store.playbook_runs
    incident = context.store.incidents.of_channel(asking.channel, asking.thread_ts)
    of_incident = runs.of_incident(incident.id) if incident else ()
    found = [run for run in of_incident if run.state.value == "active"]
    if asking.channel:
        found += runs.of_channel(asking.channel)
    return visible(context, tuple(found))


def wanted(context: Context, run: str | None) -> RunRecord:
    """The run that was named, else that of this channel, else the only one; raises BadInput."""
    if run:
        found = context.store.playbook_runs.get(run)
        if not may_see(context, found):
            # A private one is not told from one that does not exist.
            raise BadInput(f"There is no run {found.id}.", "`/pitchey playbook status` lists.")
        return found
    near = here(context) or visible(context, context.store.playbook_runs.active())
    if len(near) == 1:
        return near[0]
    if not near:
        raise BadInput("No playbook runs.", "`/pitchey playbook list` shows what can be started.")
    names = ", ".join(f"{code(one.id)} {one.title}" for one in near[:5])
    raise BadInput(f"{len(near)} playbooks run.", f"Name the one you mean: {names}.")


def step_of(seen: RunView, named: str) -> StepView:
    """The step of that id or number; raises BadInput."""
    step = seen.playbook.find(named)
    found = seen.step(step.id) if step else None
    if found is None:
        first, last = seen.steps[0].number, seen.steps[-1].number
        raise BadInput(
            f"{seen.run.id} has no step {code(named[:60])}.",
            f"Steps are numbered from {first} to {last}: `/pitchey playbook status {seen.run.id}`.",
        )
    return found
