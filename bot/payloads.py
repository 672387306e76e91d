"""Slack's payloads, typed at the edge: who asked, what, where to answer, and which delivery it is.

What lacks a field or has it in another shape raises Unreadable.

Source: docs.slack.dev (slash commands, block_actions, view_submission, shortcuts, Events API).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.blocks import FORM, RUN
from bot.command import Delivery, Invocation, Person, Surface
from bot.destination import Destination, Place
from bot.payload_fields import Payload, Unreadable, first, kept, required, table, text
from bot.short_ids import short_id

_MENTION = re.compile(r"^\s*<@[UW][A-Z0-9]+(?:\|[^>]*)?>[:,]?\s*")


@dataclass(frozen=True, slots=True)
class Request:
    """One delivery: `delivery` is the same for every redelivery of it, and differs otherwise."""

    delivery: str
    invocation: Invocation
    destination: Destination
    trigger_id: str = ""


def reference() -> str:
    """A short id that a person can read out: it is in the reply, the log and the audit entry."""
    return short_id("P")


def from_slash(body: Payload) -> Request:
    person_id, trigger_id = required(body, "user_id"), required(body, "trigger_id")
    person = Person(person_id, text(body, "user_name", person_id))
    channel = text(body, "channel_id")
    return Request(
        delivery=f"slash:{trigger_id}",
        invocation=Invocation(reference(), person, Surface.SLASH, text(body, "text"), channel),
        destination=Destination(
            Place.RESPONSE_URL,
            person.id,
            channel=channel,
            response_url=text(body, "response_url"),
        ),
        trigger_id=trigger_id,
    )


def from_button(body: Payload) -> Request:
    """A press of a command button."""
    run = text(kept(first(body, "actions"), "value"), "run")
    request = pressed(body)
    return replace(request, invocation=replace(request.invocation, text=run))


def pressed(body: Payload) -> Request:
    """A press of a button of ours: who, where, and where an answer goes; no command line yet."""
    action = first(body, "actions")
    if not text(action, "action_id").startswith((RUN, FORM)):
        raise Unreadable("action_id")
    person = person_of(body)
    trigger_id = required(body, "trigger_id")
    container, message = table(body, "container"), table(body, "message")
    channel = text(table(body, "channel"), "id") or text(container, "channel_id")
    surface = Surface.BUTTON
    if container.get("type") == "view":
        if table(body, "view").get("type") == "home":
            surface = Surface.HOME
            destination = Destination(Place.DIRECT, person.id)
        else:
            destination = Destination(Place.VIEW, person.id, view=text(container, "view_id"))
    else:
        destination = Destination(
            Place.MESSAGE,
            person.id,
            channel=channel,
            ts=text(container, "message_ts"),
            thread_ts=text(message, "thread_ts") or text(container, "thread_ts"),
            response_url=text(body, "response_url"),
            delivery=_delivery(kept(action, "value")),
            ephemeral=bool(container.get("is_ephemeral")),
        )
    return Request(
        delivery=f"press:{trigger_id}:{text(action, 'action_ts')}",
        invocation=Invocation(reference(), person, surface, "", channel, destination.thread_ts),
        destination=destination,
        trigger_id=trigger_id,
    )


def in_view(destination: Destination, view: str) -> Destination:
    """The same person, answered in an open modal."""
    return replace(destination, place=Place.VIEW, view=view)


def from_mention(event: Payload) -> Request:
    """`@Pitchey health`: the answer goes into the thread of the message that mentions us.

    The message is the identity: some duplicates of one event carry distinct event ids.
    """
    person = Person(required(event, "user"), required(event, "user"))
    channel, ts = required(event, "channel"), required(event, "ts")
    thread = text(event, "thread_ts", ts)
    line = _MENTION.sub("", text(event, "text"), count=1)
    return Request(
        delivery=f"mention:{channel}:{ts}",
        invocation=Invocation(reference(), person, Surface.MENTION, line, channel, thread),
        destination=Destination(
            Place.THREAD, person.id, channel, thread_ts=thread, ephemeral=False
        ),
    )


def person_of(body: Payload) -> Person:
    """Who acted, in an interactive payload."""
    user = table(body, "user")
    person_id = required(user, "id")
    return Person(person_id, text(user, "username") or text(user, "name", person_id))


def _delivery(carried: Payload) -> Delivery:
    try:
        return Delivery(text(carried, "delivery", Delivery.NEW))
    except ValueError:
        raise Unreadable("delivery") from None
