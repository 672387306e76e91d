"""What people put on the timeline: notes, and messages with what becomes of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.blocks import date
from bot.command import Person, Reply
from bot.errors import BadInput, OpsError
from bot.store.incidents_rows import Actor, IncidentRecord
from bot.store.timeline import TimelineEntry
from handlers.incidents.finding import in_slack
from handlers.incidents.naming import past
from handlers.incidents.readable import readable
from handlers.incidents.recording import entry, own_entry

if TYPE_CHECKING:
    from bot.command import Context
    from bot.events import MessageChanged, MessageDeleted
    from bot.rooms import Spoken
    from bot.runtime import Runtime


def message_reference(channel: str, ts: str) -> str:
    return f"message:{channel}:{ts}"


def note(context: Context, record: IncidentRecord, text: str, when: str) -> Reply:
    """Keep what the person says, at the time they say it happened."""
    if not text.strip():
        raise BadInput("A note needs words.", 'Example: `/pitchey incident note "pool was full"`.')
    now, happened = context.runtime.now(), None
    if when:
        happened = past(when, now, context.settings.team.timezone)
    kept = entry(context, "note", text.strip(), happened_at=happened)
    added = context.store.timeline.append(record.id, kept)
    at = f", happened {date(happened)}" if happened else ""
    text = f":pencil: On the timeline of {record.id} as entry {added.sequence}{at}."
    return Reply(text, data={"incident": record.id, "entry": added.sequence}, private=True)


async def add_message(context: Context, record: IncidentRecord, channel: str, ts: str) -> Reply:
    """Keep a message: its text, author, files and link; the same message once."""
    runtime = context.runtime
    if runtime.rooms is None:
        raise OpsError("A terminal cannot read messages of Slack.", "Use the pushpin in Slack.")
    spoken = await runtime.rooms.message(channel, ts)
    if spoken is None:
        raise BadInput("That message is not there (any more).", "Write a note in its place.")
    kept = await spoken_entry(runtime, spoken)
    added = runtime.store.timeline.append(record.id, kept)
    if not added.fresh:
        return Reply(
            f":information_source: This message is entry {added.sequence} of {record.id} already.",
            private=True,
        )
    text = f":pushpin: {kept.actor_name}'s message is entry {added.sequence} of {record.id}."
    return Reply(text, data={"incident": record.id, "entry": added.sequence})


async def spoken_entry(runtime: Runtime, spoken: Spoken) -> TimelineEntry:
    """A message as an entry; names are kept as they are now, for readers outside of Slack."""
    author = Actor(spoken.author_id, spoken.author_id or "somebody")
    if runtime.directory is not None and in_slack(spoken.author_id):
        named = await runtime.directory.people.named(Person(spoken.author_id, spoken.author_id))
        author = Actor(named.id, named.name)
    said = await readable(runtime, spoken.text)
    files = f" [files: {', '.join(spoken.files)}]" if spoken.files else ""
    return TimelineEntry(
        moment_of(spoken.ts),
        runtime.now(),
        "message",
        author.id,
        author.name,
        runtime.redactor.text(f"{said}{files}".strip() or "(no text)"),
        message_reference(spoken.channel, spoken.ts),
        spoken.permalink or "slack",
    )


def moment_of(ts: str) -> datetime:
    """When a message was sent; its ts is seconds since 1970."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadInput("That is no message.", "Use the shortcut on a message.") from error


async def edited(runtime: Runtime, event: MessageChanged) -> None:
    """A kept message says something else now: a new entry, the first one stays."""
    reference = message_reference(event.channel, event.ts)
    for incident in runtime.store.timeline.incidents_of_message(reference):
        first = runtime.store.timeline.find(incident, reference)
        if first is None:
            continue
        latest = _latest_text(runtime, incident, reference, first)
        text = runtime.redactor.text(await readable(runtime, event.text))
        if latest == text or (latest == first.text and first.text.startswith(f"{text} [files:")):
            continue
        digest = hashlib.sha256(f"{event.at.timestamp()}\n{text}".encode()).hexdigest()[:16]
        kept = own_entry(
            runtime, "message edited", text, f"{reference}:edited:{digest}",
            happened_at=event.at, by=Actor(first.actor_id, first.actor_name), source=first.source,
        )  # fmt: skip
        runtime.store.timeline.append(incident, kept)


async def deleted(runtime: Runtime, event: MessageDeleted) -> None:
    """A kept message is gone from Slack: said in a new entry, its words stay here."""
    reference = message_reference(event.channel, event.ts)
    for incident in runtime.store.timeline.incidents_of_message(reference):
        first = runtime.store.timeline.find(incident, reference)
        words = "The message was deleted in Slack; what it said is kept above."
        kept = own_entry(
            runtime, "message deleted", words, f"{reference}:deleted", happened_at=event.at,
            source=first.source if first else "slack",
        )  # fmt: skip
        runtime.store.timeline.append(incident, kept)


def _latest_text(runtime: Runtime, incident: str, reference: str, first: TimelineEntry) -> str:
    edits = runtime.store.timeline.page(incident, limit=1_000, kinds=("message edited",))
    own = [each for each in edits if each.reference.startswith(f"{reference}:edited:")]
    return max(own, key=lambda each: each.sequence).text if own else first.text
