"""Lengths of time as the guide writes them. Pure."""

from __future__ import annotations

from datetime import timedelta

from bot.phrases import span

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def lasting(seconds: int) -> str:
    """`1 hour`, `24 hours`, `30 days`; `never` for 0."""
    if seconds == 0:
        return "never"
    if seconds == 86_400:
        return "24 hours"
    for unit, noun in _UNITS:
        if seconds % unit == 0:
            count = seconds // unit
            return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
    return span(timedelta(seconds=seconds))
