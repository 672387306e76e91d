"""Incidents: declare, lead, record, hand over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Gauge

from bot.command import Feature
from handlers.incidents import commands, live_commands, timeline_commands
from handlers.incidents.clocks import LEAVERS, LOOK
from handlers.incidents.finding import may_see
from handlers.incidents.forms import FORMS, SHORTCUTS
from handlers.incidents.list_views import home_blocks
from handlers.incidents.listening import LISTENERS

if TYPE_CHECKING:
    from bot.command import Block, Person, Role
    from bot.runtime import Runtime


def home(runtime: Runtime, person: Person, role: Role) -> list[Block]:
    """Open incidents and the person's tasks."""
    store = runtime.store
    seen = [each for each in store.incidents.open() if may_see(store, each, person.id, role)]
    tasks = [(f"INC-{task.incident}", task) for task in store.incident_work.tasks_of(person.id)]
    return home_blocks(seen, tasks, runtime.now())


def begin(runtime: Runtime) -> None:
    """How many incidents are open, for `/metrics`; drills are not counted."""
    gauge = Gauge(
        "pitchey_incidents_open",
        "Incidents that are neither resolved nor closed, drills left out",
        registry=runtime.observability.registry,
    )
    gauge.set_function(lambda: sum(not each.drill for each in runtime.store.incidents.open()))


FEATURE = Feature(
    name="incidents",
    title="Incidents",
    commands=(*commands.COMMANDS, *live_commands.COMMANDS, *timeline_commands.COMMANDS),
    shortcuts=SHORTCUTS,
    forms=FORMS,
    jobs=(LOOK, LEAVERS),
    listeners=LISTENERS,
    home=home,
    begin=begin,
)

__all__ = ["FEATURE"]
