"""Messages that live: posted once, edited at set times, ended with a last word.

All of it follows from the store: whichever process has the schedule goes on where another one
stopped, after a restart too.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import mention
from bot.command import Person
from bot.errors import OpsError
from bot.events import ChannelArchived
from bot.jobs import Job
from bot.store.dashboards import Dashboard, Ending
from bot.store.outbox_rows import State as Sent
from handlers.dashboard.deployed import last_deployment
from handlers.dashboard.reading import read_snapshot
from handlers.dashboard.views import ended_message, living_message

if TYPE_CHECKING:
    from bot.command import Block
    from bot.runtime import Runtime
    from handlers.dashboard.result import Snapshot

log = logging.getLogger(__name__)
# chat.update is good for fifty calls a minute; the rest is for everybody else.
EDITS_A_MINUTE = 30
_EARLY = timedelta(seconds=1)  # a job looks a little sooner or later


@dataclass(frozen=True, slots=True)
class Began:
    dashboard: Dashboard
    replaced: Dashboard | None


def pace(count: int, seconds: int) -> timedelta:
    """Between two edits of one dashboard where so many are alive. Pure."""
    return max(timedelta(seconds=seconds), timedelta(seconds=60 * count / EDITS_A_MINUTE))


async def look(runtime: Runtime, environment: str) -> Snapshot:
    """The state now. Raises OpsError where the store cannot be read."""
    settings, now = runtime.settings, runtime.now()
    deployed = await last_deployment(runtime.clients, settings.environment(environment), now)
    return await asyncio.to_thread(
        read_snapshot, runtime.store, settings, environment, now, deployed
    )


async def begin(
    runtime: Runtime, channel: str, environment: str, person: Person, ends_at: datetime | None
) -> Began:
    """Post one in the channel; the one that was there stops and says so."""
    found = await look(runtime, environment)
    store = runtime.store.dashboards
    added, replaced = store.begin(channel, environment, person, found.now, ends_at)
    if replaced is not None:
        _last_word(runtime, replaced, found)
    text, blocks = living_message(found, added.number, ends_at, _every(runtime))
    runtime.messages.post(channel, text, blocks, key=added.key, private=True)
    return Began(added, replaced)


async def stop(runtime: Runtime, dashboard: Dashboard, person: Person) -> bool:
    """False where it had ended."""
    if not runtime.store.dashboards.end(
        dashboard.number, Ending.STOPPED, person.name, runtime.now()
    ):
        return False
    await _close(runtime, dashboard)
    return True


async def refresh_all(runtime: Runtime, _due: datetime) -> str:
    """Bring up to date what is due, end what is over. Raises OpsError for the store's faults."""
    running = runtime.store.dashboards.running()
    every = pace(len(running), runtime.settings.dashboard.refresh_seconds)
    drawn: dict[str, Snapshot] = {}
    edited = 0
    for dashboard in running:
        now = runtime.now()
        if (refused := _refused(runtime, dashboard)) is not None:
            # Slack tells nobody that one of our own messages is gone: the next edit shows it.
            deleted = "message_not_found" in refused
            ending = Ending.DELETED if deleted else Ending.REFUSED
            _gone(runtime, dashboard, ending, "" if deleted else refused)
        elif dashboard.ends_at is not None and dashboard.ends_at <= now:
            if runtime.store.dashboards.end(dashboard.number, Ending.TIME, "", now):
                await _close(runtime, dashboard)
        elif dashboard.refreshed_at is None or now - dashboard.refreshed_at >= every - _EARLY:
            name = dashboard.environment
            if name not in runtime.settings.environments:
                _gone(runtime, dashboard, Ending.REFUSED, f"{name} is no environment any more")
                continue
            if name not in drawn:
                drawn[name] = await look(runtime, name)
            edited += _edit(runtime, dashboard, drawn[name])
            await _pin(runtime, dashboard)
    return f"{edited} of {len(running)} dashboards brought up to date."


async def on_archived(runtime: Runtime, event: ChannelArchived) -> None:
    for dashboard in runtime.store.dashboards.running():
        place = runtime.messages.delivered(dashboard.key)
        if event.channel in (dashboard.channel, place.channel if place else ""):
            _gone(runtime, dashboard, Ending.ARCHIVED, "")


