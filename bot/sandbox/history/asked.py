"""What `--history 365d`, `--history-until` and `--seed` ask for. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

MOST_DAYS = 1_100
_LENGTH = re.compile(r"(\d{1,4})\s*(d|w|m|y)", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


class Unreasonable(ValueError):
    """What was asked for cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """So many days of history up to `until` (aware UTC). The same length, end and
    seed give the same history. `singles` is how many of them keep every single measurement."""

    days: int
    until: datetime
    seed: int = 1
    singles: int = 35
    zone: str = "UTC"

    @property
    def since(self) -> datetime:
        """Midnight of the first day, UTC."""
        first = (self.until - timedelta(days=self.days)).date()
        return datetime.combine(first, time(), UTC)


def read(length: str, until: str, seed: int, now: datetime, zone: str = "UTC") -> Asked:
    """Raises Unreasonable for a length or a day that cannot be."""
    found = _LENGTH.fullmatch(length.strip())
    if found is None:
        raise Unreasonable(f"{length!r} is no length of time; write 90d, 52w or 365d")
    days = int(found[1]) * _DAYS[found[2].lower()]
    if not 1 <= days <= MOST_DAYS:
        raise Unreasonable(f"a history has 1 to {MOST_DAYS} days, not {days}")
    ends = now.replace(second=0, microsecond=0)
    if until:
        try:
            day = date.fromisoformat(until)
        except ValueError as error:
            raise Unreasonable(f"{until!r} is no date; write 2024-03-31") from error
        ends = min(ends, datetime.combine(day + timedelta(days=1), time(), UTC))
        if datetime.combine(day, time(), UTC) > now or day.year < 2016:
            raise Unreasonable(f"{until} is not between 2016 and today")
    return Asked(days, ends, seed, zone=zone)
