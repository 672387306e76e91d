"""`[morning]`: when the morning check runs, and where it is told."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Strict

from bot.settings.values import Channel, Table


class Morning(Table):
    """`hour` and `minute` are in the team's time zone; without `channel` it is the ops channel."""

    days: Literal["weekdays", "daily", "never"] = "weekdays"
    hour: Annotated[int, Strict(), Field(ge=0, le=23)] = 9
    minute: Annotated[int, Strict(), Field(ge=0, le=59)] = 0
    channel: Channel | None = None

    @property
    def crontab(self) -> str | None:
        """The line of its schedule; None where it never runs by itself."""
        if self.days == "never":
            return None
        return f"{self.minute} {self.hour} * * {'mon-fri' if self.days == 'weekdays' else '*'}"
