"""Incidents that are over, as their stores hold them, and what was measured meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.store import Sample, Store, TimelineEntry
from bot.store.incidents_rows import (
    Actor,
    Declaration,
    IncidentRecord,
    IncidentRole,
    Kind,
    RoomState,
    Status,
)

BEGAN = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
ANA, RITA, VIC = (
    Actor("U0ANA00001", "ana"),
    Actor("U0RITA0001", "rita"),
    Actor("U0VIC00001", "victoria"),
)
STATUSES = (
    (20, Status.IDENTIFIED),
    (35, Status.MITIGATING),
    (45, Status.MONITORING),
    (70, Status.RESOLVED),
)


def entry(
    text: str, at: datetime, kind: str, by: Actor = ANA, reference: str = ""
) -> TimelineEntry:
    return TimelineEntry(at, at, kind, by.id, by.name, text, reference, "test")


def minute(count: float, began: datetime = BEGAN) -> datetime:
    return began + timedelta(minutes=count)


def declared(
    store: Store,
    title: str = "Checkout fails",
    *,
    severity: str = "SEV2",
    kind: Kind = Kind.OUTAGE,
    began: datetime = BEGAN,
    affected: str = "checkout, payments",
    private: bool = False,
    channel: str = "",
) -> IncidentRecord:
    """Declared five minutes after it began, by Ana."""
    at = minute(5, began)
    made, _ = store.incidents.declare(
        Declaration(title, severity, kind, affected, private or kind.secret, began),
        ANA,
        entry(f"Declared: {title}", at, "declared"),
        at,
    )
    if channel:
        store.incidents.change(made.id, {"channel": channel, "room": RoomState.MADE}, ANA, None, at)
    return store.incidents.find(made.id) or made


def status(store: Store, record: IncidentRecord, to: Status, at: datetime) -> None:
    store.incidents.change(
        record.id, {"status": to}, RITA, entry(f"Status: {to.value}", at, "status", RITA), at
    )


def acknowledged(store: Store, record: IncidentRecord, at: datetime) -> None:
    values = {
        "acknowledged_at": at,
        "acknowledged_by_id": RITA.id,
        "acknowledged_by_name": RITA.name,
    }
    told = entry("Acknowledged", at, "acknowledged", RITA)
    store.incidents.change(record.id, values, RITA, told, at)


def resolved(store: Store, title: str = "Checkout fails", **given: object) -> IncidentRecord:
    """Acknowledged after 3 more minutes, resolved 70 minutes after it began, with a commander."""
    record = declared(store, title, **given)  # type: ignore[arg-type]
    began = record.began_at
    store.incident_work.take(
        record.id, IncidentRole.COMMANDER, RITA, "",
        entry("rita is commander", minute(7, began), "role", RITA), minute(7, began),
    )  # fmt: skip
    acknowledged(store, record, minute(8, began))
    for after, to in STATUSES:
        status(store, record, to, minute(after, began))
    found = store.incidents.find(record.id)
    assert found is not None
    return found


def measured(store: Store, began: datetime = BEGAN) -> None:
    """A sample a minute from an hour before to two hours after; bad from minute 0 to 30."""
    samples = []
    for count in range(-60, 120):
        at, bad = minute(count, began), 0 <= count < 30
        samples += [
            Sample("production", "uptime", at, 0.0 if bad else 1.0),
            Sample("production", "response_time", at, 2_400.0 if bad else 180.0),
            Sample("production", "answers", at, 100.0, 40 if bad else 100),
        ]
    store.samples.add(samples)
