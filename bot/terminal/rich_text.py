"""The rich_text block as the nodes that Slack text has, so that both are drawn alike.

Source: docs.slack.dev, Block Kit reference, rich text block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.mrkdwn import (
    Bold,
    BulletList,
    ChannelMention,
    Code,
    CodeBlock,
    Date,
    Emoji,
    GroupMention,
    Inline,
    Italic,
    LineBreak,
    Link,
    ListItem,
    Node,
    NumberedList,
    Quote,
    SpecialMention,
    Strike,
    Text,
    UserMention,
    plain_text,
)

_SKIN_TONES = range(2, 7)


def rich_text_nodes(block: Mapping[str, Any]) -> list[Node]:
    """The nodes of a rich_text block or of a cell of that type."""
    nodes: list[Node] = []
    for element in _mappings(block.get("elements")):
        inline = _inline(element)
        match element.get("type"):
            case "rich_text_preformatted":
                nodes.append(CodeBlock(plain_text(inline).strip("\n")))
            case "rich_text_quote":
                nodes.append(Quote(tuple(inline)))
            case "rich_text_list":
                nodes.append(_list(element))
            case _:
                if inline and nodes and not isinstance(nodes[-1], CodeBlock | Quote):
                    nodes.append(LineBreak())
                nodes.extend(inline)
    return nodes


def _list(element: Mapping[str, Any]) -> BulletList | NumberedList:
    depth = element.get("indent")
    indent = 2 * depth if isinstance(depth, int) else 0
    ordered = element.get("style") == "ordered"
    offset = element.get("offset")
    first = 1 + offset if isinstance(offset, int) else 1
    items = tuple(
        ListItem(f"{number}." if ordered else "•", indent, tuple(_inline(item)))
        for number, item in enumerate(_mappings(element.get("elements")), first)
    )
    return NumberedList(items) if ordered else BulletList(items)


def _inline(element: Mapping[str, Any]) -> list[Inline]:
    nodes: list[Inline] = []
    for part in _mappings(element.get("elements")):
        style = part.get("style")
        for node in _part(part):
            nodes.append(_styled(node, style if isinstance(style, Mapping) else {}))
    return nodes


def _part(part: Mapping[str, Any]) -> list[Inline]:
    text = _string(part, "text")
    match part.get("type"):
        case "link":
            return [Link(_string(part, "url"), (Text(text),) if text else ())]
        case "emoji":
            tone = part.get("skin_tone")
            return [
                Emoji(
                    _string(part, "name"),
                    tone if isinstance(tone, int) and tone in _SKIN_TONES else 0,
                )
            ]
        case "user":
            return [UserMention(_string(part, "user_id"))]
        case "usergroup":
            return [GroupMention(_string(part, "usergroup_id"))]
        case "channel":
            return [ChannelMention(_string(part, "channel_id"))]
        case "broadcast":
            return [SpecialMention(_string(part, "range"))]
        case "color":
            return [Code(_string(part, "value"))]
        case "date":
            return [_date(part)]
        case _:
            return _lines(text)


def _date(part: Mapping[str, Any]) -> Inline:
    timestamp = part.get("timestamp")
    fallback = _string(part, "fallback")
    if not isinstance(timestamp, int):
        return Text(fallback)
    if not fallback and 0 <= timestamp < 253_402_300_800:  # the year 10000
        fallback = f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M UTC}"
    return Date(timestamp, _string(part, "format") or "{date_num} {time}", fallback)


def _lines(text: str) -> list[Inline]:
    nodes: list[Inline] = []
    for index, line in enumerate(text.split("\n")):
        if index:
            nodes.append(LineBreak())
        if line:
            nodes.append(Text(line))
    return nodes


def _styled(node: Inline, style: Mapping[str, Any]) -> Inline:
    if style.get("code") and isinstance(node, Text):
        node = Code(node.text)
    for name, kind in (("strike", Strike), ("italic", Italic), ("bold", Bold)):
        if style.get(name) and not isinstance(node, LineBreak):
            node = kind((node,))
    return node


def _mappings(value: object) -> Iterable[Mapping[str, Any]]:
    return (item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def _string(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""
