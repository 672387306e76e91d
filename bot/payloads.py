"""Slack's payloads, typed at the edge: who asked, what, where to answer, and which delivery it is.

What lacks a field or has it in another shape raises Unreadable.

Source: docs.slack.dev (slash commands, block_actions, view_submission, shortcuts, Events API).
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass, replace

from bot.ask_buttons import ASK, REASON_MODAL
from bot.blocks import RUN
from bot.command import Delivery, Invocation, Person, Surface
from bot.destination import Destination, Place
from bot.frozen import with_reason
from bot.payload_fields import Payload, Unreadable, first, kept, required, table, text

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no letters that look like digits over the phone
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
    return "P-" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in secrets.token_bytes(6))


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


def from_button(body: Payload) -> Request | None:
    """A press of a command button; None where the action is not one of ours."""
    action = first(body, "actions")
    if not text(action, "action_id").startswith((RUN, ASK)):
        return None
    pressed = kept(action, "value")
    person = _person(body)
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
            delivery=_delivery(pressed),
            ephemeral=bool(container.get("is_ephemeral")),
        )
    return Request(
        delivery=f"press:{trigger_id}:{text(action, 'action_ts')}",
        invocation=Invocation(
            reference(), person, surface, text(pressed, "run"), channel, destination.thread_ts
        ),
        destination=destination,
        trigger_id=trigger_id,
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """A press that asks for a reason first; `metadata` is kept in the modal until it is given."""

    trigger_id: str
    act: str
    question: str
    metadata: str
    in_modal: bool


def from_asking(body: Payload) -> Asking | None:
    """A press of a reason button; None where it is not one of ours."""
    request = from_button(body)
    if request is None:
        return None
    pressed = kept(first(body, "actions"), "value")
    destination = request.destination
    if destination.ephemeral:
        # What asked for the reason gives way to what came of it.
        destination = replace(destination, delivery=Delivery.UPDATE)
    going_on = {
        "run": request.invocation.text,
        "channel": request.invocation.channel,
        "to": destination.to_text(),
    }
    return Asking(
        request.trigger_id,
        text(pressed, "act", "Go on"),
        text(pressed, "ask", "Why?"),
        json.dumps(going_on, separators=(",", ":")),
        in_modal=destination.place is Place.VIEW,
    )


def from_reason(body: Payload) -> Request:
    """A submitted reason: the command line of the button, with the reason."""
    person, view = _person(body), table(body, "view")
    view_id, going_on = required(view, "id"), kept(view, "private_metadata")
    try:
        destination = Destination.from_text(required(going_on, "to"))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Unreadable("private_metadata") from None
    if destination.place is Place.VIEW:
        destination = replace(destination, view=view_id)
    run, channel = required(going_on, "run"), text(going_on, "channel")
    line = with_reason(run, submitted_values(view).get(REASON_MODAL, ""))
    return Request(
        delivery=f"submit:{view_id}:{text(view, 'hash')}",
        invocation=Invocation(
            reference(), person, Surface.BUTTON, line, channel, destination.thread_ts
        ),
        destination=destination,
    )


def from_submission(body: Payload, command_line: str, message: Payload) -> Request:
    """A submitted modal, answered in the modal or under the message it was opened from."""
    person, view = _person(body), table(body, "view")
    view_id = required(view, "id")
    channel, thread = text(message, "channel"), text(message, "thread_ts")
    destination = Destination(Place.VIEW, person.id, view=view_id)
    if channel:
        destination = Destination(
            Place.THREAD, person.id, channel, thread_ts=thread, ephemeral=False
        )
    return Request(
        delivery=f"submit:{view_id}:{text(view, 'hash')}",
        invocation=Invocation(reference(), person, Surface.SHORTCUT, command_line, channel, thread),
        destination=destination,
    )


def submitted_values(view: Payload) -> dict[str, str]:
    """The modal's inputs by block id, as text; empty where nothing was given."""
    values: dict[str, str] = {}
    entered = table(table(view, "state"), "values")
    for block_id in entered:
        inputs = table(entered, block_id)
        for action_id in inputs:
            state = table(inputs, action_id)
            chosen = table(state, "selected_option")
            values[block_id] = text(state, "value") or text(chosen, "value")
    return values


def remembered_message(body: Payload) -> str:
    """Where a message shortcut was used, to keep in the modal until it is submitted."""
    message = table(body, "message")
    if not message:
        return ""
    thread = text(message, "thread_ts") or text(message, "ts")
    where = {"channel": text(table(body, "channel"), "id"), "thread_ts": thread}
    return json.dumps(where, separators=(",", ":"))


def recalled_message(view: Payload) -> dict[str, str]:
    """What `remembered_message` kept: channel and thread_ts, or nothing."""
    where = kept(view, "private_metadata")
    return {name: text(where, name) for name in where}


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


def _person(body: Payload) -> Person:
    user = table(body, "user")
    person_id = required(user, "id")
    return Person(person_id, text(user, "username") or text(user, "name", person_id))


def _delivery(pressed: Payload) -> Delivery:
    try:
        return Delivery(text(pressed, "delivery", Delivery.NEW))
    except ValueError:
        raise Unreadable("delivery") from None
