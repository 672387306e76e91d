"""Buttons (docs.slack.dev, reference/block-kit/block-elements)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot import limits
from bot.sandbox.workspace.validation.composition import Confirm, OverflowOption, Style
from bot.sandbox.workspace.validation.shape import ABSENT, Filled, Identifier, Shape, Url
from bot.sandbox.workspace.validation.text import PlainText, at_most

AGENT_PROMPT = 4_000

_ButtonText = Annotated[PlainText, at_most(limits.BUTTON_TEXT)]
_Value = Annotated[str, StringConstraints(min_length=1, max_length=limits.BUTTON_VALUE)]
_Label = Annotated[str, StringConstraints(min_length=1, max_length=limits.BUTTON_TEXT)]


class Button(Shape):
    type: Literal["button"]
    text: _ButtonText
    action_id: Identifier = ABSENT
    url: Url = ABSENT
    value: _Value = ABSENT
    style: Style = ABSENT
    confirm: Confirm = ABSENT
    accessibility_label: _Label = ABSENT
    agent_prompt: Annotated[str, StringConstraints(max_length=AGENT_PROMPT)] = ABSENT
    agent_prompt_display: str = ABSENT
    visible_to_user_ids: list[Filled] = ABSENT


class Overflow(Shape):
    type: Literal["overflow"]
    options: Annotated[
        list[OverflowOption], Field(min_length=1, max_length=limits.OVERFLOW_OPTIONS)
    ]
    action_id: Identifier = ABSENT
    confirm: Confirm = ABSENT


class InputParameter(Shape):
    name: Filled
    value: Filled


class Trigger(Shape):
    url: Url
    customizable_input_parameters: list[InputParameter] = ABSENT


class Workflow(Shape):
    trigger: Trigger


class WorkflowButton(Shape):
    type: Literal["workflow_button"]
    text: _ButtonText
    workflow: Workflow
    action_id: Identifier = ABSENT
    style: Style = ABSENT
    confirm: Confirm = ABSENT
    accessibility_label: _Label = ABSENT


class FeedbackButton(Shape):
    """One of the two buttons of `feedback_buttons`; not an element by itself."""

    text: _ButtonText
    value: _Value
    accessibility_label: _Label = ABSENT


class FeedbackButtons(Shape):
    type: Literal["feedback_buttons"]
    positive_button: FeedbackButton
    negative_button: FeedbackButton
    action_id: Identifier = ABSENT


class IconButton(Shape):
    type: Literal["icon_button"]
    icon: Literal["trash"]
    text: PlainText
    action_id: Identifier = ABSENT
    value: _Value = ABSENT
    confirm: Confirm = ABSENT
    accessibility_label: _Label = ABSENT
    visible_to_user_ids: list[Filled] = ABSENT
