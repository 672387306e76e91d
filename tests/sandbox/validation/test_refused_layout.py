"""Blocks of text and elements that Slack refuses, with the place of the fault."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.workspace.validation import check_blocks
from tests.sandbox.validation.sample_blocks import (
    BUTTON,
    INPUT,
    PICTURE,
    TEXT_INPUT,
    VIDEO,
    mrkdwn,
    plain,
)

# name: (block, pointer of the fault, Slack's words)
REFUSED: dict[str, tuple[Any, str, str]] = {
    "not an object": ("section", "/0", "must provide an object"),
    "no type": ({"text": mrkdwn()}, "/0", "missing required field: type"),
    "unknown type": ({"type": "sektion"}, "/0/type", "unsupported type: sektion"),
    "section empty": ({"type": "section"}, "/0", "at least one of: text, fields"),
    "section no fields": ({"type": "section", "fields": []}, "/0/fields", "no less than 1 items"),
    "section empty text": (
        {"type": "section", "text": mrkdwn("")},
        "/0/text/text",
        "must be more than 0 characters",
    ),
    "section text as string": (
        {"type": "section", "text": "Deploy"},
        "/0/text",
        "must provide an object",
    ),
    "section null text": ({"type": "section", "text": None}, "/0/text", "must provide an object"),
    "section text of no kind": (
        {"type": "section", "text": {"type": "markdown", "text": "x"}},
        "/0/text/type",
        "unsupported type: markdown",
    ),
    "section unknown field": (
        {"type": "section", "text": mrkdwn(), "colour": "red"},
        "/0",
        "invalid additional property: colour",
    ),
    "section with input": (
        {"type": "section", "text": mrkdwn(), "accessory": TEXT_INPUT},
        "/0/accessory/type",
        "unsupported type: plain_text_input",
    ),
    "mrkdwn with emoji": (
        {"type": "section", "text": {**mrkdwn(), "emoji": True}},
        "/0/text",
        "invalid additional property: emoji",
    ),
    "plain with verbatim": (
        {"type": "section", "text": {**plain(), "verbatim": True}},
        "/0/text",
        "invalid additional property: verbatim",
    ),
    "empty block_id": ({"type": "divider", "block_id": ""}, "/0/block_id", "more than 0"),
    "header in mrkdwn": (
        {"type": "header", "text": mrkdwn()},
        "/0/text/type",
        "must be a valid enum value",
    ),
    "header without text": ({"type": "header"}, "/0", "missing required field: text"),
    "divider with text": (
        {"type": "divider", "text": plain()},
        "/0",
        "invalid additional property: text",
    ),
    "context empty": ({"type": "context", "elements": []}, "/0/elements", "no less than 1"),
    "context with button": (
        {"type": "context", "elements": [BUTTON]},
        "/0/elements/0/type",
        "unsupported type: button",
    ),
    "actions empty": ({"type": "actions", "elements": []}, "/0/elements", "no less than 1"),
    "actions with text": (
        {"type": "actions", "elements": [mrkdwn()]},
        "/0/elements/0/type",
        "unsupported type: mrkdwn",
    ),
    "actions with text input": (
        {"type": "actions", "elements": [TEXT_INPUT]},
        "/0/elements/0/type",
        "unsupported type: plain_text_input",
    ),
    "image without alt_text": (
        {"type": "image", "image_url": "https://example.com/a.png"},
        "/0",
        "missing required field: alt_text",
    ),
    "image without source": ({"type": "image", "alt_text": "A"}, "/0", "exactly one of"),
    "image with two sources": (
        {**PICTURE, "slack_file": {"id": "F1"}},
        "/0",
        "exactly one of: image_url, slack_file",
    ),
    "slack_file with both": (
        {"type": "image", "alt_text": "A", "slack_file": {"id": "F1", "url": "https://a"}},
        "/0/slack_file",
        "exactly one of: id, url",
    ),
    "image title in mrkdwn": ({**PICTURE, "title": mrkdwn()}, "/0/title/type", "enum value"),
    "input without label": (
        {"type": "input", "element": TEXT_INPUT},
        "/0",
        "missing required field: label",
    ),
    "input with button": ({**INPUT, "element": BUTTON}, "/0/element/type", "unsupported type"),
    "input label in mrkdwn": ({**INPUT, "label": mrkdwn()}, "/0/label/type", "enum value"),
    "input optional as text": ({**INPUT, "optional": "yes"}, "/0/optional", "a boolean"),
    "video without title": (
        {key: value for key, value in VIDEO.items() if key != "title"},
        "/0",
        "missing required field: title",
    ),
    "video over http": ({**VIDEO, "video_url": "http://a"}, "/0/video_url", "https"),
    "file": (
        {"type": "file", "source": "remote", "external_id": "A"},
        "/0/type",
        "cannot be sent",
    ),
    "markdown empty": ({"type": "markdown", "text": ""}, "/0/text", "more than 0"),
    "markdown object": ({"type": "markdown", "text": mrkdwn()}, "/0/text", "a string"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_message_refuses(name: str) -> None:
    block, pointer, words = REFUSED[name]
    (found,) = check_blocks([block], "message")
    assert (found.code, found.pointer) == ("failed_constraint", pointer)
    assert words in found.message
