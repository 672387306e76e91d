"""Composition objects (docs.slack.dev, reference/block-kit/composition-objects)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from bot import limits
from bot.sandbox.workspace.validation.shape import ABSENT, NO_REPEATS, Filled, Shape, Url, refuse
from bot.sandbox.workspace.validation.text import PlainText, Text, at_most

Style = Literal["primary", "danger"]
_OptionValue = Annotated[str, StringConstraints(min_length=1, max_length=limits.OPTION_VALUE)]
_OptionText = Annotated[PlainText, at_most(limits.OPTION_TEXT)]


class Confirm(Shape):
    """The dialog that asks before an element acts."""

    title: Annotated[PlainText, at_most(limits.CONFIRM_TITLE)]
    text: Annotated[Text, at_most(limits.CONFIRM_TEXT)]
    confirm: Annotated[PlainText, at_most(limits.CONFIRM_BUTTON)]
    deny: Annotated[PlainText, at_most(limits.CONFIRM_BUTTON)]
    style: Style = ABSENT


class MenuOption(Shape):
    """An option of a select: its text is plain."""

    text: _OptionText
    value: _OptionValue
    description: _OptionText = ABSENT


class OverflowOption(MenuOption):
    """An option of an overflow menu may open a URL."""

    url: Url = ABSENT


class ListedOption(Shape):
    """An option of radio buttons and checkboxes: its texts may be mrkdwn."""

    text: Annotated[Text, at_most(limits.OPTION_TEXT)]
    value: _OptionValue
    description: Annotated[Text, at_most(limits.OPTION_TEXT)] = ABSENT


class OptionGroup(Shape):
    label: Annotated[PlainText, at_most(limits.OPTION_TEXT)]
    options: Annotated[list[MenuOption], Field(min_length=1, max_length=limits.SELECT_OPTIONS)]


class ConversationFilter(Shape):
    include: Annotated[
        list[Literal["im", "mpim", "private", "public"]], Field(min_length=1), NO_REPEATS
    ] = ABSENT
    exclude_external_shared_channels: bool = ABSENT
    exclude_bot_users: bool = ABSENT

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            raise refuse("must provide at least one field", type="min_properties", expected=1)
        return self


class DispatchActionConfig(Shape):
    trigger_actions_on: Annotated[
        list[Literal["on_enter_pressed", "on_character_entered"]], Field(min_length=1), NO_REPEATS
    ] = ABSENT


class SlackFile(Shape):
    """Exactly one of `id` and `url` names the picture."""

    id: Filled = ABSENT
    url: Url = ABSENT

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise refuse("must provide exactly one of: id, url", type="one_of")
        return self
