"""`[lessons]`: what follows an incident that is over, and how long its evidence is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict, field_validator

from bot.settings.values import Table, Text


class Lessons(Table):
    """`weekly` is a crontab line in the team's time zone; empty asks nobody about action items.

    `evidence_lock_days` is how long an object lock holds, where the bucket offers one; 0 for none.
    """

    weekly: Annotated[str, Strict(), Field(max_length=100)] = "0 9 * * mon"
    remind_hours: Annotated[int, Strict(), Field(ge=1, le=24 * 14)] = 24
    action_days: Annotated[int, Strict(), Field(ge=1, le=365)] = 14
    evidence_prefix: Text = "evidence/"
    evidence_lock_days: Annotated[int, Strict(), Field(ge=0, le=3650)] = 365

    @field_validator("weekly")
    @classmethod
    def _a_crontab_line(cls, line: str) -> str:
        from apscheduler.triggers.cron import CronTrigger

        if not line.strip():
            return ""
        try:
            CronTrigger.from_crontab(line)
        except ValueError as error:
            raise ValueError('is not a crontab line such as "0 9 * * mon"') from error
        return line
