"""The name of the channel a command came from: ids say nothing, and names can change."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.readings import WAIT_SECONDS, Clock, Readings, reason

if TYPE_CHECKING:
    from bot.slack_calls import Slack

FRESH_SECONDS = 600.0
USABLE_SECONDS = 3_600.0  # how old a name may be while Slack does not answer
SCOPE = "channels:read"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command came from. `name` is without #; empty where `trouble` says why."""

    id: str
    name: str = ""
    direct: bool = False
    trouble: str = ""


class Channels:
    """Asks conversations.info and remembers it for ten minutes."""

    def __init__(self, slack: Slack, clock: Clock = time.monotonic) -> None:
        self._slack = slack
        self._places = Readings(self._read, FRESH_SECONDS, clock)

    async def place(self, channel: str, wait: float = WAIT_SECONDS) -> Place:
        """The channel by its id; no id is no channel, and `D…` a direct message."""
        if not channel or channel.startswith("D"):
            return Place(channel, direct=bool(channel))
        reading = await self._places.get(channel, wait)
        if reading.value and (not reading.trouble or reading.age < USABLE_SECONDS):
            return reading.value
        why = reason(reading.trouble, SCOPE) if reading.trouble else "no answer"
        return Place(channel, trouble=why)

    async def aclose(self) -> None:
        await self._places.aclose()

    async def _read(self, channel: str) -> Place:
        answer = await self._slack.call(self._slack.web.conversations_info, channel=channel)
        found = answer.get("channel") or {}
        direct = bool(found.get("is_im") or found.get("is_mpim"))
        return Place(channel, "" if direct else str(found.get("name", "")), direct)
