"""The dashboard: a message that stays current, and the state now in the Home tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Feature
from bot.events import ChannelArchived, Listener
from handlers.dashboard import commands
from handlers.dashboard.deployed import known_deployment
from handlers.dashboard.home_views import home_blocks
from handlers.dashboard.living import REFRESH, on_archived
from handlers.dashboard.reading import read_snapshot
from handlers.dashboard.waiting import read_waiting

if TYPE_CHECKING:
    from bot.command import Block, Person, Role
    from bot.runtime import Runtime


def home(runtime: Runtime, person: Person, role: Role) -> list[Block]:
    """The state now and what waits for the person; incidents and their tasks follow below."""
    settings, now = runtime.settings, runtime.now()
    name = settings.default_environment
    deployed = known_deployment(runtime.clients, settings.environment(name))
    found = read_snapshot(runtime.store, settings, name, now, deployed)
    return home_blocks(found, read_waiting(runtime, person, role))


FEATURE = Feature(
    name="dashboard",
    title="Dashboard",
    commands=(commands.DASHBOARD, commands.PIN, commands.STOP),
    jobs=(REFRESH,),
    listeners=(Listener(ChannelArchived, on_archived),),
    home=home,
)

__all__ = ["FEATURE"]
