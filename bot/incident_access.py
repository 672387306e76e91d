"""Who may know of a private incident: one rule for every feature that tells of incidents."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.access import TERMINAL
from bot.command import Role
from bot.store.incidents_rows import Actor, IncidentRecord

if TYPE_CHECKING:
    from bot.command import Context
    from bot.store import Store

_IDS = re.compile(r"\b(?:INC|RUN)-\d{1,12}\b", re.IGNORECASE)


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


def traces(store: Store) -> Callable[[str, str], bool]:
    """Answers whether what was done in a channel, or said in a text, tells of a private incident.

    Asked once for many: the private incidents of now are read when it is made.
    """
    secret = store.incidents.private()
    ids = {each.id for each in secret}
    ids |= {run.id for each in secret for run in store.playbook_runs.of_incident(each.id)}
    channels = {each.channel for each in secret if each.channel}

    def hidden(channel: str, text: str) -> bool:
        if channel in channels:
            return True
        return any(each.upper() in ids for each in _IDS.findall(text)) if ids else False

    return hidden
