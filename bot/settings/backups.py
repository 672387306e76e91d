"""`[backups]`: when backups are made, how long they are kept, and when one is rehearsed."""

from __future__ import annotations

from typing import Annotated

from apscheduler.triggers.cron import CronTrigger
from pydantic import AfterValidator, Field, Strict

from bot.settings.values import AnyText, FilePath, Hours, Minutes, Table

Kept = Annotated[int, Strict(), Field(ge=0, le=3_650)]


def _crontab(line: str) -> str:
    if line.strip():
        try:
            CronTrigger.from_crontab(line)
        except ValueError as error:
            raise ValueError('is not a crontab line such as "0 3 * * *", or empty') from error
    return line.strip()


Crontab = Annotated[AnyText, AfterValidator(_crontab)]


class Backups(Table):
    """`schedule`, `prune` and `drill` are crontab lines in the team's time zone; empty is never.

    `programs` is the folder of pg_dump and pg_restore; without it they are looked for.
    """

    schedule: Crontab = "0 3 * * *"
    fresh_hours: Hours = 6.0
    keep_days: Annotated[int, Strict(), Field(ge=1, le=3_650)] = 30
    keep_weekly: Kept = 8
    keep_monthly: Kept = 12
    prune: Crontab = "0 5 * * *"
    drill: Crontab = "0 4 1 * *"
    rto_minutes: Minutes = 240
    rpo_hours: Hours = 26.0
    most_minutes: Minutes = 240
    restore_jobs: Annotated[int, Strict(), Field(ge=1, le=8)] = 2
    programs: FilePath | None = None
