"""What other features, and Slack, tell us."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.blocks import command_button
from bot.command import Invocation, Person, Surface
from bot.events import (
    AlertChanged,
    Audited,
    ChannelArchived,
    DeploymentFinished,
    IncidentChanged,
    Listener,
    MaintenanceChanged,
    MemberLeft,
    MessageChanged,
    MessageDeleted,
    ReactionAdded,
)
from bot.moments import written
from bot.payloads import reference
from bot.store.incidents_rows import RoomState
from handlers.incidents import keeping, telling
from handlers.incidents.clocks import left
from handlers.incidents.following import follow
from handlers.incidents.recording import own_entry
from handlers.incidents.rooms import move
from handlers.incidents.words import marked

if TYPE_CHECKING:
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
PINS = frozenset({"pushpin", "round_pushpin"})


async def audited(runtime: Runtime, _event: Audited) -> None:
    """The audit log is the record; the event only says that there is something to read."""
    follow(runtime)


async def reacted(runtime: Runtime, event: ReactionAdded) -> None:
    """A pushpin in an incident's channel keeps the message, as the person who put it there."""
    if event.emoji.split("::")[0] not in PINS:
        return
    record = runtime.store.incidents.of_channel(event.channel)
    if record is None:
        return
    line = f"incident add {event.channel} {event.ts} --incident {record.id}"
    runtime.background(_as_person(runtime, event, line), f"pushpin in {record.id}")


async def _as_person(runtime: Runtime, event: ReactionAdded, line: str) -> None:
    person = Person(event.person_id, event.person_id)
    if runtime.directory is not None:
        person = await runtime.directory.people.named(person)
    asked = Invocation(reference(), person, Surface.SHORTCUT, line, event.channel)
    reply = await runtime.run(asked)
    if reply.outcome == "succeeded":
        return
    # Whoever pins believes that it is kept: nothing else would tell them.
    text = f":warning: A message that you put a pushpin on was *not* kept.\n{reply.text}"
    key = f"pushpin:{event.channel}:{event.ts}:{person.id}"
    runtime.messages.post(person.id, text, key=key, private=True)


async def archived(runtime: Runtime, event: ChannelArchived) -> None:
    """The room is gone by hand: the incident goes on elsewhere, and says so."""
    record = runtime.store.incidents.of_channel(event.channel)
    if record is None or record.room is not RoomState.MADE:
        return
    act = "deleted" if event.gone else "archived"
    by = f" by <@{event.person_id}>" if event.person_id else ""
    moved = await move(runtime, record, f"Its channel #{record.channel_name} was {act}{by}")
    if moved is None or moved.over:
        return
    telling.show(runtime, moved)
    text = f":warning: {marked(moved)}{moved.id} goes on here: its channel was {act}{by}."
    catch = command_button("Catch me up", f"incident catchup {moved.id}")
    telling.say(runtime, moved, text, catch, key=f"moved:{record.channel}")
    telling.publish(runtime, moved, "room")


async def departed(runtime: Runtime, event: MemberLeft) -> None:
    """Whoever leaves the room has no role in it any more."""
    record = runtime.store.incidents.of_channel(event.channel)
    if record is not None and record.room is RoomState.MADE and not record.over:
        left(runtime, record, event.person_id, "left the channel")


async def alerted(runtime: Runtime, event: AlertChanged) -> None:
    """An alert that an open incident is about, or that fires while one is open."""
    linked = set(runtime.store.incident_work.linked_to("alert", event.alert))
    for record in runtime.store.incidents.open():
        about = record.id in linked
        if not about and (record.drill or record.private or event.state != "firing"):
            continue
        text = f"Alert {event.alert} {event.title} is {event.state}: {event.summary}"
        key = f"alert:{event.alert}:{event.state}:{int(event.at.timestamp() * 1000)}"
        kept = own_entry(runtime, "alert", text, key, happened_at=event.at)
        runtime.store.timeline.append(record.id, kept)


async def deployed(runtime: Runtime, event: DeploymentFinished) -> None:
    for record in runtime.store.incidents.open():
        if record.drill or record.private:
            continue
        text = (
            f"Deployment of {event.version} to {event.environment} {event.outcome}, before "
            f"{event.previous}, by {event.person_name}"
        )
        key = f"deployment:{event.version}:{event.outcome}:{int(event.at.timestamp() * 1000)}"
        kept = own_entry(runtime, "deployment", text, key, happened_at=event.at)
        runtime.store.timeline.append(record.id, kept)
        now = runtime.now()
        runtime.store.incident_work.link(
            record.id, "deployment", event.version, event.outcome, None, now
        )


async def maintained(runtime: Runtime, event: MaintenanceChanged) -> None:
    """Whoever switched it, a command or another operation such as a restore."""
    words = {"on": "is on", "longer": "lasts longer", "off": "is off", "kept": "was deployed over"}
    until = f", until {written(event.until)}" if event.change in ("on", "longer") else ""
    told = words.get(event.change, event.change)
    text = f"Maintenance mode of {event.environment} {told}{until}, by {event.person_name}"
    for record in runtime.store.incidents.open():
        if record.drill or record.private:
            continue
        key = f"maintenance:{event.environment}:{event.change}:{int(event.at.timestamp() * 1000)}"
        kept = own_entry(runtime, "change", text, key, happened_at=event.at)
        runtime.store.timeline.append(record.id, kept)


async def marked_on_charts(runtime: Runtime, event: IncidentChanged) -> None:
    """Every chart shows it, but drills, and private ones: everybody reads charts."""
    record = runtime.store.incidents.find(event.incident)
    if record is None or record.drill or record.private:
        return
    changes = runtime.store.incidents.changes(record.id, "status")
    until = changes[-1].at if record.over and changes else None
    label = f"{record.id} {record.title}"
    runtime.store.marks.add(record.began_at, "incident", label, record.id, until)


LISTENERS = (
    Listener(Audited, audited),
    Listener(ReactionAdded, reacted),
    Listener(MessageChanged, keeping.edited),
    Listener(MessageDeleted, keeping.deleted),
    Listener(ChannelArchived, archived),
    Listener(MemberLeft, departed),
    Listener(AlertChanged, alerted),
    Listener(DeploymentFinished, deployed),
    Listener(MaintenanceChanged, maintained),
    Listener(IncidentChanged, marked_on_charts),
)
