"""How often each source is measured, how the database is spared, and what is kept how long."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator

from bot.settings.values import Days, Hours, Table

# 0 leaves a source out; below 15 s a measurement would meet its own deadline.
Every = Annotated[int, Strict(), Field(ge=0, le=86_400)]


class Sampling(Table):
    """Seconds between two measurements of a source (0: never), and retention in days.

    Cheap sources come every minute, dear ones seldom; see docs/reference/settings.md.
    """

    api: Every = 60
    worker: Every = 60
    answers: Every = 60
    origin: Every = 300
    database: Every = 60
    database_size: Every = 900
    cache: Every = 300
    certificate: Every = 900
    backup: Every = 900
    disk: Every = 300
    database_sleep: Literal["auto", "spare", "ignore"] = "auto"
    asleep_hours: Hours = 6.0
    samples_kept_days: Days = 35
    hours_kept_days: Days = 400
    days_kept_days: Days = 1_830

    @model_validator(mode="after")
    def _sane(self) -> Self:
        if not self.samples_kept_days <= self.hours_kept_days <= self.days_kept_days:
            raise ValueError(
                "samples_kept_days must not exceed hours_kept_days, nor that days_kept_days"
            )
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, int) and 0 < value < 15 and not name.endswith("_days"):
                raise ValueError(f"{name} must be 0 (never) or at least 15 seconds")
        return self
