"""The window of statistics and the one before it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.errors import BadInput

WINDOWS = {"30d": timedelta(days=30), "90d": timedelta(days=90)}
QUARTER = "quarter"
CHOICES = (*WINDOWS, QUARTER)


@dataclass(frozen=True, slots=True)
class Window:
    """[since, until), and the time before it that it is compared with. Aware UTC."""

    name: str
    since: datetime
    until: datetime
    before_since: datetime
    before_until: datetime


def window_of(name: str, now: datetime, zone: str) -> Window:
    """`quarter` is the calendar's, so far, in that zone, beside as much of the one before."""
    if length := WINDOWS.get(name):
        return Window(
            f"the last {name[:-1]} days", now - length, now, now - 2 * length, now - length
        )
    if name != QUARTER:
        raise BadInput(f"`{name[:20]}` is no window.", f"They are: {', '.join(CHOICES)}.")
    local = now.astimezone(ZoneInfo(zone))
    number = (local.month - 1) // 3
    start = _quarter(local.year, number, zone)
    before = _quarter(local.year - (number == 0), (number - 1) % 4, zone)
    return Window(
        f"Q{number + 1} {local.year} so far", start, now, before, min(start, before + (now - start))
    )


def _quarter(year: int, number: int, zone: str) -> datetime:
    return datetime(year, 3 * number + 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
