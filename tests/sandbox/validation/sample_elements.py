"""Elements that Slack takes, at least one of every kind, with the blocks that hold them."""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]


def plain(text: str = "Pick") -> JSON:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "*Pick*") -> JSON:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a", **more: Any) -> JSON:
    return {"text": plain(value), "value": value, **more}


CONFIRM = {
    "title": plain("Sure?"),
    "text": mrkdwn("It *restarts*."),
    "confirm": plain("Yes"),
    "deny": plain("No"),
    "style": "danger",
}
OPTIONS = [option("a"), option("b", description=plain("the second"))]
GROUPS = [{"label": plain("Letters"), "options": OPTIONS}]
MENU = {"action_id": "menu", "placeholder": plain(), "confirm": CONFIRM, "focus_on_load": True}
TYPED = {
    "action_id": "typed",
    "placeholder": plain(),
    "focus_on_load": True,
    "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
}
CHOSEN = {"action_id": "chosen", "confirm": CONFIRM, "focus_on_load": True}
RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}],
}
FEEDBACK = {"text": plain("Good"), "value": "good", "accessibility_label": "This helped"}
WORKFLOW = {
    "trigger": {
        "url": "https://slack.com/shortcuts/Ft1/x",
        "customizable_input_parameters": [{"name": "who", "value": "ana"}],
    }
}
FILTER = {"include": ["public", "private"], "exclude_bot_users": True}

EVERY = frozenset({"section", "actions", "input"})
SHOWN = frozenset({"section", "actions"})
INPUT = frozenset({"input"})
CONTEXT_ACTIONS = frozenset({"context_actions"})

# name: (element, the blocks that may hold it)
VALID: dict[str, tuple[JSON, frozenset[str]]] = {
    "button": ({"type": "button", "text": plain(), "action_id": "b"}, SHOWN),
    "button in full": (
        {
            "type": "button",
            "text": plain(),
            "action_id": "b",
            "value": "1",
            "url": "https://example.com",
            "style": "primary",
            "confirm": CONFIRM,
            "accessibility_label": "Pick the first",
        },
        SHOWN,
    ),
    "overflow": (
        {
            "type": "overflow",
            "action_id": "o",
            "options": [option(), option("b", url="https://example.com")],
            "confirm": CONFIRM,
        },
        SHOWN,
    ),
    "workflow_button": (
        {
            "type": "workflow_button",
            "text": plain(),
            "action_id": "w",
            "workflow": WORKFLOW,
            "style": "danger",
        },
        SHOWN,
    ),
    "static_select": (
        {"type": "static_select", **MENU, "options": OPTIONS, "initial_option": option("a")},
        EVERY,
    ),
    "static_select groups": (
        {"type": "static_select", "option_groups": GROUPS, "initial_option": option("a")},
        EVERY,
    ),
    "multi_static_select": (
        {
            "type": "multi_static_select",
            **MENU,
            "options": OPTIONS,
            "initial_options": OPTIONS,
            "max_selected_items": 2,
        },
        EVERY,
    ),
    "external_select": (
        {
            "type": "external_select",
            **MENU,
            "initial_option": option("z"),
            "min_query_length": 0,
        },
        EVERY,
    ),
    "multi_external_select": (
        {"type": "multi_external_select", **MENU, "initial_options": [option("z")]},
        EVERY,
    ),
    "users_select": ({"type": "users_select", **MENU, "initial_user": "U1"}, EVERY),
    "multi_users_select": ({"type": "multi_users_select", "initial_users": ["U1"]}, EVERY),
    "conversations_select": (
        {
            "type": "conversations_select",
            **MENU,
            "initial_conversation": "C1",
            "default_to_current_conversation": True,
            "response_url_enabled": True,
            "filter": FILTER,
        },
        EVERY,
    ),
    "multi_conversations_select": (
        {"type": "multi_conversations_select", "initial_conversations": ["C1"], "filter": FILTER},
        EVERY,
    ),
    "channels_select": ({"type": "channels_select", **MENU, "initial_channel": "C1"}, EVERY),
    "multi_channels_select": (
        {"type": "multi_channels_select", "initial_channels": ["C1"], "max_selected_items": 3},
        EVERY,
    ),
    "radio_buttons": (
        {"type": "radio_buttons", **CHOSEN, "options": OPTIONS, "initial_option": option("a")},
        EVERY,
    ),
    "checkboxes": (
        {
            "type": "checkboxes",
            **CHOSEN,
            "options": [{"text": mrkdwn(), "value": "a", "description": mrkdwn()}],
            "initial_options": [{"text": mrkdwn(), "value": "a", "description": mrkdwn()}],
        },
        EVERY,
    ),
    "datepicker": (
        {"type": "datepicker", **CHOSEN, "initial_date": "2028-02-29", "placeholder": plain()},
        EVERY,
    ),
    "timepicker": (
        {"type": "timepicker", **CHOSEN, "initial_time": "23:59", "timezone": "Europe/Madrid"},
        EVERY,
    ),
    "datetimepicker": (
        {"type": "datetimepicker", **CHOSEN, "initial_date_time": 1628633820},
        frozenset({"actions", "input"}),
    ),
    "plain_text_input": (
        {
            "type": "plain_text_input",
            **TYPED,
            "initial_value": "",
            "multiline": True,
            "min_length": 0,
            "max_length": 3000,
        },
        INPUT,
    ),
    "email_text_input": ({"type": "email_text_input", **TYPED, "initial_value": "a@b.c"}, INPUT),
    "url_text_input": ({"type": "url_text_input", **TYPED, "initial_value": "https://a"}, INPUT),
    "number_input": (
        {
            "type": "number_input",
            **TYPED,
            "is_decimal_allowed": True,
            "initial_value": "5.5",
            "min_value": "-10",
            "max_value": "10.25",
        },
        INPUT,
    ),
    "rich_text_input": (
        {
            "type": "rich_text_input",
            **TYPED,
            "initial_value": RICH,
            "min_lines": 1,
            "max_lines": 100,
        },
        frozenset({"actions", "input"}),
    ),
    "file_input": (
        {"type": "file_input", "action_id": "f", "filetypes": ["png"], "max_files": 10},
        INPUT,
    ),
    "image": (
        {"type": "image", "alt_text": "A chart", "image_url": "https://example.com/a.png"},
        frozenset({"section", "context"}),
    ),
    "icon_button": (
        {
            "type": "icon_button",
            "icon": "trash",
            "text": plain(),
            "action_id": "i",
            "value": "1",
            "confirm": CONFIRM,
            "accessibility_label": "Delete",
            "visible_to_user_ids": ["U1"],
        },
        CONTEXT_ACTIONS,
    ),
    "feedback_buttons": (
        {
            "type": "feedback_buttons",
            "action_id": "f",
            "positive_button": FEEDBACK,
            "negative_button": FEEDBACK,
        },
        CONTEXT_ACTIONS,
    ),
}
HOLDERS = ("section", "actions", "input", "context", "context_actions")


def held(element: JSON, holder: str) -> tuple[JSON, str]:
    """A block that holds the element, and the pointer to the element in it."""
    if holder == "section":
        return {"type": "section", "text": plain(), "accessory": element}, "/0/accessory"
    if holder == "input":
        return {"type": "input", "label": plain(), "element": element}, "/0/element"
    return {"type": holder, "elements": [element]}, "/0/elements/0"
