"""What Slack sends when a form is opened and when it is submitted, typed at the edge.

Between the two, the modal's private_metadata keeps what the form is about and where its
answer goes.

Source: docs.slack.dev (block_actions, shortcuts, view_submission, view state values).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.blocks import FORM, clip
from bot.command import Delivery, Invocation, Surface
from bot.destination import Destination, Place
from bot.limits import PRIVATE_METADATA
from bot.payload_fields import Payload, Unreadable, first, kept, required, table, text
from bot.payloads import Request, person_of, pressed, reference

TEXT_MOST = 1_500  # characters of a message that a form is opened on


@dataclass(frozen=True, slots=True)
class Opening:
    """A form to open: `origin` is who asked, and where the answer will go."""

    form: str
    about: Mapping[str, str]
    origin: Request
    in_modal: bool = False  # a button inside a modal: the form goes above it

    def metadata(self) -> str:
        """What the modal keeps; a message's text is cut further where it would not fit."""
        invocation, about = self.origin.invocation, dict(self.about)
        while True:
            going_on = {
                "about": about,
                "to": self.origin.destination.to_text(),
                "surface": invocation.surface.value,
                "channel": invocation.channel,
                "thread_ts": invocation.thread_ts,
            }
            written = json.dumps(going_on, separators=(",", ":"), ensure_ascii=False)
            if len(written) <= PRIVATE_METADATA or not about.get("text"):
                return written
            # By a share, since JSON writes some characters as six.
            about["text"] = about["text"][: len(about["text"]) * 4 // 5]


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted form: what was entered by block id, and what the modal kept."""

    form: str
    values: Mapping[str, str]
    about: Mapping[str, str]
    origin: Request  # its command line is still empty
    inputs: tuple[str, ...]  # block ids of the modal's inputs, in their order


def from_form_button(body: Payload, *, gives_way: frozenset[str]) -> Opening:
    """A press of a form button; `gives_way` names the forms whose answer replaces the question."""
    origin = pressed(body)
    opened = kept(first(body, "actions"), "value")
    form, about = required(opened, "form"), _texts(table(opened, "about"))
    destination = origin.destination
    if destination.ephemeral and destination.place is Place.MESSAGE and form in gives_way:
        destination = replace(destination, delivery=Delivery.UPDATE)
    return Opening(
        form,
        _known(about, origin),
        replace(origin, destination=destination),
        in_modal=destination.place is Place.VIEW,
    )


def from_shortcut(body: Payload, form: str) -> Opening:
    """A global shortcut, or a message shortcut: then the answer belongs in its thread."""
    person, trigger_id = person_of(body), required(body, "trigger_id")
    message = table(body, "message")
    channel = text(table(body, "channel"), "id")
    about, destination = {}, Destination(Place.VIEW, person.id)
    thread = ""
    if message:
        ts = required(message, "ts")
        thread = text(message, "thread_ts") or ts
        author_id = text(message, "user") or text(message, "bot_id")
        about = {
            "channel": channel,
            "ts": ts,
            "thread_ts": thread,
            "text": clip(text(message, "text"), TEXT_MOST),
            "author": text(table(message, "bot_profile"), "name") or author_id,
            "author_id": author_id,
        }
        destination = Destination(
            Place.THREAD, person.id, channel, thread_ts=thread, ephemeral=False
        )
    invocation = Invocation(reference(), person, Surface.SHORTCUT, "", channel, thread)
    origin = Request(f"shortcut:{trigger_id}", invocation, destination, trigger_id)
    return Opening(form, _known(about, origin), origin)


def from_words(origin: Request, form: str) -> Opening:
    """A command without arguments, typed or pressed, that has a form."""
    in_modal = origin.destination.place is Place.VIEW
    return Opening(form, _known({}, origin), origin, in_modal=in_modal)


def from_submission(body: Payload) -> Submission:
    """A submitted form of ours; raises Unreadable for another view."""
    view = table(body, "view")
    view_id, callback_id = required(view, "id"), required(view, "callback_id")
    if not callback_id.startswith(FORM):
        raise Unreadable("callback_id")
    going_on = kept(view, "private_metadata")
    try:
        destination = Destination.from_text(required(going_on, "to"))
        surface = Surface(required(going_on, "surface"))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Unreadable("private_metadata") from None
    if destination.place in (Place.VIEW, Place.DIRECT):
        # There is no message to answer at: the modal itself shows the answer.
        destination = replace(destination, place=Place.VIEW, view=view_id)
    channel, thread = text(going_on, "channel"), text(going_on, "thread_ts")
    invocation = Invocation(reference(), person_of(body), surface, "", channel, thread)
    return Submission(
        callback_id.removeprefix(FORM),
        submitted_values(view),
        _texts(table(going_on, "about")),
        Request(f"submit:{view_id}:{text(view, 'hash')}", invocation, destination),
        _inputs(view),
    )


def submitted_values(view: Payload) -> dict[str, str]:
    """The modal's inputs by block id, as text; empty where nothing was given.

    Options give their values, people and conversations their ids, several of them joined by
    commas; dates and times are as Slack writes them, a date with a time is seconds since 1970.
    """
    values: dict[str, str] = {}
    entered = table(table(view, "state"), "values")
    for block_id in entered:
        inputs = table(entered, block_id)
        for action_id in inputs:
            values[block_id] = _entered(table(inputs, action_id))
    return values


_SINGLE = (
    "value",
    "selected_user",
    "selected_conversation",
    "selected_channel",
    "selected_date",
    "selected_time",
)
_SEVERAL = ("selected_users", "selected_conversations", "selected_channels")


def _entered(state: Payload) -> str:
    for name in _SINGLE:
        if found := text(state, name):
            return found
    for name in _SEVERAL:
        if found := ",".join(map(str, _list(state, name))):
            return found
    if moment := state.get("selected_date_time"):
        if not isinstance(moment, int):
            raise Unreadable("selected_date_time")
        return str(moment)
    chosen = [*_list(state, "selected_options"), table(state, "selected_option")]
    if not all(isinstance(option, Mapping) for option in chosen):
        raise Unreadable("selected_options")
    return ",".join(text(option, "value") for option in chosen if option)


def _list(state: Payload, name: str) -> list[Any]:
    found = state.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise Unreadable(name)
    return found


def _inputs(view: Payload) -> tuple[str, ...]:
    blocks = view.get("blocks")
    return tuple(
        text(block, "block_id")
        for block in (blocks if isinstance(blocks, list) else ())
        if isinstance(block, Mapping) and block.get("type") == "input"
    )


def _texts(found: Payload) -> dict[str, str]:
    return {name: text(found, name) for name in found}


def _known(about: Mapping[str, str], origin: Request) -> dict[str, str]:
    invocation = origin.invocation
    return {**about, "person": invocation.person.id, "in_channel": invocation.channel}
