"""Who may know of a private incident: one rule for every feature that tells of incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.access import TERMINAL
from bot.command import Role
from bot.store.incidents_rows import Actor, IncidentRecord

if TYPE_CHECKING:
    from bot.command import Context
    from bot.store import Store


def actor(context: Context) -> Actor:
    """Who acts, with the name of now."""
    person = context.invocation.person
    return Actor(person.id, person.name)


def in_slack(person_id: str) -> bool:
    """Whether Slack knows that person: the bot and logins of a terminal it does not."""
    return person_id.startswith(("U", "W")) and not person_id.startswith(TERMINAL)


def may_see(
    store: Store, record: IncidentRecord, person_id: str, role: Role | None, channel: str = ""
) -> bool:
    """A private incident is seen by whoever declared it, has part in it or was asked in, in its
    own channel by everybody who is there, and by admins, at a terminal too."""
    if not record.private or (role is not None and role >= Role.ADMIN):
        return True
    if (channel and channel == record.channel) or person_id == record.declared_by_id:
        return True
    involved = {holder.person_id for holder in store.incident_work.people(record.id)}
    invited = {link.reference for link in store.incident_work.links(record.id, "invited")}
    return person_id in involved | invited
