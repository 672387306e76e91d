"""Incidents and entries as the tests write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.store import Store, TimelineEntry
from bot.store.incidents_rows import Actor, Declaration, IncidentRecord, Kind

NOW = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)
ANA, BEN = Actor("U0ANA", "ana"), Actor("U0BEN", "ben")


def entry(
    text: str = "looked at the logs",
    *,
    at: datetime = NOW,
    kind: str = "note",
    by: Actor = ANA,
    reference: str = "",
) -> TimelineEntry:
    return TimelineEntry(at, NOW, kind, by.id, by.name, text, reference, "terminal")


def declaration(
    title: str = "Checkout fails",
    severity: str = "SEV2",
    kind: Kind = Kind.OUTAGE,
    joins: tuple[tuple[str, str, str], ...] = (),
) -> Declaration:
    return Declaration(title, severity, kind, "checkout", kind.secret, NOW, "C0OPS", "", joins)


def declared(
    store: Store,
    title: str = "Checkout fails",
    severity: str = "SEV2",
    kind: Kind = Kind.OUTAGE,
    now: datetime = NOW,
) -> IncidentRecord:
    made, new = store.incidents.declare(
        declaration(title, severity, kind), ANA, entry("declared", kind="declared"), now
    )
    assert new
    return made


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
