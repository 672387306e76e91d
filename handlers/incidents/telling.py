"""Where an incident is told: its room or thread, its card, the operations channel. Everything
goes through the outbox, so it arrives late rather than never, and once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Block, Reply, Surface
from bot.events import IncidentChanged
from bot.store.incidents_rows import IncidentRecord, RoomState
from handlers.incidents.card_views import announcement, card, plain_message
from handlers.incidents.finding import in_slack
from handlers.incidents.summary import summary_of

if TYPE_CHECKING:
    from bot.command import Context
    from bot.runtime import Runtime


def announced_key(record: IncidentRecord) -> str:
    return f"incident:{record.number}:announced"


def first_card(record: IncidentRecord) -> str:
    return f"incident:{record.number}:card:1"


def next_card(record: IncidentRecord) -> str:
    """The key of a card at another place."""
    front, _, count = record.card.rpartition(":")
    return f"{front}:{int(count) + 1}" if record.card else first_card(record)


def root_key(runtime: Runtime, record: IncidentRecord) -> str:
    """The message whose thread an incident without a channel lives in."""
    in_ops = record.channel == runtime.settings.slack.ops_channel
    return announced_key(record) if in_ops and not record.private else record.card


def say(runtime: Runtime, record: IncidentRecord, text: str, *buttons: Block, key: str) -> None:
    """Tell those who work on it; the same `key` is told once.

    A private incident that has no room yet is told to nobody but whoever declared it.
    """
    said, blocks = plain_message(text, *buttons)
    post = runtime.messages.post
    full = f"incident:{record.number}:{key}"
    if record.room is RoomState.MADE:
        post(record.channel, said, blocks, key=full, private=record.private)
    elif record.channel:
        post(
            record.channel, said, blocks, key=full, private=record.private,
            thread_ts=record.thread_ts,
            thread_of="" if record.thread_ts else root_key(runtime, record),
        )  # fmt: skip
    elif not record.private:
        ops = runtime.settings.slack.ops_channel
        post(ops, said, blocks, key=full, thread_of=announced_key(record))
    elif in_slack(record.declared_by_id):
        post(record.declared_by_id, said, blocks, key=full, private=True)


def show(runtime: Runtime, record: IncidentRecord) -> None:
    """Bring the card and the announcement to what is known now."""
    summary = summary_of(runtime, record)
    store, post = runtime.store, runtime.messages.post
    if not record.private:
        text, blocks = announcement(summary)
        base, ops = announced_key(record), runtime.settings.slack.ops_channel
        if store.outbox.find(base) is None:
            post(ops, text, blocks, key=base)
        else:
            key = f"{base}:{record.revision}"
            post(ops, text, blocks, key=key, update_of=base, latest=True)
    if not record.card:
        return
    text, blocks = card(summary)
    private = record.private
    if store.outbox.find(record.card) is None:
        post(
            record.channel, text, blocks, key=record.card, private=private,
            thread_ts=record.thread_ts, thread_of=_card_thread(runtime, record),
        )  # fmt: skip
    else:
        post(
            record.channel, text, blocks, key=f"{record.card}:{record.revision}",
            update_of=record.card, latest=True, private=private,
        )  # fmt: skip
    store.incidents.show(record.id, record.revision)


def _card_thread(runtime: Runtime, record: IncidentRecord) -> str:
    """The key of the message in whose thread the card goes; empty for none."""
    if record.room is RoomState.MADE or record.thread_ts:
        return ""
    root = root_key(runtime, record)
    return "" if root == record.card else root


def publish(runtime: Runtime, record: IncidentRecord, change: str) -> None:
    runtime.publish(
        IncidentChanged(
            runtime.now(),
            record.id,
            record.title,
            record.severity,
            record.kind.value,
            record.status.value,
            record.channel,
            change,
            record.drill,
            record.private,
        )
    )


def _answered_there(context: Context, record: IncidentRecord) -> bool:
    """Whether the answer itself reaches those who work on it: in a thread only a mention's does."""
    asking = context.invocation
    if not record.channel or asking.channel != record.channel:
        return False
    if record.room is RoomState.MADE:
        return True
    mentioned = asking.surface is Surface.MENTION
    return mentioned and bool(record.thread_ts) and asking.thread_ts == record.thread_ts


def told(
    context: Context, record: IncidentRecord, text: str, change: str, *buttons: Block
) -> Reply:
    """Everybody in the incident sees it: as the answer, where it was asked there, else by a
    message of the bot's; the card follows."""
    runtime = context.runtime
    current = runtime.store.incidents.find(record.id) or record
    here = _answered_there(context, current)
    if not here:
        say(runtime, current, text, *buttons, key=f"said:{context.invocation.reference}")
    show(runtime, current)
    publish(runtime, current, change)
    said, blocks = plain_message(text, *buttons)
    hidden = record.private and not here
    data = {"incident": record.id, "change": change}
    return Reply(said, blocks, in_channel=here, data=data, private=hidden)
