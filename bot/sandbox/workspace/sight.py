"""What a person can read and use on the screen: texts and controls of blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import mrkdwn
from bot.sandbox.workspace import elements
from bot.sandbox.workspace.model import Json, Message, Person, View

READ = {"text", "alt_text", "title", "label", "hint", "description", "placeholder", "caption"}
_ID = re.compile(r"@([UW][A-Z0-9]+)")


@dataclass(frozen=True, slots=True)
class Control:
    """Something to press or choose: a button, or one option of a select or menu."""

    container_id: str
    block_id: str
    action_id: str
    label: str
    element: Json
    value: str | None = None  # of an option


def named(text: str, people: Mapping[str, Person]) -> str:
    """The text with ids after @ as the names people read."""

    def name(found: re.Match[str]) -> str:
        person = people.get(found[1])
        return f"@{person.name}" if person else found[0]

    return _ID.sub(name, text)


def message_text(message: Message) -> str:
    """What the message shows: its blocks, or its text where it has none."""
    if not (message.blocks or message.attachments):
        return plain(message.text)
    return plain("\n".join(texts([*message.blocks, *message.attachments])))


def view_text(view: View) -> str:
    shown = [view.payload.get("title"), *view.blocks, view.payload.get("submit")]
    return plain("\n".join([*texts(shown), *view.errors.values()]))


def plain(text: str) -> str:
    """mrkdwn as it reads, without marks."""
    return mrkdwn.plain_text(mrkdwn.parse(text))


def texts(part: Any) -> Iterator[str]:
    """Every text a reader sees in blocks, in order."""
    if isinstance(part, list | tuple):
        for one in part:
            yield from texts(one)
    elif isinstance(part, dict):
        for key, value in part.items():
            if isinstance(value, str) and key in READ:
                yield value
            elif key != "confirm":
                yield from texts(value)


def controls(container_id: str, blocks: Sequence[Json]) -> Iterator[Control]:
    """Every control of the blocks, those of menus by their options."""
    for block, element in elements.of_blocks(blocks):
        where = (container_id, str(block["block_id"]), str(element["action_id"]))
        if element["type"] == "button":
            yield Control(*where, plain(element["text"]["text"]), element)
        for option in elements.options(element):
            yield Control(*where, plain(option["text"]["text"]), element, option["value"])
