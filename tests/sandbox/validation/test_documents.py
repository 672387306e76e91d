"""Rules over whole documents: views, messages with attachments, ids, focus, sizes."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.workspace.validation import check_blocks, check_message, check_view, too_long
from bot.sandbox.workspace.validation.size import MESSAGE_CHARACTERS, blocks_size
from tests.sandbox.validation.sample_blocks import (
    BUTTON,
    CHART,
    CONTAINER,
    INPUT,
    TEXT_INPUT,
    mrkdwn,
    plain,
    raw,
)

DIVIDER = {"type": "divider"}
MODAL = {"type": "modal", "title": plain("Roll back"), "blocks": [DIVIDER]}


def actions(*action_ids: str, **more: Any) -> dict[str, Any]:
    elements = [{**BUTTON, "action_id": action_id} for action_id in action_ids]
    return {"type": "actions", "elements": elements, **more}


def asked(block_id: str, **more: Any) -> dict[str, Any]:
    return {**INPUT, "block_id": block_id, "element": {**TEXT_INPUT, **more}}


@pytest.mark.parametrize(
    "view",
    [
        MODAL,
        {**MODAL, "blocks": []},
        {**MODAL, "blocks": [INPUT], "submit": plain("Go"), "close": plain("Stop")},
        {**MODAL, "clear_on_close": True, "notify_on_close": True, "private_metadata": ""},
        {"type": "home", "blocks": [DIVIDER, INPUT], "callback_id": "home", "external_id": "x"},
    ],
)
def test_a_view_is_taken(view: dict[str, Any]) -> None:
    assert check_view(view) == ()


@pytest.mark.parametrize(
    ("view", "pointer", "words"),
    [
        ({"type": "modal", "blocks": []}, "", "missing required field: title"),
        ({"blocks": []}, "", "missing required field: type"),
        ({"type": "drawer", "blocks": []}, "/type", "unsupported type: drawer"),
        ({"type": "modal", "title": plain()}, "", "missing required field: blocks"),
        ({**MODAL, "title": mrkdwn()}, "/title/type", "must be a valid enum value"),
        ({**MODAL, "title": plain("")}, "/title/text", "must be more than 0 characters"),
        ({**MODAL, "title": "Roll back"}, "/title", "must provide an object"),
        ({**MODAL, "submit": mrkdwn()}, "/submit/type", "must be a valid enum value"),
        ({**MODAL, "blocks": [INPUT]}, "", "missing required field: submit"),
        ({**MODAL, "submit_disabled": True}, "", "invalid additional property: submit_disabled"),
        ({**MODAL, "blocks": {}}, "/blocks", "must provide an array"),
        ({**MODAL, "blocks": [CONTAINER]}, "/blocks/0/type", "unsupported type: container"),
        (
            {"type": "home", "blocks": [], "title": plain()},
            "",
            "invalid additional property: title",
        ),
        (
            {"type": "home", "blocks": [{"type": "alert", "text": plain()}]},
            "/blocks/0/type",
            "unsupported type: alert",
        ),
    ],
)
def test_a_view_is_refused(view: dict[str, Any], pointer: str, words: str) -> None:
    assert [(each.pointer, each.message) for each in check_view(view)] == [(pointer, words)]


def test_a_missing_submit_is_told_beside_other_faults() -> None:
    told = [each.message for each in check_view({"type": "modal", "blocks": [INPUT]})]
    assert told == ["missing required field: title", "missing required field: submit"]


def test_a_message_without_blocks_is_not_judged_here() -> None:
    assert check_message({}) == ()
    assert check_message({"text": "Healthy", "channel": "C1", "unfurl_links": False}) == ()


@pytest.mark.parametrize(
    ("payload", "pointer", "words"),
    [
        ({"text": 7}, "/text", "must provide a string"),
        ({"blocks": "[]"}, "/blocks", "must provide an array"),
        ({"blocks": {}}, "/blocks", "must provide an array"),
        ({"attachments": {}}, "/attachments", "must provide an array"),
        ({"attachments": ["red"]}, "/attachments/0", "must provide an object"),
        (
            {"attachments": [{"color": "#f00", "blocks": [DIVIDER, {"type": "section"}]}]},
            "/attachments/0/blocks/1",
            "must provide at least one of: text, fields",
        ),
    ],
)
def test_a_message_is_refused(payload: dict[str, Any], pointer: str, words: str) -> None:
    assert [(each.pointer, each.message) for each in check_message(payload)] == [(pointer, words)]


def test_a_block_id_is_used_once_in_a_document() -> None:
    twice = [{**DIVIDER, "block_id": "a"}, {**DIVIDER, "block_id": "a"}]
    (found,) = check_blocks(twice, "message")
    assert found.pointer == "/1/block_id"
    assert "already exists" in found.message
    inside = {**CONTAINER, "block_id": "a", "child_blocks": [{**DIVIDER, "block_id": "a"}]}
    (found,) = check_blocks([inside], "message")
    assert found.pointer == "/0/child_blocks/0/block_id"


def test_an_action_id_is_used_once_in_a_block() -> None:
    (found,) = check_blocks([actions("a", "b", "a")], "message")
    assert found.pointer == "/0/elements/2/action_id"
    assert "already exists" in found.message
    assert check_blocks([actions("a"), actions("a")], "message") == ()
    nested = {**CONTAINER, "child_blocks": [actions("a"), actions("a")]}
    assert check_blocks([nested], "message") == ()
    card = {"type": "card", "title": mrkdwn(), "actions": actions("a")["elements"]}
    assert check_blocks([{"type": "carousel", "elements": [card, card]}], "message") == ()
    nested = {**CONTAINER, "child_blocks": [DIVIDER, actions("a", "a")]}
    (found,) = check_blocks([nested], "message")
    assert found.pointer == "/0/child_blocks/1/elements/1/action_id"


def test_one_element_has_the_focus() -> None:
    view = {**MODAL, "submit": plain("Go")}
    one = [asked("a", focus_on_load=True), asked("b", focus_on_load=False)]
    assert check_view({**view, "blocks": one}) == ()
    two = [asked("a", focus_on_load=True), asked("b", focus_on_load=True)]
    (found,) = check_view({**view, "blocks": two})
    assert found.pointer == "/blocks/1/element/focus_on_load"


def test_two_charts_a_message() -> None:
    assert check_blocks([CHART, CHART], "message") == ()
    (found,) = check_blocks([CHART, DIVIDER, CHART, CHART, DIVIDER], "message")
    assert (found.pointer, found.message) == ("/3", "no more than 2 charts allowed")


def test_markdown_and_cells_are_counted_over_the_document() -> None:
    half = {"type": "markdown", "text": "x" * 6_000}
    assert check_blocks([half, half], "message") == ()
    (found,) = check_blocks([half, half, {"type": "markdown", "text": "x"}], "message")
    assert found.pointer == "/2/text"
    table = {"type": "table", "rows": [[raw("x" * 5_000)]]}
    assert check_blocks([table, table], "message") == ()
    (found,) = check_blocks([table, table, {"type": "table", "rows": [[raw("x")]]}], "message")
    assert found.pointer == "/2/rows"


def test_every_fault_of_a_document_is_told_at_once() -> None:
    blocks = [{"type": "section"}, actions("a", "a"), {"type": "header", "text": plain("")}]
    assert {each.pointer for each in check_blocks(blocks, "message")} == {
        "/0",
        "/1/elements/1/action_id",
        "/2/text/text",
    }


def test_a_message_is_too_long_as_a_whole() -> None:
    def sections(characters: int) -> dict[str, Any]:
        blocks = [{"type": "section", "text": mrkdwn("x" * 3000)} for _ in range(4)]
        room = MESSAGE_CHARACTERS - blocks_size({"blocks": blocks})
        empty = {"type": "section", "text": mrkdwn("")}
        left = room - len(',{"type":"section","text":{"type":"mrkdwn","text":""}}')
        assert left > 0
        return {"blocks": [*blocks, {**empty, "text": mrkdwn("x" * (left + characters))}]}

    assert blocks_size(sections(0)) == MESSAGE_CHARACTERS
    assert not too_long(sections(0))
    assert too_long(sections(1))
    assert not too_long({"text": "x" * 40_000})
    assert too_long({"blocks": sections(0)["blocks"], "attachments": [{"blocks": [DIVIDER]}]})
