"""Blocks that Slack takes in a message, at least one of every kind."""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]


def plain(text: str = "Deploy") -> JSON:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "*Deploy*") -> JSON:
    return {"type": "mrkdwn", "text": text}


def rich(*parts: JSON) -> JSON:
    section = {"type": "rich_text_section", "elements": list(parts) or [text_part()]}
    return {"type": "rich_text", "elements": [section]}


def text_part(text: str = "Deploy") -> JSON:
    return {"type": "text", "text": text}


def raw(text: str = "Deploy") -> JSON:
    return {"type": "raw_text", "text": text}


def axis_chart(kind: str = "bar") -> JSON:
    data = [{"label": "Mon", "value": 1}, {"label": "Tue", "value": 2.5}]
    return {
        "type": kind,
        "series": [{"name": "p95", "data": data}],
        "axis_config": {"categories": ["Mon", "Tue"], "x_label": "Day", "y_label": "ms"},
    }


BUTTON = {"type": "button", "text": plain(), "action_id": "go"}
PICTURE = {"type": "image", "alt_text": "A chart", "image_url": "https://example.com/a.png"}
TEXT_INPUT = {"type": "plain_text_input", "action_id": "why"}
INPUT = {"type": "input", "label": plain(), "element": TEXT_INPUT}
TABLE = {"type": "table", "rows": [[raw(), raw()], [raw(), rich()]]}
DATA_TABLE = {"type": "data_table", "caption": "Checks", "rows": [[raw(), raw()], [raw(), rich()]]}
PIE = {"type": "pie", "segments": [{"label": "Errors", "value": 3}]}
CHART = {"type": "data_visualization", "title": "Errors", "chart": PIE}
TASK = {"type": "task_card", "task_id": "1", "title": "Purge", "status": "in_progress"}
VIDEO = {
    "type": "video",
    "alt_text": "Demo",
    "title": plain(),
    "thumbnail_url": "https://example.com/t.png",
    "video_url": "https://example.com/v",
}
CARD = {"type": "card", "title": mrkdwn()}
CONTAINER = {"type": "container", "title": plain(), "child_blocks": [{"type": "divider"}]}

VALID_IN_MESSAGE = {
    "section text": {"type": "section", "text": mrkdwn()},
    "section plain": {"type": "section", "text": {**plain(), "emoji": True}, "expand": True},
    "section verbatim": {"type": "section", "text": {**mrkdwn(), "verbatim": True}},
    "section fields": {"type": "section", "fields": [mrkdwn(), plain()]},
    "section accessory": {"type": "section", "text": mrkdwn(), "accessory": BUTTON},
    "section picture": {"type": "section", "text": mrkdwn(), "accessory": PICTURE},
    "header": {"type": "header", "text": plain(), "block_id": "head"},
    "divider": {"type": "divider"},
    "context": {"type": "context", "elements": [mrkdwn(), plain(), PICTURE]},
    "actions": {"type": "actions", "elements": [BUTTON]},
    "image": {**PICTURE, "title": plain(), "block_id": "picture"},
    "image from slack": {"type": "image", "alt_text": "A", "slack_file": {"id": "F123"}},
    "image from slack url": {
        "type": "image",
        "alt_text": "A",
        "slack_file": {"url": "https://files.slack.com/a"},
    },
    "input": {**INPUT, "hint": plain(), "optional": True, "dispatch_action": False},
    "rich_text": rich(text_part(), {"type": "emoji", "name": "tada"}),
    "video": VIDEO,
    "markdown": {"type": "markdown", "text": "# Deploy"},
    "table": {**TABLE, "column_settings": [{"align": "right", "is_wrapped": True}, None]},
    "table with number": {
        "type": "table",
        "rows": [[raw()], [{"type": "raw_number", "value": 2, "text": "2"}]],
    },
    "data_table": {**DATA_TABLE, "page_size": 10, "row_header_column_index": 1},
    "pie": CHART,
    "bar": {**CHART, "chart": axis_chart("bar")},
    "line": {**CHART, "chart": axis_chart("line")},
    "area": {**CHART, "chart": axis_chart("area")},
    "card": {**CARD, "hero_image": PICTURE, "icon": PICTURE, "body": plain(), "actions": [BUTTON]},
    "carousel": {"type": "carousel", "elements": [CARD, {**CARD, "block_id": "second"}]},
    "container": {**CONTAINER, "is_collapsible": True, "default_collapsed": True, "width": "wide"},
    "container rich title": {
        "type": "container",
        "rich_text_title": rich(),
        "subtitle": mrkdwn(),
        "has_header_divider": True,
        "child_blocks": [{"type": "section", "text": mrkdwn()}, TABLE, INPUT],
    },
    "context_actions": {
        "type": "context_actions",
        "elements": [{"type": "icon_button", "icon": "trash", "text": plain(), "action_id": "x"}],
    },
    "task_card": {
        **TASK,
        "details": rich(),
        "output": rich(),
        "sources": [{"type": "url", "url": "https://example.com", "text": "Logs"}],
    },
    "plan": {
        "type": "plan",
        "title": "Restore",
        "tasks": [{"task_id": "1", "title": "Stop", "status": "pending"}, {**TASK, "task_id": "2"}],
    },
}

ALERT = {"type": "alert", "text": plain(), "level": "warning"}
ONE_OF_EACH = {block["type"]: block for block in [*VALID_IN_MESSAGE.values(), ALERT]}
