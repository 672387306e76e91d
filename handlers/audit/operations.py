"""Reading and verifying the audit log, off the event loop: a long log takes a while."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import cache

from bot.command import Role
from bot.errors import BadInput
from bot.store import AuditEntry, Store
from handlers.audit.result import AuditCheck, AuditPage, Wanted
from handlers.audit.withheld import withheld_from
from handlers.audit.wording import plainly, with_names

MOST = 100
_HEAD = re.compile(r"[0-9a-f]{8,64}")


async def read_audit(
    store: Store, wanted: Wanted, now: datetime, role: Role | None = None
) -> AuditPage:
    """The newest entries that `role` may see; raises BadInput for a limit that is none."""
    if not 1 <= wanted.limit <= MOST:
        raise BadInput(
            f"`limit` is from 1 to {MOST}, not {wanted.limit}.", "For example `audit --limit 50`."
        )
    try:
        since = now - wanted.since if wanted.since else None
    except OverflowError:
        since = None  # further back than time goes: every entry

    def seen() -> list[AuditEntry]:
        hidden, limit = withheld_from(store, role), wanted.limit + 1
        while True:
            found = store.audit.entries(wanted.person, wanted.command, since, wanted.outcome, limit)
            shown = [entry for entry in found if not hidden(entry)]
            if len(shown) > wanted.limit or len(found) < limit:
                return shown[: wanted.limit + 1]
            limit *= 4

    found = await asyncio.to_thread(seen)
    entries = await asyncio.to_thread(_readable, store, found[: wanted.limit])
    return AuditPage(wanted, entries, more=len(found) > wanted.limit)


def _readable(store: Store, entries: Sequence[AuditEntry]) -> tuple[AuditEntry, ...]:
    """Details were written as Slack text with ids; in a list plain words and names read better."""

    @cache
    def name(person: str) -> str:
        last = store.audit.entries(person=person, limit=1)
        return last[0].person_name if last else ""

    return tuple(
        replace(
            entry,
            arguments=with_names(entry.arguments, name),
            detail=with_names(plainly(entry.detail), name),
        )
        for entry in entries
    )


async def verify_audit(store: Store, noted: str = "") -> AuditCheck:
    """Recompute the whole chain. `noted` is a head written down before, or how it begins."""
    noted = noted.lower()
    if noted and not _HEAD.fullmatch(noted):
        raise BadInput(
            "`head` is 8 to 64 hexadecimal digits.",
            "Copy it from an earlier answer of `audit verify`.",
        )
    found = await asyncio.to_thread(store.audit.verify, noted)
    return AuditCheck(**asdict(found), noted=noted)
