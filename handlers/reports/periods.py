"""A calendar week or month in the team's zone, and the one before it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.errors import BadInput

WEEKLY, MONTHLY = "weekly", "monthly"
_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{1,2})", re.IGNORECASE)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_OLDEST = 2015


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until) and the period before, [before, since). Aware UTC; days are the zone's.

    A week with a change of the clocks has 167 or 169 hours, a February 28 or 29 days.
    """

    kind: str
    name: str  # 2026-W47 or 2026-11
    zone: str
    before: datetime
    since: datetime
    until: datetime

    @property
    def first(self) -> date:
        return self.since.astimezone(ZoneInfo(self.zone)).date()

    @property
    def last(self) -> date:
        """Its last day."""
        return self.until.astimezone(ZoneInfo(self.zone)).date() - timedelta(days=1)

    @property
    def words(self) -> str:
        """As people say it: `16 to 22 November 2026`, `November 2026`."""
        first, last = self.first, self.last
        if self.kind == MONTHLY:
            return f"{first:%B %Y}"
        year = f" {first.year}" if first.year != last.year else ""
        month = f" {first:%B}{year}" if (first.month, first.year) != (last.month, last.year) else ""
        return f"{first.day}{month} to {last.day} {last:%B %Y}"

    @property
    def noun(self) -> str:
        return "month" if self.kind == MONTHLY else "week"


def week_of(day: date, zone: str) -> Period:
    """The ISO week, Monday to Sunday, that holds this day."""
    monday = day - timedelta(days=day.weekday())
    year, number, _ = monday.isocalendar()
    return Period(
        WEEKLY, f"{year}-W{number:02d}", zone, _start(monday - timedelta(days=7), zone),
        _start(monday, zone), _start(monday + timedelta(days=7), zone),
    )  # fmt: skip


def month_of(day: date, zone: str) -> Period:
    first = day.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return Period(
        MONTHLY, f"{first:%Y-%m}", zone, _start(before, zone), _start(first, zone),
        _start(after, zone),
    )  # fmt: skip


def wanted(kind: str, text: str, now: datetime, zone: str) -> Period:
    """The period named, else the last whole one; raises BadInput for one that is none or future.

    The running one may be named: its report then says that it is not over.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    if kind == MONTHLY:
        if not text:
            return month_of(today.replace(day=1) - timedelta(days=1), zone)
        found, example = _read_month(text), f"{today:%Y-%m}"
        period = month_of(found, zone) if found else None
    else:
        if not text:
            return week_of(today - timedelta(days=7), zone)
        year, number, _ = today.isocalendar()
        found, example = _read_week(text), f"{year}-W{number:02d}"
        period = week_of(found, zone) if found else None
    if period is None:
        raise BadInput(
            f"`{text[:20]}` is no {'month' if kind == MONTHLY else 'week'}.",
            f"Write it as `{example}`; without one it is the last whole one.",
        )
    if period.since > now:
        raise BadInput(
            f"{period.words} has not begun yet: there is nothing to report.",
            f"The running one is `{example}`.",
        )
    return period


def following(period: Period) -> tuple[datetime, datetime]:
    """The period after it: where upcoming work lies."""
    later = period.last + timedelta(days=1)
    after = (month_of if period.kind == MONTHLY else week_of)(later, period.zone)
    return after.since, after.until


def _read_week(text: str) -> date | None:
    match = _WEEK.fullmatch(text.strip())
    if match is None or int(match[1]) < _OLDEST:
        return None
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        return None


def _read_month(text: str) -> date | None:
    match = _MONTH.fullmatch(text.strip())
    if match is None or int(match[1]) < _OLDEST:
        return None
    try:
        return date(int(match[1]), int(match[2]), 1)
    except ValueError:
        return None


def _start(day: date, zone: str) -> datetime:
    """Midnight there, as UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
