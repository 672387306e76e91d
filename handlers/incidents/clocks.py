"""Clocks of incidents: who is called next, which update and which task is due.

Each is a time in the store. A look does what is due and stores the next time; a message's key
and an entry's reference make that happen once, however often a crash repeats the look.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import escalation, oncall
from bot.blocks import command_button, date, escape, form_button, mention
from bot.errors import OpsError
from bot.escalation import Call, Climb
from bot.jobs import Job
from bot.phrases import span
from bot.store.incidents_rows import BOT, IncidentRecord, IncidentRole, RoomState, Task
from handlers.incidents import emergency, following, telling
from handlers.incidents.cadence import cadence, following_reminder
from handlers.incidents.card_views import plain_message
from handlers.incidents.finding import in_slack
from handlers.incidents.readable import readable
from handlers.incidents.recording import own_entry
from handlers.incidents.rooms import invite_more, prepare
from handlers.incidents.words import marked

if TYPE_CHECKING:
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
LOOK_EVERY = timedelta(seconds=15)
LATE = timedelta(minutes=2)


async def look_at_all(runtime: Runtime, _due: datetime) -> str:
    """Everything that is due now in any incident."""
    following.follow(runtime)
    store = runtime.store
    unfinished = {each.id for each in store.incidents.roomless()}
    running = store.incidents.open()
    unfinished |= {each.id for each in running if _unfurnished(runtime, each)}
    for incident in sorted(unfinished):
        await prepare(runtime, incident)
    for record in running:
        try:
            await look(runtime, record.id)
        except OpsError as error:
            # One incident's trouble must not stop the clocks of the others.
            log.warning("%s could not be looked at: %s", record.id, error)
    for record in store.incidents.unshown():
        telling.show(runtime, record)
    for number in store.emergencies.of_incidents():
        emergency.align(runtime, f"INC-{number}")
    return f"{len(running)} open incidents looked at."


def _unfurnished(runtime: Runtime, record: IncidentRecord) -> bool:
    if record.room is RoomState.SHARED:
        return not record.thread_ts
    cursor = runtime.store.cursors.position(f"incident:{record.number}:room") or 0
    return record.room is RoomState.MADE and cursor < 3


async def look(runtime: Runtime, incident: str) -> None:
    """What is due in one incident."""
    record = runtime.store.incidents.find(incident)
    if record is None or record.over:
        return
    await _escalate(runtime, record)
    record = runtime.store.incidents.find(incident) or record
    _remind_update(runtime, record)
    _remind_tasks(runtime, record)
    emergency.align(runtime, incident)


async def _escalate(runtime: Runtime, record: IncidentRecord) -> None:
    levels = runtime.settings.contacts.escalation
    climb = Climb(record.escalation_called, record.escalation_next)
    call = escalation.due(levels, climb, runtime.now())
    if call is None:
        return
    key = f"call:{call.number}:{int(call.due_at.timestamp())}"
    words, people = await _call_words(runtime, record, call)
    # Told before it is stored: a crash in between tells it again under the same key.
    acknowledge = command_button(
        "Acknowledge", f"incident acknowledge {record.id}", style="primary"
    )
    telling.say(runtime, record, words, acknowledge, key=key)
    for person in people:
        text, blocks = plain_message(f"{words} {_where(record)}", acknowledge)
        own = f"incident:{record.number}:{key}:{person}"
        runtime.messages.post(person, text, blocks, key=own, private=True)
    values = {
        "escalation_called": call.climb.called,
        "escalation_next": call.climb.next_at,
    }
    only_if = {"escalation_next": record.escalation_next, "acknowledged_at": None}
    plain = (await readable(runtime, words)).removeprefix(":rotating_light: ")
    entry = own_entry(runtime, "escalation", plain, key)
    found = runtime.store.incidents.change(
        record.id, values, BOT, entry, runtime.now(), only_if=only_if
    )
    if found is not None:
        telling.show(runtime, found)
        await invite_more(runtime, found, people)


async def _call_words(
    runtime: Runtime, record: IncidentRecord, call: Call
) -> tuple[str, tuple[str, ...]]:
    late = f" This call is {span(call.late)} late." if call.is_late else ""
    if call.level is None:
        text = f"{marked(record)}Every on-call level was called for {record.id}: nobody answered."
        return f":rotating_light: {text}{late}", ()
    called = await oncall.callees(runtime, call.level.level, runtime.now())
    who = called.mentions or f"{escape(call.level.contact)} (nobody is named: call them yourself)"
    trouble = f" ({escape(called.trouble)})" if called.trouble else ""
    minutes = call.level.response_minutes
    last = call.number >= len(runtime.settings.contacts.escalation)
    after = "; this is the last level" if last else ", or the next level is called"
    text = (
        f":rotating_light: {marked(record)}{escape(call.level.level)} {who}{trouble}: "
        f"{record.severity} {record.kind} {record.id} {escape(record.title)} needs you. "
        f"Acknowledge within {minutes} min{after}."
    )
    return f"{text}{late}", called.people[: oncall.MOST_MENTIONED]


def _where(record: IncidentRecord) -> str:
    return f"It is worked on in <#{record.channel}>." if record.room is RoomState.MADE else ""


def _remind_update(runtime: Runtime, record: IncidentRecord) -> None:
    due, now = record.update_due, runtime.now()
    every = cadence(runtime.settings.incidents, record.severity)
    if due is None or now < due or every is None:
        return
    holder = runtime.store.incident_work.holder(record.id, IncidentRole.COMMANDER)
    who = f"{mention(holder.person_id, holder.person_name)}, an" if holder else "An"
    nobody = "" if holder else " Nobody commands it: somebody has to take it."
    late = f" It was due {date(due, '{time}')}." if now - due >= LATE else ""
    last = (
        f"the last one is {span(now - record.updated_at)} old"
        if record.updated_at
        else "there was none yet"
    )
    text = (
        f":alarm_clock: {marked(record)}{who} update on {record.id} is due: {record.severity} owes "
        f"one every {span(every)}, {last}.{late}{nobody}"
    )
    buttons = [form_button("Post an update", "incident_update", incident=record.id)]
    if holder is None:
        buttons.append(command_button("Take commander", f"incident take commander {record.id}"))
    telling.say(runtime, record, text, *buttons, key=f"update-due:{int(due.timestamp())}")
    runtime.store.incidents.change(
        record.id,
        {"update_due": following_reminder(due, every, now)},
        BOT,
        None,
        now,
        only_if={"update_due": due},
    )


def _remind_tasks(runtime: Runtime, record: IncidentRecord) -> None:
    now = runtime.now()
    for task in runtime.store.incident_work.tasks(record.id):
        if task.done or task.due_at is None or task.due_at > now:
            continue
        key = f"task-due:{task.number}:{int(task.due_at.timestamp())}"
        if runtime.store.timeline.find(record.id, key) is not None:
            continue
        text = _task_words(record, task)
        done = command_button("Done", f"incident done {task.number} {record.id}", style="primary")
        telling.say(runtime, record, text, done, key=key)
        if in_slack(task.owner_id):
            said, blocks = plain_message(text, done)
            own = f"incident:{record.number}:{key}:owner"
            runtime.messages.post(task.owner_id, said, blocks, key=own, private=True)
        words = f"Task {task.number} was due and is open: {task.text}"
        runtime.store.timeline.append(record.id, own_entry(runtime, "task", words, key))


def _task_words(record: IncidentRecord, task: Task) -> str:
    owner = mention(task.owner_id, task.owner_name)
    due = date(task.due_at, "{time}") if task.due_at else ""
    return (
        f":alarm_clock: {marked(record)}{owner}, task {task.number} of {record.id} was due {due}: "
        f"{escape(task.text)}"
    )


async def look_for_leavers(runtime: Runtime, _due: datetime) -> str:
    """A commander who is no member of the workspace any more commands nothing."""
    if runtime.directory is None:
        return "No directory here."
    gone = 0
    for record in runtime.store.incidents.open():
        holder = runtime.store.incident_work.holder(record.id, IncidentRole.COMMANDER)
        if holder is None or not in_slack(holder.person_id):
            continue
        member = (await runtime.directory.people.member(holder.person_id)).value
        if member is not None and member.barred:
            left(runtime, record, holder.person_id, f"left: {member.barred}")
            gone += 1
    return f"{gone} commanders have left."


def left(runtime: Runtime, record: IncidentRecord, person_id: str, how: str) -> None:
    """Whoever had a role and is gone has it no more; told where a commander is missing."""
    now = runtime.now()
    for holder in runtime.store.incident_work.people(record.id):
        if holder.person_id != person_id:
            continue
        name = holder.person_name
        words = f"{name} {how}; the role {holder.role} is vacant"
        key = f"left:{holder.role}:{person_id}:{int(holder.since.timestamp() * 1000)}"
        entry = own_entry(runtime, "role", words, key)
        role = holder.role
        if not runtime.store.incident_work.leave(record.id, role, person_id, entry, now):
            continue
        if role is not IncidentRole.RESPONDER and not record.over:
            take = command_button(
                f"Take {role}", f"incident take {role} {record.id}", style="primary"
            )
            text = f":warning: {marked(record)}{escape(words)} in {record.id}."
            telling.say(runtime, record, text, take, key=key)
    current = runtime.store.incidents.find(record.id) or record
    emergency.align(runtime, record.id)
    telling.show(runtime, current)
    telling.publish(runtime, current, "role")


LOOK = Job(
    name="incidents-look",
    vital=True,
    title="Incidents: rooms, escalation, due updates and tasks",
    when=lambda _settings: LOOK_EVERY,
    run=look_at_all,
    quiet=True,
)
LEAVERS = Job(
    name="incidents-leavers",
    title="Incidents: commanders who left the workspace",
    when=lambda _settings: timedelta(minutes=5),
    run=look_for_leavers,
    quiet=True,
)
