"""Select and multi-select menus (docs.slack.dev, block-elements/select-menu-element)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot import limits
from bot.sandbox.workspace.validation.composition import (
    Confirm,
    ConversationFilter,
    MenuOption,
    OptionGroup,
)
from bot.sandbox.workspace.validation.shape import ABSENT, Filled, Identifier, Shape, refuse
from bot.sandbox.workspace.validation.text import PlainText, at_most

PLACEHOLDER = 150
Placeholder = Annotated[PlainText, at_most(PLACEHOLDER)]

_Count = Annotated[int, Field(ge=1)]
_QueryLength = Annotated[int, Field(ge=0)]
_Ids = Annotated[list[Filled], Field(min_length=1)]
_Options = Annotated[list[MenuOption], Field(min_length=1, max_length=limits.SELECT_OPTIONS)]
_Groups = Annotated[list[OptionGroup], Field(min_length=1, max_length=limits.SELECT_OPTIONS)]


class Menu(Shape):
    action_id: Identifier = ABSENT
    placeholder: Placeholder = ABSENT
    confirm: Confirm = ABSENT
    focus_on_load: bool = ABSENT


class Multiple(Menu):
    max_selected_items: _Count = ABSENT


class _StaticOptions(Shape):
    options: _Options = ABSENT
    option_groups: _Groups = ABSENT

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if len(self.model_fields_set & {"options", "option_groups"}) != 1:
            raise refuse("must provide exactly one of: options, option_groups", type="one_of")
        return self

    def offered(self) -> list[MenuOption]:
        return self.options or [option for group in self.option_groups for option in group.options]


class StaticSelect(Menu, _StaticOptions):
    type: Literal["static_select"]
    initial_option: MenuOption = ABSENT

    @model_validator(mode="after")
    def _initial_is_offered(self) -> Self:
        if self.initial_option and self.initial_option not in self.offered():
            raise refuse("must match one of the options", ("initial_option",), type="one_of")
        return self


class MultiStaticSelect(Multiple, _StaticOptions):
    type: Literal["multi_static_select"]
    initial_options: _Options = ABSENT

    @model_validator(mode="after")
    def _initial_are_offered(self) -> Self:
        for index, option in enumerate(self.initial_options or ()):
            if option not in self.offered():
                at = ("initial_options", index)
                raise refuse("must match one of the options", at, type="one_of")
        return self


class ExternalSelect(Menu):
    type: Literal["external_select"]
    initial_option: MenuOption = ABSENT
    min_query_length: _QueryLength = ABSENT


class MultiExternalSelect(Multiple):
    type: Literal["multi_external_select"]
    initial_options: _Options = ABSENT
    min_query_length: _QueryLength = ABSENT


class UsersSelect(Menu):
    type: Literal["users_select"]
    initial_user: Filled = ABSENT


class MultiUsersSelect(Multiple):
    type: Literal["multi_users_select"]
    initial_users: _Ids = ABSENT


class ConversationsSelect(Menu):
    type: Literal["conversations_select"]
    initial_conversation: Filled = ABSENT
    default_to_current_conversation: bool = ABSENT
    response_url_enabled: bool = ABSENT
    filter: ConversationFilter = ABSENT


class MultiConversationsSelect(Multiple):
    type: Literal["multi_conversations_select"]
    initial_conversations: _Ids = ABSENT
    default_to_current_conversation: bool = ABSENT
    filter: ConversationFilter = ABSENT


class ChannelsSelect(Menu):
    type: Literal["channels_select"]
    initial_channel: Filled = ABSENT
    response_url_enabled: bool = ABSENT


class MultiChannelsSelect(Multiple):
    type: Literal["multi_channels_select"]
    initial_channels: _Ids = ABSENT


Select = (
    StaticSelect
    | MultiStaticSelect
    | ExternalSelect
    | MultiExternalSelect
    | UsersSelect
    | MultiUsersSelect
    | ConversationsSelect
    | MultiConversationsSelect
    | ChannelsSelect
    | MultiChannelsSelect
)
