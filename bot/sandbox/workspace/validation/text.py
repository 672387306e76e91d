"""Text objects (docs.slack.dev, reference/block-kit/composition-objects/text-object)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from bot import limits
from bot.sandbox.workspace.validation.shape import ABSENT, Shape, refuse, too_long_for

_Written = Annotated[str, StringConstraints(min_length=1, max_length=limits.SECTION_TEXT)]


class PlainText(Shape):
    type: Literal["plain_text"]
    text: _Written
    emoji: bool = ABSENT


class Mrkdwn(Shape):
    type: Literal["mrkdwn"]
    text: _Written
    verbatim: bool = ABSENT


Text = Annotated[PlainText | Mrkdwn, Field(discriminator="type")]


def at_most(characters: int) -> AfterValidator:
    """The text of a text object, of either kind, may have so many characters."""

    def check(value: PlainText | Mrkdwn) -> PlainText | Mrkdwn:
        if len(value.text) > characters:
            raise refuse(
                too_long_for(characters), ("text",), type="max_length", expected=characters
            )
        return value

    return AfterValidator(check)
