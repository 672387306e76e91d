"""Who has which role: taken, handed over, left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import command_button, mention
from bot.command import Person, Reply, Role, Surface
from bot.errors import BadInput
from bot.store.incidents_rows import Actor, IncidentRecord, IncidentRole
from handlers.incidents import emergency, telling
from handlers.incidents.card_views import plain_message
from handlers.incidents.catchup_views import handover_words
from handlers.incidents.finding import actor, in_slack, still_open
from handlers.incidents.lifecycle import acknowledged
from handlers.incidents.recording import entry
from handlers.incidents.rooms import invite_more
from handlers.incidents.summary import detail_of
from handlers.incidents.words import ROLE_DUTIES, marked

if TYPE_CHECKING:
    from bot.command import Context


async def take(
    context: Context, record: IncidentRecord, role: IncidentRole, *, replace: bool
) -> Reply:
    """The person takes a role; one that somebody has only with `replace`."""
    return await _give(context, record, role, actor(context), replace=replace)


async def hand_over(
    context: Context, record: IncidentRecord, role: IncidentRole, person_id: str
) -> Reply:
    """The role goes to that person, who is told what they take over."""
    name = person_id
    if context.runtime.directory is not None:
        member = (await context.runtime.directory.people.member(person_id)).value
        if member is not None and member.barred:
            raise BadInput(f"<@{person_id}> cannot take it: {member.barred}.", "Name another.")
        name = member.handle if member else person_id
    return await _give(context, record, role, Actor(person_id, name), replace=True)


async def _give(
    context: Context, record: IncidentRecord, role: IncidentRole, person: Actor, *, replace: bool
) -> Reply:
    still_open(record)
    runtime, work, now = context.runtime, context.runtime.store.incident_work, context.runtime.now()
    before = work.holder(record.id, role) if role is not IncidentRole.RESPONDER else None
    if before is not None and before.person_id == person.id:
        who = mention(person.id, person.name)
        return Reply(f":information_source: {who} has the role {role} of {record.id} already.")
    replacing = before.person_id if before and replace else ""
    own = person.id == context.invocation.person.id
    words = f"{person.name} took the role {role}" if own else f"{role} given to {person.name}"
    if before and replace:
        words += f", before {before.person_name}"
    held = work.take(record.id, role, person, replacing, entry(context, "role", words), now)
    if held is not None:
        return _held_by(record, role, held.person_id, held.person_name)
    if role is IncidentRole.COMMANDER and own and record.acknowledged_at is None:
        acknowledged(context, record)
    emergency.align(runtime, record.id)
    runtime.background(invite_more(runtime, record, (person.id,)), f"invitation to {record.id}")
    current = runtime.store.incidents.find(record.id) or record
    who = mention(person.id, person.name)
    act = "took the role" if own else "was given the role"
    text = f":bust_in_silhouette: {marked(record)}{who} {act} *{role}* of {record.id}"
    if role is IncidentRole.RESPONDER and own:
        text = f":wave: {marked(record)}{who} joined {record.id}"
        return telling.told(context, current, f"{text}.", "role")
    text = f"{text}: {ROLE_DUTIES[role]}."
    if not own and in_slack(person.id):
        text += await _too_low(context, person)
    if before is not None:
        text += f" Before: {mention(before.person_id, before.person_name)}."
    if role is IncidentRole.COMMANDER and before is not None:
        text = f"{text}\n{handover_words(detail_of(runtime, current))}"
    if not own and in_slack(person.id):
        key = f"incident:{record.number}:given:{context.invocation.reference}"
        runtime.messages.post(person.id, text, key=key, private=True)
    return telling.told(context, current, text, "commander" if role == "commander" else "role")


async def _too_low(context: Context, person: Actor) -> str:
    """A warning where the person may not type what the role asks for; empty where they may."""
    asked = Person(person.id, person.name)
    standing = await context.access.role(asked, Surface.SLASH)
    role = standing.role
    if role is not None and role >= Role.RESPONDER:
        return ""
    has = f"has the role {role.word}" if role is not None else "has no role"
    return (
        f" :warning: {mention(person.id, person.name)} {has} with this bot and cannot act in "
        "incidents yet: an admin adds them to `responder` under `[roles]`."
    )


def _held_by(record: IncidentRecord, role: IncidentRole, person_id: str, name: str) -> Reply:
    if not person_id:
        raise BadInput(f"The role {role} of {record.id} changed meanwhile.", "Try again.")
    text = f":no_entry: {mention(person_id, name)} has the role {role} of {record.id} already."
    instead = command_button(
        f"Take {role} over", f"incident take {role} {record.id} --replace", style="primary"
    )
    said, blocks = plain_message(text, instead)
    return Reply(said, blocks, outcome="refused", exit_code=1)


def leave(context: Context, record: IncidentRecord, role: IncidentRole) -> Reply:
    """The person gives the role up."""
    person = actor(context)
    words = f"{person.name} left the role {role}; it is vacant"
    work = context.runtime.store.incident_work
    made = entry(context, "role", words)
    if not work.leave(record.id, role, person.id, made, context.runtime.now()):
        return Reply(f":information_source: You do not have the role {role} of {record.id}.")
    emergency.align(context.runtime, record.id)
    who = mention(person.id, person.name)
    text = f":warning: {marked(record)}{who} left the role *{role}* of {record.id}: it is vacant."
    buttons = []
    if role is not IncidentRole.RESPONDER and not record.over:
        line = f"incident take {role} {record.id}"
        buttons = [command_button(f"Take {role}", line, style="primary")]
    return telling.told(context, record, text, "role", *buttons)
