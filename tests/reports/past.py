"""Incidents of the week, as the store holds them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store import Store
from bot.store.incidents_rows import IncidentRecord, Kind, Status
from tests.lessons.past import ANA, declared, status
from tests.reports.made import MINUTE, MONDAY

__all__ = ["ANA", "happened"]


def happened(
    store: Store,
    title: str = "Checkout fails",
    *,
    after: timedelta = 30 * timedelta(hours=1),
    minutes: float | None = 70,
    severity: str = "SEV2",
    kind: Kind = Kind.OUTAGE,
    private: bool = False,
    since: datetime = MONDAY,
) -> IncidentRecord:
    """Began so long after Monday, and ended so many minutes later; None while it is open."""
    began = since + after
    record = declared(store, title, severity=severity, kind=kind, began=began, private=private)
    if minutes is not None:
        status(store, record, Status.RESOLVED, began + minutes * MINUTE)
    found = store.incidents.find(record.id)
    assert found is not None
    return found
