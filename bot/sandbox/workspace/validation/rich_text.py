"""Rich text (docs.slack.dev, reference/block-kit/blocks/rich-text-block)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.sandbox.workspace.validation.shape import ABSENT, Filled, Identifier, Shape, Url

_Border = Literal[0, 1]


class _Marks(Shape):
    bold: bool = ABSENT
    italic: bool = ABSENT
    strike: bool = ABSENT
    underline: bool = ABSENT


class Style(_Marks):
    code: bool = ABSENT


class MentionStyle(_Marks):
    """Mentions may be highlighted and unlinked, but are never code."""

    highlight: bool = ABSENT
    client_highlight: bool = ABSENT
    unlink: bool = ABSENT


class TextPart(Shape):
    type: Literal["text"]
    text: Filled
    style: Style = ABSENT


class LinkPart(Shape):
    type: Literal["link"]
    url: Url
    text: str = ABSENT
    unsafe: bool = ABSENT
    style: Style = ABSENT


class EmojiPart(Shape):
    type: Literal["emoji"]
    name: Filled
    unicode: str = ABSENT
    url: str = ABSENT
    skin_tone: Annotated[int, Field(ge=1, le=6)] = ABSENT
    style: MentionStyle = ABSENT


class UserPart(Shape):
    type: Literal["user"]
    user_id: Filled
    style: MentionStyle = ABSENT


class UsergroupPart(Shape):
    type: Literal["usergroup"]
    usergroup_id: Filled
    style: MentionStyle = ABSENT


class ChannelPart(Shape):
    type: Literal["channel"]
    channel_id: Filled
    style: MentionStyle = ABSENT


class TeamPart(Shape):
    type: Literal["team"]
    team_id: Filled
    style: MentionStyle = ABSENT


class BroadcastPart(Shape):
    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]
    style: MentionStyle = ABSENT


class ColorPart(Shape):
    type: Literal["color"]
    value: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
    style: Style = ABSENT


class DatePart(Shape):
    type: Literal["date"]
    timestamp: int
    format: Filled
    url: Url = ABSENT
    fallback: str = ABSENT
    style: Style = ABSENT


Part = Annotated[
    TextPart
    | LinkPart
    | EmojiPart
    | UserPart
    | UsergroupPart
    | ChannelPart
    | TeamPart
    | BroadcastPart
    | ColorPart
    | DatePart,
    Field(discriminator="type"),
]
PlainPart = Annotated[TextPart | LinkPart, Field(discriminator="type")]


class Section(Shape):
    type: Literal["rich_text_section"]
    elements: list[Part]


class Preformatted(Shape):
    type: Literal["rich_text_preformatted"]
    elements: list[PlainPart]
    border: _Border = ABSENT
    language: str = ABSENT


class Quote(Shape):
    type: Literal["rich_text_quote"]
    elements: list[Part]
    border: _Border = ABSENT


class List(Shape):
    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[Section]
    indent: Annotated[int, Field(ge=0, le=8)] = ABSENT
    offset: Annotated[int, Field(ge=0)] = ABSENT
    border: _Border = ABSENT


class RichText(Shape):
    type: Literal["rich_text"]
    elements: list[Annotated[Section | Preformatted | Quote | List, Field(discriminator="type")]]
    block_id: Identifier = ABSENT
