"""Which incident is meant, and who may know of a private one."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from bot.arguments import UnknownWord
from bot.errors import BadInput
from bot.incident_access import actor, in_slack, may_see
from bot.store.incidents_rows import IncidentRecord

if TYPE_CHECKING:
    from bot.command import Context

__all__ = ["actor", "in_slack", "may_see", "over", "seen_by", "wanted"]

NEWEST = 200  # incidents among which a mistyped id is looked for


def seen_by(context: Context, record: IncidentRecord) -> bool:
    asking = context.invocation
    return may_see(context.store, record, asking.person.id, context.role, asking.channel)


def wanted(context: Context, incident: str | None, line: str) -> IncidentRecord:
    """The incident named, else that of this channel; `line` is the command for suggestions."""
    asking, store = context.invocation, context.store.incidents
    if incident:
        found = store.find(incident)
        if found is not None and seen_by(context, found):
            return found
        raise _unknown(context, incident, line)
    here = store.of_channel(asking.channel, asking.thread_ts)
    if here is not None and seen_by(context, here):
        return here
    names = [each.id for each in store.newest(20) if seen_by(context, each)][:3]
    raise UnknownWord(
        "This is the channel of no incident.",
        f"Name the one you mean, for example {_any_of(names)}."
        if names
        else "There is no incident yet.",
        [f"{line} {name}" for name in names],
    )


def over(record: IncidentRecord) -> IncidentRecord:
    """Raises BadInput while it is still open."""
    if record.over:
        return record
    raise BadInput(
        f"{record.id} is still {record.status}: its figures are not final.",
        f"Resolve it first (`/pitchey incident status resolved {record.id}`); "
        f"`/pitchey incident catchup {record.id}` says where it stands.",
    )


def _unknown(context: Context, incident: str, line: str) -> UnknownWord:
    """A private one is not told from one that does not exist."""
    name = f"INC-{incident.strip().upper().removeprefix('INC-')}"
    known = [each.id for each in context.store.incidents.newest(NEWEST) if seen_by(context, each)]
    close = difflib.get_close_matches(name, known, n=2, cutoff=0.7) or known[:1]
    meant = f"Did you mean {_any_of(close)}?" if close else "There is no incident yet."
    return UnknownWord(f"There is no incident {name}.", meant, [f"{line} {each}" for each in close])


def _any_of(names: list[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)
