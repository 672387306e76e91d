"""Slack's people, groups and channels as the access rules need them; groups are kept warm."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Self

from bot.channels import Channels
from bot.groups import Groups
from bot.people import People
from bot.readings import Clock

if TYPE_CHECKING:
    from bot.slack_calls import Slack

WARM_SECONDS = 20.0


class Directory:
    """One per workspace. `open` also starts reading the groups that the settings name."""

    def __init__(self, slack: Slack, clock: Clock = time.monotonic) -> None:
        self.people = People(slack, clock)
        self.groups = Groups(slack, clock)
        self.channels = Channels(slack, clock)
        self._warming: asyncio.Task[None] | None = None

    @classmethod
    def open(cls, slack: Slack, groups: tuple[str, ...]) -> Self:
        """Inside a running event loop; `groups` as the settings write them."""
        directory = cls(slack)
        if groups:
            directory._warming = asyncio.create_task(directory._keep_warm(groups))
        return directory

    async def warm(self, groups: tuple[str, ...]) -> None:
        """Read every group that was not read yet, and in the background what ends soon."""
        self.groups.renew()
        for group in groups:
            await self.groups.membership(group)

    async def aclose(self) -> None:
        if self._warming:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        for part in (self.people, self.groups, self.channels):
            await part.aclose()

    async def _keep_warm(self, groups: tuple[str, ...]) -> None:
        while True:
            await self.warm(groups)
            await asyncio.sleep(WARM_SECONDS)
