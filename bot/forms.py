"""Other ways in than a command line: modals, shortcuts, and addresses that services call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.command import Block, Catalogue
    from bot.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A global or message shortcut that opens a modal first; submitting it runs a command.

    `modal(context)` answers the view at once, without I/O. `command_line(values, message)`
    turns the submitted state and the message (message shortcuts only) into command words. With
    `form`, that form is opened instead, and knows the message as its `about`.
    """

    callback_id: str
    name: str
    description: str
    kind: str  # "global" or "message"
    modal: Callable[[Catalogue], Block] | None = None
    command_line: Callable[[Mapping[str, Any], Mapping[str, Any]], str] | None = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A modal behind a button (`bot.blocks.form_button`), a shortcut or a slash command.

    `modal(runtime, about)` answers the view at once: it may read the store, never the network.
    `about` is what the button was given, as text by name; from a message shortcut `channel`,
    `ts`, `thread_ts`, `text` (cut to 1,500 characters), `author` and `author_id`; always `person`,
    the id of who opens it, and `in_channel`, where it was opened. `command_line(values, about)`
    turns what was entered (by block id, always text; several choices or people joined by commas)
    into command words, which run as the person who submitted it. `check(values, about)` answers
    what is wrong, by block id; Slack shows it beside the field and keeps the modal open.
    """

    name: str
    modal: Callable[[Runtime, Mapping[str, str]], Block]
    command_line: Callable[[Mapping[str, str], Mapping[str, str]], str]
    check: Callable[[Mapping[str, str], Mapping[str, str]], Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """`POST /webhooks/<name>` of the HTTP process. `handle(runtime, headers, body)` answers the
    status and a short text; names of headers are in small letters, the body is at most 1 MB."""

    name: str
    handle: Callable[[Runtime, Mapping[str, str], bytes], Awaitable[tuple[int, str]]]
