"""One bot for the folder; each test makes channels of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from bot import events
from bot.command import Feature
from bot.events import Event, Listener
from bot.rooms import Rooms
from bot.runtime import Runtime
from bot.sandbox.workspace import ANA
from tests.house.real_bot import RealBot, real_bot

HEARD = (
    events.ReactionAdded,
    events.MessageChanged,
    events.MessageDeleted,
    events.ChannelArchived,
    events.MemberLeft,
    events.MemberJoined,
)


@dataclass
class Heard:
    """What the feature under test was told, in order."""

    told: list[Event] = field(default_factory=list)

    async def hear(self, _runtime: Runtime, event: Event) -> None:
        self.told.append(event)

    def of(self, kind: type[Any], channel: str) -> list[Any]:
        return [one for one in self.told if isinstance(one, kind) and one.channel == channel]


HERE = Heard()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealBot]:
    listeners = tuple(Listener(kind, HERE.hear) for kind in HEARD)
    feature = Feature("heard", "Heard", listeners=listeners)
    async with real_bot(tmp_path_factory.mktemp("rooms"), feature) as started:
        yield started


@pytest.fixture
def heard() -> Heard:
    return HERE


@pytest.fixture
def rooms(bot: RealBot) -> Rooms:
    assert bot.runtime.rooms is not None
    return bot.runtime.rooms


@pytest_asyncio.fixture(loop_scope="package")
async def room(rooms: Rooms, request: pytest.FixtureRequest) -> str:
    """A new public channel with Ana in it."""
    name = request.node.name.lower().replace("[", "-").replace("]", "")[-70:].strip("_-")
    channel = await rooms.create(name, private=False)
    assert await rooms.invite(channel, [ANA]) == ()
    return channel
