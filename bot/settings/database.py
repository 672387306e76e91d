"""`[database]`: how large it may become, when it may be worked on, and what is archived when."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Strict, model_validator

from bot.settings.values import Days, Seconds, Table, Text

_WINDOW = re.compile(
    r"(?:(?P<day>mon|tue|wed|thu|fri|sat|sun) )?"
    r"(?P<begins>[01]\d:[0-5]\d|2[0-3]:[0-5]\d)-(?P<ends>[01]\d:[0-5]\d|2[0-3]:[0-5]\d)"
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What the platform has to keep: days that no shorter age may be set for.
KEPT_BY_LAW = {"payments": 7 * 365, "investments": 10 * 365, "login_logs": 365}


def _a_window(text: str) -> str:
    found = _WINDOW.fullmatch(text.strip().lower()) if text.strip() else None
    if text.strip() and (found is None or found["begins"] == found["ends"]):
        raise ValueError('is not a window such as "01:00-05:00" or "sun 01:00-05:00"')
    return text.strip().lower()


def _a_crontab_line(line: str) -> str:
    from apscheduler.triggers.cron import CronTrigger

    if not line.strip():
        return ""
    try:
        CronTrigger.from_crontab(line)
    except ValueError as error:
        raise ValueError('is not a crontab line such as "0 2 * * *"') from error
    return line


Window = Annotated[str, Strict(), Field(max_length=40), AfterValidator(_a_window)]
Crontab = Annotated[str, Strict(), Field(max_length=100), AfterValidator(_a_crontab_line)]


class ArchiveRule(Table):
    """Rows of `table` whose `column` is older than `days` are archived, or only deleted."""

    table: Text
    column: Text = "created_at"
    days: Days
    mode: Literal["archive", "delete"] = "archive"

    @model_validator(mode="after")
    def _long_enough(self) -> ArchiveRule:
        least = KEPT_BY_LAW.get(self.table.rpartition(".")[2], 0)
        if self.days < least:
            raise ValueError(f"must be kept for {least} days at least")
        return self


def guide_rules() -> tuple[ArchiveRule, ...]:
    """What the platform's operators kept; tokens and sessions are deleted, not copied."""
    return (
        ArchiveRule(table="analytics_events", days=90),
        ArchiveRule(table="pitch_views", column="viewed_at", days=30),
        ArchiveRule(table="error_logs", days=30),
        ArchiveRule(table="request_logs", days=7),
        ArchiveRule(table="search_history", days=182),
        ArchiveRule(table="security_events", days=365),
        ArchiveRule(table="user_sessions", days=365, mode="delete"),
        ArchiveRule(table="password_reset_tokens", days=7, mode="delete"),
    )


class DatabaseCare(Table):
    """`size_limit_gb` is what the plan holds, in steps of 1000; 0 where nothing limits it.

    Windows and crontab lines are in the team's time zone; an empty window is always open, an
    empty crontab line never runs.
    """

    size_limit_gb: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] = 5.0
    maintenance_window: Window = "01:00-05:00"
    lock_seconds: Seconds = 5.0
    daily: Crontab = "15 2 * * *"
    weekly: Crontab = "45 2 * * sun"
    monthly: Crontab = "30 3 1 * *"
    full_lock_seconds: Annotated[float, Strict(), Field(ge=0, le=86_400)] = 60.0
    archive_prefix: Text = "archive/"
    archive_rows: Annotated[int, Strict(), Field(ge=10, le=200_000)] = 20_000
    archive: tuple[ArchiveRule, ...] = Field(default_factory=guide_rules)


def window_open(window: str, local: datetime) -> bool:
    """Whether that moment of the team's time lies in the window; one may go over midnight."""
    found = _WINDOW.fullmatch(window)
    if found is None:
        return True
    begins, ends = time.fromisoformat(found["begins"]), time.fromisoformat(found["ends"])
    clock, day = local.time(), _DAYS[local.weekday()]
    if begins < ends:
        return begins <= clock < ends and found["day"] in (None, day)
    if clock >= begins:
        return found["day"] in (None, day)
    return clock < ends and found["day"] in (None, _DAYS[local.weekday() - 1])


def window_opens(window: str, local: datetime) -> tuple[datetime, timedelta] | None:
    """When it opens next after that moment, in its zone, and for how long; None if always open."""
    found = _WINDOW.fullmatch(window)
    if found is None:
        return None
    begins, ends = time.fromisoformat(found["begins"]), time.fromisoformat(found["ends"])
    open_for = datetime.combine(local, ends) - datetime.combine(local, begins)
    for days in range(8):
        opens = datetime.combine(local.date() + timedelta(days=days), begins, local.tzinfo)
        if opens > local and found["day"] in (None, _DAYS[opens.weekday()]):
            return opens, open_for % timedelta(days=1)
    return None
