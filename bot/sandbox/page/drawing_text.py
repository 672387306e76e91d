"""Slack text as HTML: text objects and mrkdwn. Everything from data goes through Markup.format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from bot import mrkdwn
from bot.sandbox.page.directory import Directory, safe_link
from bot.sandbox.page.shortcodes import emoji_character, with_emoji

EMPTY = Markup("")


def cannot_draw(what: object) -> Markup:
    """The visible mark of something this page has no drawing for."""
    return Markup('<span class="cannot-draw" role="note">Cannot draw {}</span>').format(
        str(what or "a part without a type")
    )


def text_object(text: Any, directory: Directory) -> Markup:
    """A plain_text or mrkdwn object; a bare string counts as plain text."""
    if isinstance(text, str):
        return plain_html(text)
    if not isinstance(text, Mapping):
        return EMPTY
    content = str(text.get("text", ""))
    return (
        mrkdwn_html(content, directory)
        if text.get("type") == "mrkdwn"
        else plain_html(content, shortcodes=bool(text.get("emoji", True)))
    )


def plain_html(text: str, *, shortcodes: bool = True) -> Markup:
    shown = with_emoji(text) if shortcodes else text
    return Markup("<br>").join(shown.split("\n"))


def plain_words(text: Any) -> str:
    """A text object without any markup, for labels and names."""
    if isinstance(text, Mapping):
        content = str(text.get("text", ""))
        if text.get("type") == "mrkdwn":
            content = mrkdwn.plain_text(mrkdwn.parse(content))
        return with_emoji(content)
    return with_emoji(str(text or ""))


def mrkdwn_html(text: str, directory: Directory) -> Markup:
    return nodes_html(mrkdwn.parse(text), directory)


def nodes_html(nodes: Iterable[mrkdwn.Node], directory: Directory) -> Markup:
    return EMPTY.join(_node(node, directory) for node in nodes)


def _node(node: mrkdwn.Node, directory: Directory) -> Markup:
    match node:
        case mrkdwn.Text(text):
            return Markup("{}").format(text)
        case mrkdwn.LineBreak():
            return Markup("<br>")
        case mrkdwn.Bold(children):
            return Markup("<strong>{}</strong>").format(nodes_html(children, directory))
        case mrkdwn.Italic(children):
            return Markup("<em>{}</em>").format(nodes_html(children, directory))
        case mrkdwn.Strike(children):
            return Markup("<s>{}</s>").format(nodes_html(children, directory))
        case mrkdwn.Code(text):
            return Markup("<code>{}</code>").format(text)
        case mrkdwn.Link(url, label):
            return link(url, nodes_html(label, directory) if label else url)
        case mrkdwn.CodeBlock(text):
            return Markup("<pre>{}</pre>").format(text)
        case mrkdwn.Quote(quoted):
            return Markup("<blockquote>{}</blockquote>").format(nodes_html(quoted, directory))
        case mrkdwn.BulletList(items) | mrkdwn.NumberedList(items):
            return _list(items, directory)
        case _:
            return _reference(node, directory)


def _reference(
    node: mrkdwn.UserMention
    | mrkdwn.ChannelMention
    | mrkdwn.GroupMention
    | mrkdwn.SpecialMention
    | mrkdwn.Date
    | mrkdwn.Emoji,
    directory: Directory,
) -> Markup:
    match node:
        case mrkdwn.UserMention(id_, label):
            return user(id_, directory, label)
        case mrkdwn.ChannelMention(id_, label):
            return channel(id_, directory, label)
        case mrkdwn.GroupMention(id_, label):
            return mention("@" + (label or directory.groups.get(id_, id_)).lstrip("@"))
        case mrkdwn.SpecialMention(name):
            return mention(f"@{name}", loud=True)
        case mrkdwn.Date(timestamp, form, fallback, url):
            return date(timestamp, form, fallback, url)
        case mrkdwn.Emoji(name, skin_tone):
            return emoji_html(name, skin_tone)


def _list(items: Iterable[mrkdwn.ListItem], directory: Directory) -> Markup:
    row = Markup('<li class="indent-{}"><span class="marker">{}</span><span>{}</span></li>')
    rows = EMPTY.join(
        row.format(min(item.indent // 2, 5), item.marker, nodes_html(item.children, directory))
        for item in items
    )
    return Markup('<ul class="typed-list">{}</ul>').format(rows)


def link(url: str, label: Markup | str) -> Markup:
    """An anchor in a new tab; only the label where the address is none a browser may follow."""
    address = safe_link(url)
    if not address:
        return Markup("{}").format(label)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(
        address, label
    )


def mention(text: str, *, me: bool = False, loud: bool = False) -> Markup:
    kind = " mention-me" if me or loud else ""
    return Markup('<span class="mention{}">{}</span>').format(kind, text)


def user(person_id: str, directory: Directory, label: str = "") -> Markup:
    known = person_id in directory.people
    name = directory.person(person_id) if known else label or person_id
    return mention(f"@{name}", me=person_id == directory.viewer_id)


def channel(channel_id: str, directory: Directory, label: str = "") -> Markup:
    name = directory.channels.get(channel_id) or label or channel_id
    return Markup('<button type="button" class="mention" data-go="{}">#{}</button>').format(
        channel_id, name
    )


def date(timestamp: int, form: str, fallback: str, url: str = "") -> Markup:
    """The browser writes the time in the reader's zone; until then the fallback stands there."""
    time = Markup('<time data-epoch="{}" data-form="{}">{}</time>').format(
        timestamp, form, fallback
    )
    return link(url, time) if url else time


def emoji_html(name: str, skin_tone: int = 0) -> Markup:
    """The character with its name for those who cannot see it, or the shortcode itself."""
    character = emoji_character(name, skin_tone)
    if not character:
        return Markup(":{}:").format(name)
    return Markup('<span class="emoji" role="img" aria-label="{}" title=":{}:">{}</span>').format(
        name.replace("_", " "), name, character
    )
