"""Slack text (mrkdwn) parsed once, for the terminal and the sandbox page.

Source: docs.slack.dev, "Formatting message text". Any text gives nodes, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.mrkdwn.inline import code_text, parse_inline
from bot.mrkdwn.nodes import (
    BLOCK_NODES,
    BlockNode,
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
)
from bot.mrkdwn.plain import plain_text

_FENCE = "```"
_QUOTE = re.compile(r"(?:>|&gt;) ?")
_QUOTE_REST = re.compile(r"(?:>|&gt;){3} ?")
_ITEM = re.compile(r"(?P<indent> *)(?P<marker>[•◦▪‣-]|(?P<number>[0-9]{1,3}[.)]))[ \t]+(?=\S)")
_LINE_BREAK = LineBreak()

# A piece is either one line of running text or a block that stands on lines of its own.
_Piece = tuple[Inline, ...] | BlockNode


def parse(text: str) -> list[Node]:
    """The nodes of a Slack text.

    A LineBreak stands only between lines of running text; a block (CodeBlock, Quote, a list)
    begins and ends its own lines. An empty line behind a block is `Text("")`.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _assembled(_pieces(text, quotes=True))


def _assembled(pieces: Iterable[_Piece]) -> list[Node]:
    nodes: list[Node] = []
    after_line = False
    for piece in pieces:
        if isinstance(piece, BLOCK_NODES):
            nodes.append(piece)
            after_line = False
            continue
        if after_line:
            nodes.append(_LINE_BREAK)
        nodes.extend(piece if piece or after_line else (Text(""),))
        after_line = True
    return nodes


def _pieces(text: str, *, quotes: bool) -> Iterator[_Piece]:
    position = 0
    fences = True  # false once no closing fence is left, so that none is looked for again
    while position < len(text):
        end = _line_end(text, position)
        if quotes and (rest := _QUOTE_REST.match(text, position, end)):
            yield Quote(_quoted(text[rest.end() :]))
            return
        if quotes and _QUOTE.match(text, position, end):
            inside, position = _quote_lines(text, position)
            yield Quote(_quoted(inside))
            continue
        fence = text.find(_FENCE, position, end) if fences else -1
        close = text.find(_FENCE, fence + 3) if fence >= 0 else -1
        fences = fences and not (fence >= 0 and close < 0)
        if close > fence + 3:
            if before := text[position:fence]:
                yield parse_inline(before)
            yield CodeBlock(code_text(text[fence + 3 : close].strip("\n")))
            position = close + 3 + text.startswith("\n", close + 3)
        elif _ITEM.match(text, position, end):
            items, position = _list(text, position)
            yield items
        else:
            yield parse_inline(text[position:end])
            position = end + 1


def _quoted(inside: str) -> tuple[Node, ...]:
    return tuple(_assembled(_pieces(inside, quotes=False)))


def _quote_lines(text: str, position: int) -> tuple[str, int]:
    """The neighbouring quoted lines without their signs, and where the next line begins."""
    lines: list[str] = []
    while position < len(text):
        end = _line_end(text, position)
        found = _QUOTE.match(text, position, end)
        if not found:
            break
        lines.append(text[found.end() : end])
        position = end + 1
    return "\n".join(lines), position


def _list(text: str, position: int) -> tuple[BulletList | NumberedList, int]:
    """The neighbouring items of one sort, and where the next line begins."""
    items: list[ListItem] = []
    numbered: bool | None = None
    while position < len(text):
        end = _line_end(text, position)
        found = _ITEM.match(text, position, end)
        if not found or numbered not in (None, bool(found["number"])):
            break
        numbered = bool(found["number"])
        children = parse_inline(text[found.end() : end])
        items.append(ListItem(found["marker"], len(found["indent"]), children))
        position = end + 1
    return (NumberedList if numbered else BulletList)(tuple(items)), position


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


__all__ = [
    "Bold",
    "BulletList",
    "ChannelMention",
    "Code",
    "CodeBlock",
    "Date",
    "Emoji",
    "GroupMention",
    "Inline",
    "Italic",
    "LineBreak",
    "Link",
    "ListItem",
    "Node",
    "NumberedList",
    "Quote",
    "SpecialMention",
    "Strike",
    "Text",
    "UserMention",
    "parse",
    "plain_text",
]
