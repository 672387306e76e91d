"""Which entries tell of a private incident: those are for admins alone.

The log itself keeps every entry, and its chain is proven over all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.command import Role

if TYPE_CHECKING:
    from bot.store import AuditEntry, Store

_IDS = re.compile(r"\b(?:INC|RUN)-\d{1,12}\b", re.IGNORECASE)
_DECLARED = re.compile(r"--(?:private|kind[= ]\W?(?:security|data[- ]breach))", re.IGNORECASE)


def withheld_from(store: Store, role: Role | None) -> Callable[[AuditEntry], bool]:
    """Answers for an entry whether a reader of that role may not see it."""
    if role is not None and role >= Role.ADMIN:
        return lambda _entry: False
    secret = store.incidents.private()
    ids = {each.id for each in secret}
    ids |= {run.id for each in secret for run in store.playbook_runs.of_incident(each.id)}
    channels = {each.channel for each in secret if each.channel}

    def hidden(entry: AuditEntry) -> bool:
        if entry.channel in channels:
            return True
        if entry.command == "incident declare" and _DECLARED.search(entry.arguments):
            return True
        told = _IDS.findall(f"{entry.arguments} {entry.detail}") if ids else []
        return any(each.upper() in ids for each in told)

    return hidden
