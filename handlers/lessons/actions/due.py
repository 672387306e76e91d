"""A due date as people write it: `7d`, `2026-12-01`. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.errors import BadInput

_LENGTH = re.compile(r"(\d{1,4})(h|d|w)", re.IGNORECASE)
_HOURS = {"h": 1, "d": 24, "w": 168}
_EVENING = time(18, 0)  # a day's work is due at its end


def due_at(text: str, now: datetime, zone: str) -> datetime:
    """Aware UTC. A day ends at 18:00 in the team's zone; raises BadInput for a time gone by."""
    if found := _LENGTH.fullmatch(text.strip()):
        return now + timedelta(hours=int(found[1]) * _HOURS[found[2].lower()])
    try:
        day = date.fromisoformat(text.strip())
        moment = datetime.combine(day, _EVENING, ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput("That is no due date.", "Write it as `7d`, `2w` or `2026-12-01`.") from error
    if moment.date() < now.astimezone(UTC).date():
        raise BadInput("That day is over.", "Write a date that is still to come, or `7d`.")
    if moment - now > timedelta(days=730):
        raise BadInput("That is more than two years ahead.", "Write a nearer date.")
    return moment


def day_in(days: int, now: datetime, zone: str) -> str:
    """The date so many days ahead, as a date picker wants it."""
    return (now.astimezone(ZoneInfo(zone)) + timedelta(days=days)).date().isoformat()
