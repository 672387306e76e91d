"""Which incident a command is about, and who may know of a private one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.access import TERMINAL
from bot.command import Role
from bot.errors import BadInput, Refused
from bot.store.incidents_rows import Actor, IncidentRecord

if TYPE_CHECKING:
    from bot.command import Context
    from bot.store import Store


def actor(context: Context) -> Actor:
    """Who acts, with the name of now."""
    person = context.invocation.person
    return Actor(person.id, person.name)


def may_see(
    store: Store, record: IncidentRecord, person_id: str, role: Role | None, channel: str = ""
) -> bool:
    """A private incident is seen by whoever declared it or has part in it, in its own channel by
    everybody who is there, by admins, and in a terminal by admins."""
    if not record.private or (role is not None and role >= Role.ADMIN):
        return True
    if channel and channel == record.channel:
        return True
    if person_id == record.declared_by_id:
        return True
    involved = {holder.person_id for holder in store.incident_work.people(record.id)}
    invited = {link.reference for link in store.incident_work.links(record.id, "invited")}
    return person_id in involved | invited


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
                f"There is no incident {incident.upper().removeprefix('INC-')}.",
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


def in_slack(person_id: str) -> bool:
    """Whether Slack knows that person: logins of a terminal it does not."""
    return bool(person_id) and not person_id.startswith(TERMINAL) and person_id != "bot"
