"""The platform's regional Workers: whether each answers, and how fast from where the bot runs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.http_faults import NoAnswer, Trouble
from bot.clients.platform import PING

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Region


@dataclass(frozen=True, slots=True)
class RegionSeen:
    """`milliseconds` of its answer, None where there was none; `trouble` in words, if any.

    `late` is true where it gave no answer in time, rather than failing.
    """

    name: str
    milliseconds: float | None
    trouble: str = ""
    late: bool = False

    @property
    def healthy(self) -> bool:
        return not self.trouble


async def look_at(
    clients: Clients, regions: Sequence[Region], *, deadline: float
) -> tuple[RegionSeen, ...]:
    """Each region's cheapest address, side by side; in the order of the settings."""
    return tuple(await asyncio.gather(*(_one(clients, each, deadline) for each in regions)))


async def _one(clients: Clients, region: Region, deadline: float) -> RegionSeen:
    """The second of two answers counts: the first pays for the connection."""
    try:
        answer = await clients.http.send("GET", region.url + PING, deadline=deadline, probe=True)
        if answer.status < 400 and answer.seconds < deadline / 2:
            left = deadline - answer.seconds
            answer = await clients.http.send("GET", region.url + PING, deadline=left, probe=True)
    except NoAnswer as fault:
        late = fault.trouble is Trouble.TIMED_OUT
        words = f"no answer within {deadline:g} s" if late else str(fault.trouble)
        return RegionSeen(region.name, None, words, late)
    if answer.status in {404, 401}:  # a Worker without the ping answers, all the same
        return RegionSeen(region.name, answer.milliseconds)
    if answer.status >= 400:
        return RegionSeen(region.name, answer.milliseconds, f"HTTP {answer.status}")
    if answer.is_html or not answer.body.strip():
        return RegionSeen(region.name, answer.milliseconds, "not the Worker's answer")
    return RegionSeen(region.name, answer.milliseconds)
