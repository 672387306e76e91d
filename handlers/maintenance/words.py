"""Lengths of time in maintenance mode, as people say them. Pure."""

from __future__ import annotations

from bot.phrases import span
from bot.store.maintenance import MaintenanceRecord


def lasted(record: MaintenanceRecord) -> str:
    """How long it was on; "not ended" while it is."""
    return span(record.ended_at - record.began_at) if record.ended_at else "not ended"
