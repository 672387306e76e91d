"""`[reports]`: when reports go out, to whom, and how they count."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, Strict

from bot.settings.oncall import WEEKDAYS
from bot.settings.values import AnyText, Channel, Days, Table, Text

Weekday = Literal[
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "never"
]


class Document(Table):
    """Something the team reads, that has to be reviewed every so many days."""

    name: Text
    reviewed: date
    review_days: Days = 365


# The operations guide says of itself: last updated 2024-12-24, review schedule monthly.
GUIDE = Document(name="Operations & Maintenance Guide", reviewed=date(2024, 12, 24), review_days=31)


class Reports(Table):
    """`hour` and `minute` are in the team's time zone; without `channel` it is the ops channel.

    `draft_minutes` before it goes out, `prepared_by` (a Slack member id) gets the draft; without
    one, or with 0, nobody is asked. `maintenance` says whether failed checks inside a maintenance
    window count against uptime.
    """

    weekday: Weekday = "monday"
    hour: Annotated[int, Strict(), Field(ge=0, le=23)] = 9
    minute: Annotated[int, Strict(), Field(ge=0, le=59)] = 0
    draft_minutes: Annotated[int, Strict(), Field(ge=0, le=24 * 60)] = 60
    prepared_by: Annotated[AnyText, Field(pattern=r"^([UW][A-Z0-9]{2,20})?$")] = ""
    channel: Channel | None = None
    monthly_day: Annotated[int, Strict(), Field(ge=0, le=28)] = 1
    maintenance: Literal["exclude", "count"] = "exclude"
    change_failure_minutes: Annotated[int, Strict(), Field(ge=1, le=24 * 60)] = 60
    documents: tuple[Document, ...] = (GUIDE,)

    @property
    def weekly_crontab(self) -> str | None:
        """The line of the weekly report; None where it never goes out by itself."""
        return self._crontab(0)

    @property
    def draft_crontab(self) -> str | None:
        """The line of its draft; None where nobody is asked."""
        if not self.prepared_by or not self.draft_minutes:
            return None
        return self._crontab(self.draft_minutes)

    @property
    def monthly_crontab(self) -> str | None:
        if not self.monthly_day:
            return None
        return f"{self.minute} {self.hour} {self.monthly_day} * *"

    def _crontab(self, earlier: int) -> str | None:
        """So many minutes (at most a day) before the weekly report."""
        if self.weekday == "never":
            return None
        day = WEEKDAYS.index(self.weekday)
        moment = self.hour * 60 + self.minute - earlier
        day = (day + moment // 1_440) % 7
        hour, minute = divmod(moment % 1_440, 60)
        return f"{minute} {hour} * * {WEEKDAYS[day][:3]}"
