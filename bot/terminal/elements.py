"""Buttons, menus and pictures as words: what a person at a terminal can do instead."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.text import Text as Line

from bot import mrkdwn
from bot.terminal.rich_text import rich_text_nodes
from bot.terminal.texts import Writer

Element = Mapping[str, Any]


def mappings(value: object) -> list[Element]:
    """The mappings of a list; nothing where a block is not shaped as it should be."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def text_object(writer: Writer, value: object, style: str = "") -> Line:
    """A text object (plain_text, mrkdwn, raw_text, rich_text) or a bare string, as one text."""
    if isinstance(value, str):
        return writer.plain(value, style)
    if not isinstance(value, Mapping):
        return writer.text("")
    if value.get("type") == "rich_text":
        return writer.line(rich_text_nodes(value), style)
    raw = value.get("text")
    if value.get("type") == "mrkdwn" and isinstance(raw, str):
        return writer.line(mrkdwn.parse(raw), style)
    if value.get("type") == "raw_text":
        return writer.text(raw, style)
    if isinstance(raw, str | Mapping):
        return text_object(writer, raw, style)
    number = value.get("value")
    return writer.text(str(number) if isinstance(number, int | float | str) else "", style)


def words(writer: Writer, value: object) -> str:
    """The same on one line, as a plain string."""
    return writer.characters.line(text_object(writer, value).plain)


def element_line(writer: Writer, element: Element) -> Line:
    """One interactive element, or a picture, as one line; empty where it says nothing."""
    kind = element.get("type")
    if kind == "button":
        return _button(writer, element)
    if kind == "image":
        return picture(writer, element)
    label = words(writer, element.get("text")) or words(writer, element.get("placeholder"))
    options = [words(writer, option.get("text")) for option in _options(element)]
    line = writer.text(label)
    if options:
        line.append((": " if label else "") + ", ".join(filter(None, options)))
    if line and kind not in ("mrkdwn", "plain_text"):
        line.append(" (choose in Slack)", "dim")
    return line


def picture(writer: Writer, element: Element) -> Line:
    """The alt text, and the title and address where there are any."""
    title = words(writer, element.get("title"))
    alt = words(writer, element.get("alt_text"))
    line = writer.text("[picture] ", "dim")
    line.append(": ".join(dict.fromkeys(filter(None, (title, alt)))) or "without description")
    if address := words(writer, element.get("image_url")):
        line.append(f" ({address})", "dim")
    return line


def command_line(value: object) -> str:
    """The command words a button carries (see `bot.blocks.command_button`), or nothing."""
    try:
        carried = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return ""
    run = carried.get("run") if isinstance(carried, dict) else None
    return run if isinstance(run, str) else ""


def _button(writer: Writer, element: Element) -> Line:
    label = words(writer, element.get("text"))
    arrow = writer.characters.clean("→ ")
    address = words(writer, element.get("url"))
    run = writer.characters.line(command_line(element.get("value")))
    line = writer.text("").append(arrow, "dim")
    if run:
        typed = f"{writer.program} {run}"
        line.append(typed, "cyan")
        if label.removeprefix("/pitchey ") != run and label != typed:
            line.append(f"  {label}", "dim")
    elif address:
        line.append(f"{label}: ").append(address, "underline")
    else:
        line.append(label or "button").append(" (press in Slack)", "dim")
    return line


def _options(element: Element) -> Iterable[Element]:
    yield from mappings(element.get("options"))
    for group in mappings(element.get("option_groups")):
        yield from mappings(group.get("options"))
