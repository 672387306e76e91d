"""Asks everybody who took part, once an incident is over, and reminds them once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.events import IncidentChanged
from bot.jobs import Job
from bot.store.incidents_rows import Actor, IncidentRecord, RoomState
from handlers.lessons.feedback.views import asking, in_the_room
from handlers.lessons.finding import in_slack

if TYPE_CHECKING:
    from bot.runtime import Runtime

RECENT = timedelta(days=14)  # an incident declared longer ago is not asked about by itself


def participants(runtime: Runtime, record: IncidentRecord) -> tuple[Actor, ...]:
    """Who declared it, had a role, or wrote on its timeline; people that Slack knows, once."""
    store = runtime.store
    found = [Actor(record.declared_by_id, record.declared_by_name)]
    found += [
        Actor(each.person_id, each.person_name) for each in store.incident_work.people(record.id)
    ]
    found += store.lessons.actors(record.id)
    return tuple({each.id: each for each in found if in_slack(each.id)}.values())


def ask(runtime: Runtime) -> int:
    """One round for each incident that is over and has had none; answers how many rounds."""
    waiting = runtime.store.lessons.unasked(runtime.now() - RECENT)
    for record in waiting:
        people = participants(runtime, record)
        for person in people:
            text, blocks = asking(record)
            key = f"lessons:{record.number}:ask:{person.id}"
            runtime.messages.post(person.id, text, blocks, key=key, private=True)
        _tell_room(runtime, record, len(people))
        # Noted last: after a crash in between the same keys change nothing.
        runtime.store.lessons.begin_round(record.id, people, runtime.now())
    return len(waiting)


def _tell_room(runtime: Runtime, record: IncidentRecord, people: int) -> None:
    if not record.channel or record.room is RoomState.ARCHIVED:
        return
    text, blocks = in_the_room(record, people)
    runtime.messages.post(
        record.channel, text, blocks, key=f"lessons:{record.number}:ask",
        thread_ts="" if record.room is RoomState.MADE else record.thread_ts,
        private=record.private,
    )  # fmt: skip


def remind(runtime: Runtime) -> int:
    """Whoever was asked long enough ago and gave none; once each."""
    now = runtime.now()
    late = runtime.store.lessons.to_remind(
        now - timedelta(hours=runtime.settings.lessons.remind_hours)
    )
    told = 0
    for each in late:
        record = runtime.store.incidents.find(f"INC-{each.incident}")
        if record is not None and record.over:
            text, blocks = asking(record, reminder=True)
            key = f"lessons:{each.incident}:remind:{each.person_id}"
            runtime.messages.post(each.person_id, text, blocks, key=key, private=True)
            told += 1
        runtime.store.lessons.reminded(each, now)
    return told


async def on_change(runtime: Runtime, event: IncidentChanged) -> None:
    """The event wakes; what is asked is known from the store."""
    if event.status in ("resolved", "closed"):
        ask(runtime)


async def look(runtime: Runtime, _due: datetime) -> str:
    return f"{ask(runtime)} asked, {remind(runtime)} reminded"


LOOK = Job(
    name="lessons-feedback",
    title="Asking for feedback on incidents that are over",
    when=lambda _settings: timedelta(minutes=5),
    run=look,
    deadline=60.0,
    quiet=True,
)
