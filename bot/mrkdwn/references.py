"""What stands between `<` and `>`: links, mentions and dates.

Source: docs.slack.dev, "Formatting message text".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.mrkdwn.nodes import (
    ChannelMention,
    Date,
    GroupMention,
    Inline,
    Link,
    SpecialMention,
    Text,
    UserMention,
)

SCHEMES = ("https://", "http://", "mailto:", "tel:", "sms:", "ftp://", "slack://")
_SPECIAL = ("here", "channel", "everyone")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
_USER = re.compile(r"[UW][A-Z0-9]+")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]+")
_SECONDS = re.compile(r"-?[0-9]{1,12}")

ParseLabel = Callable[[str], tuple[Inline, ...]]


def unescape(text: str) -> str:
    """The three entities Slack knows, once: `&amp;lt;` is the text `&lt;`."""
    return _ENTITY.sub(lambda found: _ENTITIES[found[1]], text) if "&" in text else text


def has_harmless_scheme(url: str) -> bool:
    return url.lower().startswith(SCHEMES)


def reference(inside: str, parse_label: ParseLabel) -> Inline:
    """The node for `<inside>`; what Slack does not know becomes text, never nothing."""
    target, _, label = inside.partition("|")
    node: Inline | None = None
    if target.startswith("@") and _USER.fullmatch(target[1:]):
        node = UserMention(target[1:], unescape(label))
    elif target.startswith("#") and _CHANNEL.fullmatch(target[1:]):
        node = ChannelMention(target[1:], unescape(label))
    elif target.startswith("!"):
        node = _command(target[1:], unescape(label))
    elif has_harmless_scheme(target):
        node = Link(unescape(target), parse_label(label))
    return node or Text(unescape(f"<{inside}>"))


def _command(target: str, label: str) -> Inline | None:
    if target in _SPECIAL:
        return SpecialMention(target)
    name, _, rest = target.partition("^")
    if name == "subteam" and rest:
        return GroupMention(rest, label)
    if name == "date" and rest:
        return _date(rest, label)
    return Text(label) if label else None


def _date(rest: str, fallback: str) -> Inline | None:
    seconds, _, more = rest.partition("^")
    form, _, link = more.partition("^")
    if _SECONDS.fullmatch(seconds) and form:
        address = unescape(link) if has_harmless_scheme(link) else ""
        return Date(int(seconds), unescape(form), fallback, address)
    return Text(fallback) if fallback else None
