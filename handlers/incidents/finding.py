"""Which incident a command is about, and who may know of a private one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import BadInput, Refused
from bot.incident_access import actor, in_slack, may_see
from bot.store.incidents_rows import IncidentRecord

if TYPE_CHECKING:
    from bot.command import Context

__all__ = ["actor", "in_slack", "may_see", "still_open", "visible", "wanted"]


def visible(context: Context, records: tuple[IncidentRecord, ...]) -> tuple[IncidentRecord, ...]:
    """Those the person may know of."""
    asking = context.invocation
    return tuple(
        each
        for each in records
        if may_see(context.store, each, asking.person.id, context.role, asking.channel)
    )


def wanted(context: Context, incident: str | None) -> IncidentRecord:
    """The incident named, else that of this channel, else the only open one; raises BadInput."""
    asking = context.invocation
    if incident:
        found = context.store.incidents.find(incident)
        if found is None or not visible(context, (found,)):
            # A private one is not told from one that does not exist.
            raise BadInput(
                f"There is no incident INC-{incident.upper().removeprefix('INC-')}.",
                "`/pitchey incident list` shows them.",
            )
        return found
    here = context.store.incidents.of_channel(asking.channel, asking.thread_ts)
    if here is not None and visible(context, (here,)):
        return here
    running = visible(context, context.store.incidents.open())
    if len(running) == 1:
        return running[0]
    if not running:
        raise BadInput(
            "No incident is open.", "`/pitchey incident declare` opens one; or name one: `INC-12`."
        )
    names = ", ".join(f"`{each.id}`" for each in running[:5])
    raise BadInput(
        f"{len(running)} incidents are open, and this is the channel of none.",
        f"Name the one you mean: {names}.",
    )


def still_open(record: IncidentRecord) -> IncidentRecord:
    """Raises Refused where it is over."""
    if record.over:
        raise Refused(
            f"{record.id} is {record.status}: nothing more can be changed in it.",
            f"Open it again first: `/pitchey incident status investigating {record.id}`.",
        )
    return record
