"""Nodes as plain text: what a notification or a screen reader would say."""

from __future__ import annotations

from collections.abc import Iterable

from bot.mrkdwn.nodes import (
    BLOCK_NODES,
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
    Node,
    NumberedList,
    Quote,
    SpecialMention,
    Strike,
    Text,
    UserMention,
)


def plain_text(nodes: Iterable[Node]) -> str:
    """The text without its markup; dates become their fallback, emoji keep their shortcode."""
    pieces: list[str] = []
    after_block = False
    for node in nodes:
        is_block = isinstance(node, BLOCK_NODES)
        if pieces and (is_block or after_block):
            pieces.append("\n")
        pieces.append(_plain(node))
        after_block = is_block
    return "".join(pieces)


def _plain(node: Node) -> str:
    match node:
        case CodeBlock(text):
            return text
        case Quote(children):
            return plain_text(children)
        case BulletList(items) | NumberedList(items):
            return "\n".join(
                f"{' ' * item.indent}{item.marker} {plain_text(item.children)}" for item in items
            )
        case _:
            return plain_inline(node)


def plain_inline(node: Inline) -> str:
    match node:
        case Text(text) | Code(text):
            return text
        case LineBreak():
            return "\n"
        case Bold(children) | Italic(children) | Strike(children):
            return "".join(map(plain_inline, children))
        case Link(url, label):
            return "".join(map(plain_inline, label)) or url.removeprefix("mailto:")
        case UserMention(identifier, label) | GroupMention(identifier, label):
            return "@" + (label.removeprefix("@") or identifier)
        case ChannelMention(identifier, label):
            return "#" + (label.removeprefix("#") or identifier)
        case SpecialMention(name):
            return f"@{name}"
        case Date():
            return node.fallback or str(node.timestamp)
        case Emoji(name, tone):
            return f":{name}:" + (f":skin-tone-{tone}:" if tone else "")
