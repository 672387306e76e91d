"""Cards, alerts and containers."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.workspace.validation.buttons import Button
from bot.sandbox.workspace.validation.images import ImageBlock, ImageElement, VideoBlock
from bot.sandbox.workspace.validation.layout import (
    Actions,
    Block,
    Context,
    Divider,
    File,
    Header,
    Input,
    Section,
)
from bot.sandbox.workspace.validation.rich_text import RichText
from bot.sandbox.workspace.validation.shape import ABSENT, Filled, Shape, refuse
from bot.sandbox.workspace.validation.tables import Table
from bot.sandbox.workspace.validation.text import PlainText, Text, at_most

CARD_TITLE = 150
CARD_TEXT = 200
CARD_ACTIONS = 3
CAROUSEL_CARDS = 10
CONTAINER_BLOCKS = 10

_Title = Annotated[Text, at_most(CARD_TITLE)]
_Body = Annotated[Text, at_most(CARD_TEXT)]


class Alert(Block):
    type: Literal["alert"]
    text: _Body
    level: Literal["default", "info", "warning", "error", "success"] = ABSENT


class SlackIcon(Shape):
    type: Literal["icon"]
    name: Filled


class Card(Block):
    type: Literal["card"]
    hero_image: ImageElement = ABSENT
    icon: ImageElement = ABSENT
    slack_icon: SlackIcon = ABSENT
    title: _Title = ABSENT
    subtitle: _Title = ABSENT
    body: _Body = ABSENT
    subtext: _Body = ABSENT
    actions: Annotated[list[Button], Field(min_length=1, max_length=CARD_ACTIONS)] = ABSENT

    @model_validator(mode="after")
    def _something_to_show(self) -> Self:
        if not self.model_fields_set & {"hero_image", "title", "actions", "body"}:
            needed = "must provide at least one of: hero_image, title, actions, body"
            raise refuse(needed, type="any_of")
        if {"icon", "slack_icon"} <= self.model_fields_set:
            raise refuse("must provide at most one of: icon, slack_icon", type="one_of")
        return self


class Carousel(Block):
    type: Literal["carousel"]
    elements: Annotated[list[Card], Field(min_length=1, max_length=CAROUSEL_CARDS)]


_Child = Annotated[
    Actions
    | Context
    | Divider
    | File
    | Header
    | ImageBlock
    | Input
    | RichText
    | Section
    | Table
    | VideoBlock,
    Field(discriminator="type"),
]


class Container(Block):
    type: Literal["container"]
    child_blocks: Annotated[list[_Child], Field(min_length=1, max_length=CONTAINER_BLOCKS)]
    title: Annotated[PlainText, at_most(CARD_TITLE)] = ABSENT
    rich_text_title: RichText = ABSENT
    subtitle: _Title = ABSENT
    icon: ImageElement = ABSENT
    width: Literal["narrow", "standard", "wide", "full"] = ABSENT
    is_collapsible: bool = ABSENT
    default_collapsed: bool = ABSENT
    has_header_divider: bool = ABSENT

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.model_fields_set & {"title", "rich_text_title"}:
            raise refuse("must provide at least one of: title, rich_text_title", type="any_of")
        if self.default_collapsed and not self.is_collapsible:
            raise refuse("requires is_collapsible", ("default_collapsed",), type="required")
        if self.has_header_divider and self.is_collapsible:
            raise refuse("excludes is_collapsible", ("has_header_divider",), type="one_of")
        return self
