"""Arguments that several commands of incidents share."""

from __future__ import annotations

from bot.command import Argument
from bot.store.incidents_rows import SEVERITIES

INCIDENT = Argument(
    "incident",
    "which incident; otherwise that of this channel, or the only open one",
    example="INC-12",
    form=r"INC-\d{1,9}",
)
NAMED = Argument(INCIDENT.name, INCIDENT.help, flag=True, example=INCIDENT.example)

# As people type it at night: 1, P2, s3.
SEVERITY_WORDS = {f"{word}{name[-1]}": name for name in SEVERITIES for word in ("", "p", "s")}
