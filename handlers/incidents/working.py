"""Tasks of an incident, and what it is about."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.blocks import clip, command_button, date, escape, mention
from bot.command import Reply
from bot.errors import BadInput
from bot.moments import written
from bot.store.incidents_rows import Actor, IncidentRecord
from handlers.incidents import telling
from handlers.incidents.card_views import plain_message
from handlers.incidents.finding import actor, in_slack, still_open
from handlers.incidents.recording import entry
from handlers.incidents.words import marked

if TYPE_CHECKING:
    from bot.command import Context

_ADDRESS = re.compile(r"https?://[^\s<>|\"]{3,1500}")
_ALERT = re.compile(r"AL-?(\d{1,12})", re.IGNORECASE)


async def add_task(
    context: Context, record: IncidentRecord, text: str, owner_id: str, due: timedelta | None
) -> Reply:
    """A task for somebody; without an owner it is the person's own."""
    still_open(record)
    runtime, now = context.runtime, context.runtime.now()
    words = clip(" ".join(text.split()), 300)
    if len(words) < 3:
        raise BadInput("A task needs words.", 'Example: `/pitchey incident task "Page Neon"`.')
    owner = await _owner(context, owner_id)
    due_at = now + due if due else None
    until = f", due {written(due_at)}" if due_at else ""
    made = entry(context, "task", f"Task for {owner.name}: {words}{until}")
    task = runtime.store.incident_work.add_task(
        record.id, runtime.redactor.text(words), owner, due_at, actor(context), made, now
    )
    who = mention(owner.id, owner.name)
    due_words = f", due {date(due_at, '{time}')}" if due_at else ""
    text = f":memo: {marked(record)}Task {task.number} of {record.id} for {who}{due_words}: "
    done = command_button("Done", f"incident done {task.number} {record.id}", style="primary")
    if in_slack(owner.id) and owner.id != context.invocation.person.id:
        key = f"incident:{record.number}:task:{task.number}"
        said, blocks = plain_message(f"{text}{escape(words)}", done)
        runtime.messages.post(owner.id, said, blocks, key=key, private=True)
    return telling.told(context, record, f"{text}{escape(words)}", "task", done)


async def _owner(context: Context, person_id: str) -> Actor:
    if not person_id or person_id == context.invocation.person.id:
        return actor(context)
    directory = context.runtime.directory
    if directory is None:
        return Actor(person_id, person_id)
    member = (await directory.people.member(person_id)).value
    return Actor(person_id, member.handle if member else person_id)


def finish_task(context: Context, record: IncidentRecord, number: int) -> Reply:
    """Done, once; by anybody who works on it."""
    tasks = {task.number: task for task in context.store.incident_work.tasks(record.id)}
    task = tasks.get(number)
    if task is None:
        raise BadInput(
            f"{record.id} has no task {number}.", f"`/pitchey incident tasks {record.id}`"
        )
    made = entry(context, "task", f"Task {number} done: {task.text}")
    work, now = context.store.incident_work, context.runtime.now()
    if not work.finish_task(record.id, number, actor(context), made, now):
        by = mention(task.done_by_id, task.done_by_name)
        return Reply(f":information_source: Task {number} of {record.id} was done by {by} already.")
    who = mention(context.invocation.person.id, context.invocation.person.name)
    text = f":white_check_mark: {marked(record)}Task {number} of {record.id} done by {who}: "
    return telling.told(context, record, f"{text}{escape(task.text)}", "task")


def link(context: Context, record: IncidentRecord, what: str, label: str) -> Reply:
    """What it is about: an address such as a pull request's, an alert, a deployment's version."""
    target = what.strip()
    alert = _ALERT.fullmatch(target)
    if _ADDRESS.fullmatch(target):
        kind, reference = "url", target
    elif alert:
        kind, reference = "alert", f"AL-{alert[1]}"
    elif target.lower().startswith(("http:", "https:")) or not re.fullmatch(
        r"[\w.-]{4,80}", target
    ):
        raise BadInput(
            "That cannot be linked.",
            "Give an address (`https://…`), an alert (`AL-7`) or a deployment's version.",
        )
    else:
        kind, reference = "deployment", target
    words = f"Linked {kind} {reference}{f': {label}' if label else ''}"
    kept = entry(context, "link", words)
    now = context.runtime.now()
    work = context.store.incident_work
    if not work.link(record.id, kind, reference, clip(label, 200), kept, now):
        return Reply(f":information_source: {record.id} has that link already.")
    shown = reference if kind == "url" else f"{kind} {escape(reference)}"
    named = f", {escape(label)}" if label else ""
    text = f":link: {marked(record)}{record.id} is about {shown}{named}."
    return telling.told(context, record, text, "link")
