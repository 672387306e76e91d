"""What each element refuses, with the place of the fault."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.workspace.validation import check_blocks
from tests.sandbox.validation.sample_elements import (
    CONFIRM,
    FEEDBACK,
    GROUPS,
    JSON,
    OPTIONS,
    VALID,
    held,
    mrkdwn,
    option,
    plain,
)


def changed(name: str, **fields: Any) -> JSON:
    return {**VALID[name][0], **fields}


def without(name: str, field: str) -> JSON:
    return {key: value for key, value in VALID[name][0].items() if key != field}


STRANGER = [option("zebra")]
# name: (element, pointer inside the element, Slack's words)
INVALID: dict[str, tuple[JSON, str, str]] = {
    "button in mrkdwn": (changed("button", text=mrkdwn()), "/text/type", "enum value"),
    "button without text": (without("button", "text"), "", "missing required field: text"),
    "button style": (changed("button", style="default"), "/style", "enum value"),
    "button empty action_id": (changed("button", action_id=""), "/action_id", "more than 0"),
    "button empty url": (changed("button", url=""), "/url", "more than 0"),
    "button number value": (changed("button", value=1), "/value", "a string"),
    "button focus": (changed("button", focus_on_load=True), "", "focus_on_load"),
    "confirm without title": (
        changed("button", confirm={k: v for k, v in CONFIRM.items() if k != "title"}),
        "/confirm",
        "missing required field: title",
    ),
    "confirm title in mrkdwn": (
        changed("button", confirm={**CONFIRM, "title": mrkdwn()}),
        "/confirm/title/type",
        "enum value",
    ),
    "confirm style": (
        changed("button", confirm={**CONFIRM, "style": "warning"}),
        "/confirm/style",
        "enum value",
    ),
    "overflow of nothing": (changed("overflow", options=[]), "/options", "no less than 1"),
    "overflow mrkdwn": (
        changed("overflow", options=[{"text": mrkdwn(), "value": "a"}]),
        "/options/0/text/type",
        "enum value",
    ),
    "workflow without trigger": (
        changed("workflow_button", workflow={}),
        "/workflow",
        "missing required field: trigger",
    ),
    "workflow parameter": (
        changed(
            "workflow_button",
            workflow={
                "trigger": {
                    "url": "https://a",
                    "customizable_input_parameters": [{"name": "who", "value": ""}],
                }
            },
        ),
        "/workflow/trigger/customizable_input_parameters/0/value",
        "more than 0",
    ),
    "select without options": (without("static_select", "options"), "", "exactly one of"),
    "select of both": (changed("static_select", option_groups=GROUPS), "", "exactly one of"),
    "select option url": (
        changed("static_select", options=[option("a", url="https://a")]),
        "/options/0",
        "invalid additional property: url",
    ),
    "select option in mrkdwn": (
        changed("static_select", options=[{"text": mrkdwn(), "value": "a"}]),
        "/options/0/text/type",
        "enum value",
    ),
    "select option without value": (
        changed("static_select", options=[{"text": plain()}]),
        "/options/0",
        "missing required field: value",
    ),
    "select initial": (
        changed("static_select", initial_option=option("zebra")),
        "/initial_option",
        "one of the options",
    ),
    "select initial in groups": (
        changed("static_select groups", initial_option=option("zebra")),
        "/initial_option",
        "one of the options",
    ),
    "select placeholder in mrkdwn": (
        changed("static_select", placeholder=mrkdwn()),
        "/placeholder/type",
        "enum value",
    ),
    "multi select initial": (
        changed("multi_static_select", initial_options=[*OPTIONS, *STRANGER]),
        "/initial_options/2",
        "one of the options",
    ),
    "multi select none": (
        changed("multi_static_select", max_selected_items=0),
        "/max_selected_items",
        "greater than or equal to 1",
    ),
    "single select many": (changed("users_select", max_selected_items=1), "", "max_selected_items"),
    "external query": (changed("external_select", min_query_length=-1), "/min_query_length", "0"),
    "users as a string": (
        changed("multi_users_select", initial_users="U1"),
        "/initial_users",
        "an array",
    ),
    "filter of nothing": (
        changed("conversations_select", filter={}),
        "/filter",
        "at least one field",
    ),
    "filter kind": (
        changed("conversations_select", filter={"include": ["dm"]}),
        "/filter/include/0",
        "enum value",
    ),
    "filter empty": (
        changed("conversations_select", filter={"include": []}),
        "/filter/include",
        "no less than 1",
    ),
    "radio initial": (
        changed("radio_buttons", initial_option=option("zebra")),
        "/initial_option",
        "one of the options",
    ),
    "checkbox initial": (
        changed("checkboxes", initial_options=STRANGER),
        "/initial_options/0",
        "one of the options",
    ),
    "no such day": (changed("datepicker", initial_date="2027-02-29"), "/initial_date", "date"),
    "date format": (changed("datepicker", initial_date="29/02/2028"), "/initial_date", "format"),
    "no such hour": (changed("timepicker", initial_time="24:00"), "/initial_time", "format"),
    "no such zone": (changed("timepicker", timezone="Mars/Base"), "/timezone", "IANA"),
    "nine digits": (
        changed("datetimepicker", initial_date_time=999_999_999),
        "/initial_date_time",
        "greater than",
    ),
    "time as a string": (
        changed("datetimepicker", initial_date_time="1628633820"),
        "/initial_date_time",
        "an integer",
    ),
    "lengths crossed": (
        changed("plain_text_input", min_length=9, max_length=8),
        "/min_length",
        "max_length",
    ),
    "dispatch trigger": (
        changed("plain_text_input", dispatch_action_config={"trigger_actions_on": ["on_blur"]}),
        "/dispatch_action_config/trigger_actions_on/0",
        "enum value",
    ),
    "dispatch twice": (
        changed(
            "plain_text_input",
            dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"] * 2},
        ),
        "/dispatch_action_config/trigger_actions_on/1",
        "unique",
    ),
    "number as number": (changed("number_input", min_value=1), "/min_value", "a string"),
    "number in words": (changed("number_input", min_value="one"), "/min_value", "a number"),
    "number not finite": (changed("number_input", max_value="NaN"), "/max_value", "a number"),
    "number crossed": (changed("number_input", min_value="11"), "/min_value", "max_value"),
    "number below": (changed("number_input", initial_value="-11"), "/initial_value", "min_value"),
    "number above": (changed("number_input", initial_value="11"), "/initial_value", "max_value"),
    "number whole": (
        changed("number_input", is_decimal_allowed=False, max_value="10"),
        "/initial_value",
        "whole number",
    ),
    "number undecided": (without("number_input", "is_decimal_allowed"), "", "is_decimal_allowed"),
    "file placeholder": (changed("file_input", placeholder=plain()), "", "placeholder"),
    "file focus": (changed("file_input", focus_on_load=True), "", "focus_on_load"),
    "icon unknown": (changed("icon_button", icon="bin"), "/icon", "enum value"),
    "feedback half": (without("feedback_buttons", "negative_button"), "", "negative_button"),
    "feedback styled": (
        changed("feedback_buttons", positive_button={**FEEDBACK, "style": "primary"}),
        "/positive_button",
        "invalid additional property: style",
    ),
}


@pytest.mark.parametrize("name", INVALID)
def test_an_element_refuses(name: str) -> None:
    element, pointer, words = INVALID[name]
    kind = element["type"]
    homes = next(homes for valid, homes in VALID.values() if valid["type"] == kind)
    block, at = held(element, min(homes))
    (found,) = check_blocks([block], "message")
    assert found.pointer == at + pointer
    assert words in found.message
