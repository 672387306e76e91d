"""What the bot does, from the audit log onto the timelines: nothing lost, nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import clip
from bot.command import Catalogue, Risk
from bot.incident_access import traces
from bot.store.incidents_rows import IncidentRecord, RoomState
from bot.store.timeline import TimelineEntry

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store import AuditEntry

CURSOR = "incidents:audit"
# What writes entries of its own, or is only reading the incident.
_OWN = ("incident", "playbook", "drill", "help", "menu", "operation", "operations", "whoami")
_REHEARSALS = ("practise",)


def follow(runtime: Runtime) -> int:
    """Read on from where the last look ended; answers how many entries were written."""
    store = runtime.store
    position = store.cursors.position(CURSOR)
    if position is None:
        # What happened before the first look belongs to no timeline.
        store.cursors.move(CURSOR, store.audit.head()[0])
        return 0
    written, hidden = 0, traces(store)
    while entries := store.audit.after(position):
        running = store.incidents.open()
        for sequence, entry in entries:
            for record in running:
                kind = kind_for(runtime.catalogue, record, entry)
                if kind and entry.channel != record.channel:
                    # What is done in a private incident would tell another one's readers of it.
                    kind = "" if hidden(entry.channel, entry.arguments) else kind
                if kind:
                    added = _entry(runtime, kind, sequence, entry)
                    written += store.timeline.append(record.id, added).fresh
            position = sequence
        store.cursors.move(CURSOR, position)
    return written


def kind_for(catalogue: Catalogue, record: IncidentRecord, entry: AuditEntry) -> str:
    """`change` or `command` where it belongs on that incident's timeline; else empty. Pure.

    In its own channel: everything that was asked. Elsewhere: what changes the platform, unless
    the incident is a drill or private.
    """
    first = entry.command.split(" ")[0]
    if not entry.command or first in _OWN or entry.at < record.declared_at:
        return ""
    if entry.outcome == "not understood":  # a reason was asked for, or a word mistyped
        return ""
    command = catalogue.find(entry.command)
    changes = command is not None and command.risk is not Risk.READS
    if record.channel and entry.channel == record.channel:
        if changes:
            return "change"
        return "command" if record.room is RoomState.MADE else ""
    if record.drill or record.private or first in _REHEARSALS:
        return ""
    return "change" if changes and entry.outcome != "refused" else ""


def _entry(runtime: Runtime, kind: str, sequence: int, entry: AuditEntry) -> TimelineEntry:
    detail = clip(" ".join(entry.detail.split()), 400)
    text = f"{entry.arguments or entry.command}: {entry.outcome}. {detail}"
    return TimelineEntry(
        entry.at, runtime.now(), kind, entry.person_id, entry.person_name, text,
        f"audit:{sequence}", f"{entry.surface}, reference {entry.reference}",
    )  # fmt: skip
