"""`[oncall]`: who answers on each level of the escalation."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator

from bot.settings.values import RoleHolder, Table, Text, is_group

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[str, ...] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
Hour = Annotated[int, Strict(), Field(ge=0, le=23)]
TurnDays = Annotated[int, Strict(), Field(ge=1, le=90)]


class OncallLevel(Table):
    """One level: `people` answer always, all of them; `rotation` takes turns, one after another.

    Handover is at `handover_hour` in the team's time zone, every `turn_days` days counted from
    the first `handover_weekday` on or after `begins`, when the first of the rotation begins.
    """

    level: Text
    people: tuple[RoleHolder, ...] = ()
    rotation: tuple[RoleHolder, ...] = ()
    turn_days: TurnDays = 7
    begins: date = date(2026, 1, 5)
    handover_weekday: Weekday = "monday"
    handover_hour: Hour = 9

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.people and self.rotation:
            raise ValueError("has both people and a rotation: name one of the two")
        return self


class Oncall(Table):
    """Who is called; a level that is not named here, or names nobody, calls nobody."""

    levels: tuple[OncallLevel, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [entry.level for entry in self.levels]
        if len(set(names)) < len(names):
            raise ValueError("names a level twice")
        return self

    def level(self, name: str) -> OncallLevel:
        """That level; an empty one where the settings name none."""
        return next(
            (entry for entry in self.levels if entry.level == name), OncallLevel(level=name)
        )

    @property
    def groups(self) -> tuple[str, ...]:
        """Every user group named, once."""
        named = (entry for level in self.levels for entry in (*level.people, *level.rotation))
        return tuple(dict.fromkeys(entry for entry in named if is_group(entry)))
