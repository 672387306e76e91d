"""Other ways in than a command line: modals, shortcuts, and addresses that services call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.command import Block
    from bot.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A global or message shortcut of the manifest: it opens the form of that name.

    A form opened by a message shortcut knows the message as its `about`, and its answer
    appears in that message's thread; that of a global one appears in the modal.
    """

    callback_id: str
    name: str
    description: str
    kind: str  # "global" or "message"
    form: str


@dataclass(frozen=True, slots=True)
class Form:
    """A modal behind a button (`bot.blocks.form_button`), a shortcut or a slash command.

    `modal(runtime, about)` answers the view at once: it may read the store, never the network;
    its callback_id and private_metadata are the house's. `about` is what the button was given,
    as text by name; from a message shortcut `channel`, `ts`, `thread_ts`, `text` (cut to 1,500
    characters), `author` and `author_id`; always `person`, the id of who opens it, and
    `in_channel`, where it was opened. `command_line(values, about)` turns what was entered (by
    block id, always text; several choices or people joined by commas) into command words, which
    run as the person who submitted it. `check(values, about)` answers what is wrong, by block id;
    Slack shows it beside the field and keeps the modal open. An OpsError that any of them raises
    is shown to the person. Where the form `gives_way`, an ephemeral message whose button opened
    it is replaced by the answer. `secret` is the block id of an input whose value none of them
    gets: they get a ticket of `bot.handover` in its place, and the value is written nowhere.
    """

    name: str
    modal: Callable[[Runtime, Mapping[str, str]], Block]
    command_line: Callable[[Mapping[str, str], Mapping[str, str]], str]
    check: Callable[[Mapping[str, str], Mapping[str, str]], Mapping[str, str]] | None = None
    gives_way: bool = False
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """`POST /webhooks/<name>` of the HTTP process. `handle(runtime, headers, body)` answers the
    status and a short text; names of headers are in small letters, the body is at most 1 MB."""

    name: str
    handle: Callable[[Runtime, Mapping[str, str], bytes], Awaitable[tuple[int, str]]]
