"""Entries of a timeline as the bot writes them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.store.incidents_rows import BOT, Actor
from bot.store.timeline import TimelineEntry

if TYPE_CHECKING:
    from bot.command import Context
    from bot.runtime import Runtime

# Kinds of entry, as `incident timeline --kind` takes them.
KINDS = (
    "declared", "status", "severity", "role", "acknowledged", "escalation", "update", "note",
    "message", "message edited", "message deleted", "command", "change", "alert", "deployment",
    "context", "task", "link", "room", "playbook", "evidence",
)  # fmt: skip
KIND_CHOICES = tuple(kind.replace(" ", "-") for kind in KINDS)


def entry(
    context: Context,
    kind: str,
    text: str,
    *,
    happened_at: datetime | None = None,
    reference: str = "",
    source: str = "",
) -> TimelineEntry:
    """What the person of this invocation did. Without a `reference`, the request is the identity,
    so that a request that comes twice is written once."""
    asking, now = context.invocation, context.runtime.now()
    redact = context.runtime.redactor.text
    return TimelineEntry(
        happened_at or now,
        now,
        kind,
        asking.person.id,
        asking.person.name,
        redact(text),
        reference or f"request:{asking.reference}:{kind}",
        source or asking.surface.value,
    )


def own_entry(
    runtime: Runtime,
    kind: str,
    text: str,
    reference: str,
    *,
    happened_at: datetime | None = None,
    by: Actor = BOT,
    source: str = "bot",
) -> TimelineEntry:
    """What the bot noticed or did by itself; `reference` makes it happen once."""
    now = runtime.now()
    return TimelineEntry(
        happened_at or now, now, kind, by.id, by.name, runtime.redactor.text(text), reference,
        source,
    )  # fmt: skip
