"""Which entries tell of a private incident: those are for admins alone.

The log itself keeps every entry, and its chain is proven over all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.command import Role
from bot.incident_access import traces

if TYPE_CHECKING:
    from bot.store import AuditEntry, Store

_DECLARED = re.compile(r"--(?:private|kind[= ]\W?(?:security|data[- ]breach))", re.IGNORECASE)


def withheld_from(store: Store, role: Role | None) -> Callable[[AuditEntry], bool]:
    """Answers for an entry whether a reader of that role may not see it."""
    if role is not None and role >= Role.ADMIN:
        return lambda _entry: False
    told = traces(store)

    def hidden(entry: AuditEntry) -> bool:
        if entry.command == "incident declare" and _DECLARED.search(entry.arguments):
            return True
        return told(entry.channel, f"{entry.arguments} {entry.detail}")

    return hidden
