"""`[incidents]`: who is called and invited, how often an update is due, and where it is told."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.settings.values import Channel, Minutes, RoleHolder, Table, Text, is_group

SeverityName = Literal["SEV1", "SEV2", "SEV3", "SEV4"]


class Incidents(Table):
    """`update_minutes` is how often the commander owes an update; a severity left out owes none.

    `invite` names the on-call levels that are asked into the room, `escalate` the severities
    whose on-call levels are called one after the other until somebody acknowledges.
    """

    update_minutes: dict[SeverityName, Minutes] = Field(
        default={"SEV1": 30, "SEV2": 60, "SEV3": 240}
    )
    escalate: tuple[SeverityName, ...] = ("SEV1", "SEV2")
    invite: dict[SeverityName, list[Text]] = Field(
        default={"SEV1": ["L1", "L2", "L3"], "SEV2": ["L1", "L2"], "SEV3": ["L1"], "SEV4": []}
    )
    security_people: Annotated[tuple[RoleHolder, ...], Field(max_length=50)] = ()
    stakeholder_channel: Channel | None = None
    look_back_hours: Annotated[int, Field(ge=1, le=72)] = 2

    @model_validator(mode="after")
    def _people_only(self) -> Self:
        if any(is_group(each) for each in self.security_people):
            raise ValueError("security_people names people by their member ids, not groups")
        return self
