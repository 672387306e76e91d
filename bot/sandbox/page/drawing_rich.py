"""rich_text blocks as HTML (docs.slack.dev, Rich text block)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from bot.sandbox.page.directory import Directory
from bot.sandbox.page.drawing_text import (
    EMPTY,
    cannot_draw,
    channel,
    date,
    emoji_html,
    link,
    mention,
    user,
)
from bot.sandbox.page.shortcodes import emoji_character

Part = Mapping[str, Any]
_STYLES = {"bold": "strong", "italic": "em", "strike": "s", "underline": "u", "code": "code"}


def rich_text(block: Part, directory: Directory) -> Markup:
    """A whole rich_text block or one of its elements."""
    return EMPTY.join(_element(element, directory) for element in block.get("elements", ()))


def _element(element: Part, directory: Directory) -> Markup:
    kind = element.get("type")
    inside = Markup("{}").format(
        EMPTY.join(_part(part, directory) for part in element.get("elements", ()))
        if kind != "rich_text_list"
        else EMPTY
    )
    if kind == "rich_text_section":
        return Markup('<div class="rich-section">{}</div>').format(inside)
    if kind == "rich_text_preformatted":
        return Markup("<pre>{}</pre>").format(inside)
    if kind == "rich_text_quote":
        return Markup("<blockquote>{}</blockquote>").format(inside)
    if kind == "rich_text_list":
        return _list(element, directory)
    return cannot_draw(kind)


def _list(element: Part, directory: Directory) -> Markup:
    rows = EMPTY.join(
        Markup("<li>{}</li>").format(_element(row, directory)) for row in element["elements"]
    )
    indent = min(int(element.get("indent", 0)), 8)
    if element.get("style") == "ordered":
        return Markup('<ol class="rich-list indent-{}" start="{}">{}</ol>').format(
            indent, int(element.get("offset", 0)) + 1, rows
        )
    return Markup('<ul class="rich-list indent-{}">{}</ul>').format(indent, rows)


def _part(part: Part, directory: Directory) -> Markup:
    draw = _PARTS.get(str(part.get("type")))
    if draw is None:
        return cannot_draw(part.get("type"))
    drawn = draw(part, directory)
    for name, tag in _STYLES.items():
        if (part.get("style") or {}).get(name):
            drawn = Markup("<{0}>{1}</{0}>").format(Markup(tag), drawn)  # noqa: S704 fixed tags
    return drawn


def _text(part: Part, _: Directory) -> Markup:
    return Markup("<br>").join(str(part.get("text", "")).split("\n"))


def _link(part: Part, _: Directory) -> Markup:
    url = str(part.get("url", ""))
    return link(url, str(part.get("text") or url))


def _user(part: Part, directory: Directory) -> Markup:
    return user(str(part.get("user_id", "")), directory)


def _channel(part: Part, directory: Directory) -> Markup:
    return channel(str(part.get("channel_id", "")), directory)


def _group(part: Part, directory: Directory) -> Markup:
    id_ = str(part.get("usergroup_id", ""))
    return mention("@" + directory.groups.get(id_, id_))


def _team(part: Part, _: Directory) -> Markup:
    return mention(str(part.get("team_id", "")))


def _broadcast(part: Part, _: Directory) -> Markup:
    return mention(f"@{part.get('range', '')}", loud=True)


def _emoji(part: Part, _: Directory) -> Markup:
    name = str(part.get("name", ""))
    unicode = str(part.get("unicode", ""))
    if not emoji_character(name) and unicode:
        try:
            return Markup("{}").format("".join(chr(int(one, 16)) for one in unicode.split("-")))
        except (ValueError, OverflowError):  # not code points
            return emoji_html(name)
    return emoji_html(name, int(part.get("skin_tone", 0)))


def _date(part: Part, _: Directory) -> Markup:
    timestamp = int(part.get("timestamp", 0))
    fallback = str(part.get("fallback") or timestamp)
    return date(timestamp, str(part.get("format", "")), fallback, str(part.get("url", "")))


def _color(part: Part, _: Directory) -> Markup:
    value = str(part.get("value", ""))
    return Markup(
        '<span class="swatch"><svg width="12" height="12" aria-hidden="true">'
        '<rect width="12" height="12" rx="3" fill="{0}"/></svg>{0}</span>'
    ).format(value)


_PARTS: dict[str, Callable[[Part, Directory], Markup]] = {
    "text": _text,
    "link": _link,
    "user": _user,
    "channel": _channel,
    "usergroup": _group,
    "team": _team,
    "broadcast": _broadcast,
    "emoji": _emoji,
    "date": _date,
    "color": _color,
}