def ending_words(dashboard: Dashboard) -> str:
    """Why it ended, as a sentence's end; foreign names are not escaped."""
    if dashboard.ending is Ending.STOPPED and dashboard.ender:
        return f"{dashboard.ender} stopped it."
    if dashboard.ending is Ending.REPLACED and dashboard.ender:
        return f"{dashboard.ender} started a newer one below."
    told = f" ({dashboard.ender})" if dashboard.ending is Ending.REFUSED else ""
    return f"{dashboard.ending.value}{told}."


def _edit(runtime: Runtime, dashboard: Dashboard, found: Snapshot) -> int:
    revision = runtime.store.dashboards.refresh(dashboard.number, found.now)
    if revision is None:
        return 0
    text, blocks = living_message(found, dashboard.number, dashboard.ends_at, _every(runtime))
    _post(runtime, dashboard, revision, text, blocks)
    return 1


async def _close(runtime: Runtime, dashboard: Dashboard) -> None:
    """Its message says that it stopped; with the state at the end, where that can be read."""
    try:
        found: Snapshot | None = await look(runtime, dashboard.environment)
    except OpsError as error:
        log.warning("a dashboard ends without its last state: %s", error)
        found = None
    _last_word(runtime, dashboard, found)


def _last_word(runtime: Runtime, dashboard: Dashboard, found: Snapshot | None) -> None:
    ended = runtime.store.dashboards.find(dashboard.number) or dashboard
    text, blocks = ended_message(found, ending_words(ended), ended.ended_at or runtime.now())
    # Beyond every edit: one that began before the end comes before it as well.
    _post(runtime, ended, ended.revision + 1, text, blocks)


def _post(
    runtime: Runtime,
    dashboard: Dashboard,
    revision: int,
    text: str,
    blocks: list[Block],
) -> None:
    for old in (revision - 2, revision - 3):
        if old > 0:  # nobody asks for an edit that has long been made
            runtime.store.outbox.withdraw(dashboard.edit(old))
    runtime.messages.post(
        dashboard.channel,
        text,
        blocks,
        key=dashboard.edit(revision),
        update_of=dashboard.key,
        latest=True,
        edit_only=True,
    )


def _refused(runtime: Runtime, dashboard: Dashboard) -> str | None:
    """Why Slack does not take it, where it does not: a message deleted while nobody listened."""
    for key in (dashboard.key, *map(dashboard.edit, _recent(dashboard.revision))):
        message = runtime.store.outbox.find(key)
        if message is not None and message.state is Sent.FAILED:
            return message.problem
    return None


def _recent(revision: int) -> range:
    return range(max(1, revision - 2), revision + 1)


def _gone(runtime: Runtime, dashboard: Dashboard, ending: Ending, why: str) -> None:
    """It ends where nothing can be said any more; the store and the log know of it."""
    if not runtime.store.dashboards.end(dashboard.number, ending, why, runtime.now()):
        return
    log.warning("dashboard %d ended: %s %s", dashboard.number, ending.value, why)
    for revision in _recent(dashboard.revision):
        runtime.store.outbox.withdraw(dashboard.edit(revision))
    first = runtime.store.outbox.find(dashboard.key)
    if first is not None and first.state is not Sent.SENT:
        runtime.store.outbox.withdraw(dashboard.key)


async def _pin(runtime: Runtime, dashboard: Dashboard) -> None:
    """One that stays for good is found among the channel's pins."""
    if dashboard.ends_at is not None or dashboard.pinned or runtime.rooms is None:
        return
    place = runtime.messages.delivered(dashboard.key)
    if place is None:
        return
    try:
        await runtime.rooms.pin(place.channel, place.ts)
    except OpsError as error:
        log.warning("dashboard %d could not be pinned: %s", dashboard.number, error)
    runtime.store.dashboards.note_pinned(dashboard.number)


def _every(runtime: Runtime) -> timedelta:
    count = len(runtime.store.dashboards.running())
    return pace(count, runtime.settings.dashboard.refresh_seconds)


def replaced_words(replaced: Dashboard) -> str:
    """Whose dashboard gave way, for whoever started the newer one."""
    who = mention(replaced.person.id, replaced.person.name)
    return f"It took the place of the one that {who} had started here."


REFRESH = Job(
    name="dashboard-refresh",
    title="Bringing dashboards up to date",
    when=lambda settings: timedelta(seconds=settings.dashboard.refresh_seconds),
    run=refresh_all,
    deadline=25.0,
    quiet=True,
)
