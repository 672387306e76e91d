"""The layout blocks that hold text and elements (docs.slack.dev, block-kit/blocks)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from bot import limits
from bot.sandbox.workspace.validation.buttons import (
    Button,
    FeedbackButtons,
    IconButton,
    Overflow,
    WorkflowButton,
)
from bot.sandbox.workspace.validation.choices import (
    Checkboxes,
    Datepicker,
    DatetimePicker,
    RadioButtons,
    Timepicker,
)
from bot.sandbox.workspace.validation.images import ImageElement
from bot.sandbox.workspace.validation.inputs import (
    EmailInput,
    FileInput,
    NumberInput,
    PlainTextInput,
    RichTextInput,
    UrlInput,
)
from bot.sandbox.workspace.validation.menus import Select
from bot.sandbox.workspace.validation.shape import ABSENT, Filled, Identifier, Shape, refuse
from bot.sandbox.workspace.validation.text import Mrkdwn, PlainText, Text, at_most

INPUT_LABEL = 2_000
CONTEXT_ACTIONS = 5

_Pressed = Button | Overflow | WorkflowButton
_Picked = Select | RadioButtons | Checkboxes | Datepicker | Timepicker
_Typed = PlainTextInput | EmailInput | UrlInput | NumberInput | RichTextInput | FileInput

Accessory = Annotated[_Pressed | _Picked | ImageElement, Field(discriminator="type")]
Action = Annotated[_Pressed | _Picked | DatetimePicker | RichTextInput, Field(discriminator="type")]
InputElement = Annotated[_Typed | _Picked | DatetimePicker, Field(discriminator="type")]


class Block(Shape):
    block_id: Identifier = ABSENT


class Section(Block):
    type: Literal["section"]
    text: Text = ABSENT
    fields: Annotated[
        list[Annotated[Text, at_most(limits.FIELD_TEXT)]],
        Field(min_length=1, max_length=limits.SECTION_FIELDS),
    ] = ABSENT
    accessory: Accessory = ABSENT
    expand: bool = ABSENT

    @model_validator(mode="after")
    def _something_to_show(self) -> Self:
        if not self.model_fields_set & {"text", "fields"}:
            raise refuse("must provide at least one of: text, fields", type="any_of")
        return self


class Header(Block):
    type: Literal["header"]
    text: Annotated[PlainText, at_most(limits.HEADER_TEXT)]


class Divider(Block):
    type: Literal["divider"]


class Context(Block):
    type: Literal["context"]
    elements: Annotated[
        list[Annotated[PlainText | Mrkdwn | ImageElement, Field(discriminator="type")]],
        Field(min_length=1, max_length=limits.CONTEXT_ELEMENTS),
    ]


class ContextActions(Block):
    type: Literal["context_actions"]
    elements: Annotated[
        list[Annotated[FeedbackButtons | IconButton, Field(discriminator="type")]],
        Field(min_length=1, max_length=CONTEXT_ACTIONS),
    ]


class Actions(Block):
    type: Literal["actions"]
    elements: Annotated[list[Action], Field(min_length=1, max_length=limits.ACTION_ELEMENTS)]


class Input(Block):
    type: Literal["input"]
    label: Annotated[PlainText, at_most(INPUT_LABEL)]
    element: InputElement
    hint: Annotated[PlainText, at_most(INPUT_LABEL)] = ABSENT
    optional: bool = ABSENT
    dispatch_action: bool = ABSENT


class Markdown(Block):
    type: Literal["markdown"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=limits.MARKDOWN_TEXT)]


class File(Block):
    """A remote file. Slack writes this block itself; an app that sends it is refused."""

    type: Literal["file"]
    source: Literal["remote"]
    external_id: Filled

    @model_validator(mode="after")
    def _not_to_be_sent(self) -> Self:
        raise refuse("file blocks cannot be sent, only received", ("type",), type="enum")
