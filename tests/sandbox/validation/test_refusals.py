"""What is told of a refusal: Slack's words, its JSON pointers, its two forms."""

from __future__ import annotations

import json
import re

import pytest

from bot.sandbox.workspace.validation import (
    check_blocks,
    check_message,
    check_view,
    error_strings,
    response_messages,
)
from bot.sandbox.workspace.validation.refusals import pointer_to
from tests.sandbox.validation.sample_blocks import mrkdwn, plain, raw
from tests.sandbox.validation.test_refused_data import REFUSED as REFUSED_DATA
from tests.sandbox.validation.test_refused_elements import INVALID
from tests.sandbox.validation.test_refused_layout import REFUSED as REFUSED_LAYOUT

LONG = {"type": "section", "text": mrkdwn("x" * 3001)}


def test_a_message_is_answered_as_slack_answers() -> None:
    found = check_message({"blocks": [LONG]})
    assert error_strings(found) == [
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert response_messages(found) == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


def test_a_view_is_answered_within_its_argument() -> None:
    found = check_view({"type": "modal", "blocks": [LONG], "submit_disabled": True})
    assert response_messages(found, within="/view") == [
        "[ERROR] missing required field: title [json-pointer:/view]",
        "[ERROR] must be less than 3001 characters [json-pointer:/view/blocks/0/text/text]",
        "[ERROR] invalid additional property: submit_disabled [json-pointer:/view]",
    ]


def test_the_example_of_blocks_validate() -> None:
    """The answer printed in the documentation of the method."""
    block = {"type": "section", "text": {"type": "invalid", "text": "Hello"}}
    (found,) = check_blocks([block], "message")
    assert found.as_json() == {
        "code": "failed_constraint",
        "message": "unsupported type: invalid",
        "pointer": "/0/text/type",
        "constraint": {"type": "enum", "expected": ["plain_text", "mrkdwn"]},
    }


def test_pointers_are_escaped() -> None:
    assert pointer_to(("a/b", "c~d", 0)) == "/a~1b/c~0d/0"
    assert pointer_to(()) == ""


@pytest.mark.parametrize("part", ["text", "url"])
def test_a_field_named_as_the_type_of_its_object(part: str) -> None:
    """`{"type": "text", "text": …}`: the pointer names the field, not only the object."""
    source = {"type": "url", "url": "https://example.com", "text": "x"}
    text = {"type": "text", "text": "x"}
    card = {"type": "task_card", "task_id": "1", "title": "x", "status": "complete"}
    if part == "url":
        block = {**card, "sources": [{**source, "url": 3}]}
        expected = "/0/sources/0/url"
    else:
        section = {"type": "rich_text_section", "elements": [{**text, "text": 3}]}
        block = {"type": "rich_text", "elements": [section]}
        expected = "/0/elements/0/elements/0/text"
    (found,) = check_blocks([block], "message")
    assert found.pointer == expected


def test_cells_deep_in_a_table_are_pointed_at() -> None:
    inner = {"type": "rich_text_section", "elements": [{"type": "emoji"}]}
    rich = {"type": "rich_text", "elements": [inner]}
    (found,) = check_blocks([{"type": "table", "rows": [[raw(), rich]]}], "message")
    assert found.pointer == "/0/rows/0/1/elements/0/elements/0"
    assert found.message == "missing required field: name"


def test_all_words_are_slacks_and_all_violations_are_json() -> None:
    """No word of the machinery below leaks into what a person reads."""
    documents = [
        *(block for block, _, _ in REFUSED_LAYOUT.values()),
        *(block for block, _, _ in REFUSED_DATA.values()),
        *({"type": "actions", "elements": [element]} for element, _, _ in INVALID.values()),
        *(
            {"type": "input", "label": plain(), "element": element}
            for element, _, _ in INVALID.values()
        ),
    ]
    for document in documents:
        for found in check_blocks([document], "message"):
            assert not re.search(r"Input|should|pydantic|String", found.message), found
            assert json.loads(json.dumps(found.as_json())) == found.as_json()
