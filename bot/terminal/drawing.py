"""One block into something rich can print, by its type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text as Line

from bot import mrkdwn
from bot.terminal.elements import Element, element_line, mappings, picture, text_object, words
from bot.terminal.rich_text import rich_text_nodes
from bot.terminal.tables import draw_table
from bot.terminal.texts import Hanging, Writer

_FIELDS_SIDE_BY_SIDE = 60  # columns of the terminal from which on fields stand in pairs
_DEEPEST = 6
_TEXT_KEYS = ("title", "text", "subtitle", "caption", "description", "label", "alt_text", "value")
_NEITHER_SHOWN = ("type", "block_id", "action_id", "style", "emoji", "verbatim")


def draw_block(writer: Writer, block: Element, width: int) -> RenderableType | None:
    """The block drawn; None for one that says nothing at all (an empty section)."""
    match block.get("type"):
        case "header":
            return text_object(writer, block.get("text"), "bold underline")
        case "section":
            return _section(writer, block, width)
        case "context":
            return _context(writer, block)
        case "divider":
            return Rule(characters=writer.characters.clean("─"), style="dim")
        case "actions" | "context_actions":
            return _actions(writer, block)
        case "table":
            return draw_table(writer, block, width)
        case "image":
            return picture(writer, block)
        case "rich_text":
            return writer.paragraphs(rich_text_nodes(block)) if block.get("elements") else None
        case "markdown":
            return _markdown(writer, block)
        case "input":
            label = words(writer, block.get("label"))
            return writer.text(f"{label}: a form field, filled in in Slack", "dim")
    return _unknown(writer, block)


def _section(writer: Writer, block: Element, width: int) -> RenderableType | None:
    parts: list[RenderableType] = []
    text = block.get("text")
    raw = text.get("text") if isinstance(text, Mapping) else None
    if isinstance(text, Mapping) and text.get("type") == "mrkdwn" and isinstance(raw, str):
        parts.append(writer.paragraphs(mrkdwn.parse(raw)))
    elif shown := text_object(writer, text):
        parts.append(shown)
    if texts := [text_object(writer, field) for field in mappings(block.get("fields"))]:
        parts.append(_fields(texts, width))
    accessory = block.get("accessory")
    if isinstance(accessory, Mapping) and (line := element_line(writer, accessory)):
        parts.append(line)
    return Group(*parts) if parts else None


def _fields(texts: list[Line], width: int) -> RenderableType:
    if width < _FIELDS_SIDE_BY_SIDE or len(texts) == 1:
        return Group(*texts)
    grid = Table.grid(expand=True, padding=(0, 2, 0, 0))
    grid.add_column(ratio=1, overflow="fold")
    grid.add_column(ratio=1, overflow="fold")
    for start in range(0, len(texts), 2):
        grid.add_row(*texts[start : start + 2])
    return grid


def _context(writer: Writer, block: Element) -> RenderableType | None:
    texts = [
        picture(writer, element)
        if element.get("type") == "image"
        else text_object(writer, element, "dim")
        for element in mappings(block.get("elements"))
    ]
    return _lines(texts)


def _markdown(writer: Writer, block: Element) -> RenderableType | None:
    raw = block.get("text")
    if not isinstance(raw, str) or not raw.strip():
        return None
    from rich.markdown import Markdown  # heavy, and seldom needed

    return Markdown(writer.plain(raw).plain, hyperlinks=False)


def _actions(writer: Writer, block: Element) -> RenderableType | None:
    lines = [element_line(writer, item) for item in mappings(block.get("elements"))]
    kept = [Hanging(line, "", "    ") for line in lines if line.plain.strip()]
    return Group(*kept) if kept else None


def _lines(texts: list[Line]) -> RenderableType | None:
    kept = [text for text in texts if text.plain.strip()]
    return Group(*kept) if kept else None


def _unknown(writer: Writer, block: Element) -> RenderableType | None:
    """A block this terminal has no drawing for: its kind, then every text found in it."""
    kind = words(writer, block.get("type")) or "unknown"
    lines = [writer.text(f"[{kind.replace('_', ' ')}]", "dim")]
    lines.extend(_texts(writer, block, 0))
    return Group(*lines)


def _texts(writer: Writer, value: object, depth: int) -> Iterator[Line]:
    if depth > _DEEPEST:
        yield writer.text("…", "dim")
    elif isinstance(value, list):
        for item in value:
            yield from _texts(writer, item, depth + 1)
    elif isinstance(value, Mapping):
        if depth and value.get("type") in ("mrkdwn", "plain_text", "raw_text", "rich_text"):
            yield text_object(writer, value)
        elif depth and value.get("type") in ("button", "image"):
            yield element_line(writer, value)
        else:
            for inside in _shown_first(value):
                yield from _texts(writer, inside, depth + 1)
    elif isinstance(value, str | int | float) and not isinstance(value, bool) and str(value):
        yield writer.plain(str(value))


def _shown_first(value: Mapping[str, Any]) -> list[Any]:
    """The values that carry text before the others; those that carry none are left out."""
    shown = [(name, inside) for name, inside in value.items() if name not in _NEITHER_SHOWN]
    return [inside for _, inside in sorted(shown, key=lambda entry: entry[0] not in _TEXT_KEYS)]
