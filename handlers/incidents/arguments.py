"""Arguments that several commands of incidents share."""

from __future__ import annotations

from bot.command import Argument

INCIDENT = Argument(
    "incident",
    "which incident; otherwise that of this channel, or the only open one",
    example="INC-12",
)
NAMED = Argument(INCIDENT.name, INCIDENT.help, flag=True, example=INCIDENT.example)
