"""Tables, charts, cards and tasks that Slack refuses, with the place of the fault."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.workspace.validation import check_blocks
from tests.sandbox.validation.sample_blocks import (
    BUTTON,
    CARD,
    CHART,
    CONTAINER,
    DATA_TABLE,
    PICTURE,
    TABLE,
    TASK,
    axis_chart,
    mrkdwn,
    plain,
    raw,
    rich,
)

# name: (block, pointer of the fault, Slack's words)
REFUSED: dict[str, tuple[Any, str, str]] = {
    "table empty": ({"type": "table", "rows": []}, "/0/rows", "no less than 1"),
    "table empty cell": (
        {"type": "table", "rows": [[raw("")]]},
        "/0/rows/0/0/text",
        "must be more than 0 characters",
    ),
    "table of text": (
        {"type": "table", "rows": [[plain()]]},
        "/0/rows/0/0/type",
        "unsupported type: plain_text",
    ),
    "table align": (
        {**TABLE, "column_settings": [{"align": "middle"}]},
        "/0/column_settings/0/align",
        "enum value",
    ),
    "data_table no caption": (
        {"type": "data_table", "rows": DATA_TABLE["rows"]},
        "/0",
        "missing required field: caption",
    ),
    "data_table header only": ({**DATA_TABLE, "rows": [[raw()]]}, "/0/rows", "no less than 2"),
    "data_table ragged": (
        {**DATA_TABLE, "rows": [[raw(), raw()], [raw()]]},
        "/0/rows/1",
        "same number of cells",
    ),
    "data_table rich header": (
        {**DATA_TABLE, "rows": [[rich()], [raw()]]},
        "/0/rows/0/0/type",
        "unsupported type: rich_text",
    ),
    "data_table header column": (
        {**DATA_TABLE, "row_header_column_index": 2},
        "/0/row_header_column_index",
        "a column of the table",
    ),
    "chart of no kind": (
        {**CHART, "chart": {"type": "radar"}},
        "/0/chart/type",
        "unsupported type: radar",
    ),
    "pie of nothing": (
        {**CHART, "chart": {"type": "pie", "segments": [{"label": "A", "value": 0}]}},
        "/0/chart/segments/0/value",
        "greater than 0",
    ),
    "chart missing point": (
        {**CHART, "chart": {**axis_chart(), "axis_config": {"categories": ["Mon"]}}},
        "/0/chart/series/0/data",
        "one point for every category",
    ),
    "chart same series": (
        {**CHART, "chart": {**axis_chart(), "series": axis_chart()["series"] * 2}},
        "/0/chart/series",
        "unique",
    ),
    "alert in a message": ({"type": "alert", "text": plain()}, "/0/type", "unsupported type"),
    "card of nothing": ({"type": "card", "subtitle": mrkdwn()}, "/0", "at least one of"),
    "card with two icons": (
        {**CARD, "icon": PICTURE, "slack_icon": {"type": "icon", "name": "rocket"}},
        "/0",
        "at most one of",
    ),
    "carousel of sections": (
        {"type": "carousel", "elements": [{"type": "divider"}]},
        "/0/elements/0/type",
        "enum value",
    ),
    "container untitled": (
        {"type": "container", "child_blocks": [{"type": "divider"}]},
        "/0",
        "at least one of: title, rich_text_title",
    ),
    "container empty": ({**CONTAINER, "child_blocks": []}, "/0/child_blocks", "no less than 1"),
    "container in container": (
        {**CONTAINER, "child_blocks": [CONTAINER]},
        "/0/child_blocks/0/type",
        "unsupported type: container",
    ),
    "container collapsed": (
        {**CONTAINER, "default_collapsed": True},
        "/0/default_collapsed",
        "requires is_collapsible",
    ),
    "container divided": (
        {**CONTAINER, "is_collapsible": True, "has_header_divider": True},
        "/0/has_header_divider",
        "excludes is_collapsible",
    ),
    "context_actions of buttons": (
        {"type": "context_actions", "elements": [BUTTON]},
        "/0/elements/0/type",
        "unsupported type: button",
    ),
    "task_card without status": (
        {"type": "task_card", "task_id": "1", "title": "A"},
        "/0",
        "missing required field: status",
    ),
    "task_card pending": ({**TASK, "status": "pending"}, "/0/status", "enum value"),
    "task_card source": (
        {**TASK, "sources": [{"type": "url", "url": "", "text": "x"}]},
        "/0/sources/0/url",
        "more than 0",
    ),
    "plan with repeated task": (
        {"type": "plan", "title": "A", "tasks": [TASK, TASK]},
        "/0/tasks/1/task_id",
        "unique",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_message_refuses(name: str) -> None:
    block, pointer, words = REFUSED[name]
    (found,) = check_blocks([block], "message")
    assert (found.code, found.pointer) == ("failed_constraint", pointer)
    assert words in found.message
