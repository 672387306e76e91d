"""Every limit: taken exactly at it, refused one past it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.workspace.validation import check_blocks, check_message, check_view
from tests.sandbox.validation.sample_blocks import (
    BUTTON,
    CARD,
    CHART,
    CONTAINER,
    DATA_TABLE,
    INPUT,
    PICTURE,
    PIE,
    TABLE,
    VIDEO,
    axis_chart,
    mrkdwn,
    plain,
    raw,
    rich,
)
from tests.sandbox.validation.sample_elements import CONFIRM, FEEDBACK, VALID, held, option

JSON = dict[str, Any]
DIVIDER = {"type": "divider"}


def options(count: int) -> list[JSON]:
    return [option(str(number)) for number in range(count)]


def pressed(**fields: Any) -> JSON:
    return {"type": "actions", "elements": [{**BUTTON, **fields}]}


def element(name: str, **fields: Any) -> JSON:
    sample, homes = VALID[name]
    return held({**sample, **fields}, min(homes))[0]


def menu(**fields: Any) -> JSON:
    return held({"type": "static_select", "options": options(1), **fields}, "input")[0]


def series(count: int, points: int = 1) -> JSON:
    names = [str(number) for number in range(points)]
    data = [{"label": name, "value": 1} for name in names]
    drawn = [{"name": str(number), "data": data} for number in range(count)]
    return {"type": "line", "series": drawn, "axis_config": {"categories": names}}


def segments(count: int) -> JSON:
    return {**PIE, "segments": [{"label": str(at), "value": 1} for at in range(count)]}


Document = Callable[[int], JSON]
TEXTS: dict[str, tuple[int, Document]] = {
    "section text": (3000, lambda n: {"type": "section", "text": mrkdwn("x" * n)}),
    "section field": (2000, lambda n: {"type": "section", "fields": [plain("x" * n)]}),
    "header": (150, lambda n: {"type": "header", "text": plain("x" * n)}),
    "context text": (3000, lambda n: {"type": "context", "elements": [mrkdwn("x" * n)]}),
    "block_id": (255, lambda n: {**DIVIDER, "block_id": "x" * n}),
    "action_id": (255, lambda n: pressed(action_id="x" * n)),
    "button text": (75, lambda n: pressed(text=plain("x" * n))),
    "button value": (2000, lambda n: pressed(value="x" * n)),
    "button url": (3000, lambda n: pressed(url="x" * n)),
    "button label": (75, lambda n: pressed(accessibility_label="x" * n)),
    "button prompt": (4000, lambda n: pressed(agent_prompt="x" * n)),
    "confirm title": (100, lambda n: pressed(confirm={**CONFIRM, "title": plain("x" * n)})),
    "confirm text": (300, lambda n: pressed(confirm={**CONFIRM, "text": plain("x" * n)})),
    "confirm yes": (30, lambda n: pressed(confirm={**CONFIRM, "confirm": plain("x" * n)})),
    "confirm no": (30, lambda n: pressed(confirm={**CONFIRM, "deny": plain("x" * n)})),
    "option text": (75, lambda n: menu(options=[{**option(), "text": plain("x" * n)}])),
    "option value": (150, lambda n: menu(options=[{**option(), "value": "x" * n}])),
    "option description": (75, lambda n: menu(options=[option(description=plain("x" * n))])),
    "overflow url": (3000, lambda n: element("overflow", options=[option(url="x" * n)])),
    "group label": (
        75,
        lambda n: element(
            "static_select groups",
            option_groups=[{"label": plain("x" * n), "options": [option("a")]}],
        ),
    ),
    "checkbox text": (
        75,
        lambda n: held(
            {"type": "checkboxes", "options": [{"text": mrkdwn("x" * n), "value": "a"}]}, "actions"
        )[0],
    ),
    "placeholder": (150, lambda n: menu(placeholder=plain("x" * n))),
    "input label": (2000, lambda n: {**INPUT, "label": plain("x" * n)}),
    "input hint": (2000, lambda n: {**INPUT, "hint": plain("x" * n)}),
    "initial text": (3000, lambda n: element("plain_text_input", initial_value="x" * n)),
    "feedback text": (
        75,
        lambda n: element("feedback_buttons", positive_button={**FEEDBACK, "text": plain("x" * n)}),
    ),
    "feedback value": (
        2000,
        lambda n: element("feedback_buttons", positive_button={**FEEDBACK, "value": "x" * n}),
    ),
    "alt text": (2000, lambda n: {**PICTURE, "alt_text": "x" * n}),
    "image url": (3000, lambda n: {**PICTURE, "image_url": "x" * n}),
    "image title": (2000, lambda n: {**PICTURE, "title": plain("x" * n)}),
    "video title": (199, lambda n: {**VIDEO, "title": plain("x" * n)}),
    "video author": (49, lambda n: {**VIDEO, "author_name": "x" * n}),
    "video url": (2000, lambda n: {**VIDEO, "video_url": "https://" + "x" * (n - 8)}),
    "video thumbnail": (2000, lambda n: {**VIDEO, "thumbnail_url": "x" * n}),
    "video description": (200, lambda n: {**VIDEO, "description": plain("x" * n)}),
    "markdown": (12_000, lambda n: {"type": "markdown", "text": "x" * n}),
    "chart title": (50, lambda n: {**CHART, "title": "x" * n}),
    "segment label": (
        20,
        lambda n: {**CHART, "chart": {**PIE, "segments": [{"label": "x" * n, "value": 1}]}},
    ),
    "axis title": (
        50,
        lambda n: {
            **CHART,
            "chart": {
                **axis_chart(),
                "axis_config": {"categories": ["Mon", "Tue"], "y_label": "x" * n},
            },
        },
    ),
    "card title": (150, lambda n: {**CARD, "title": mrkdwn("x" * n)}),
    "card subtitle": (150, lambda n: {**CARD, "subtitle": mrkdwn("x" * n)}),
    "card body": (200, lambda n: {**CARD, "body": mrkdwn("x" * n)}),
    "container title": (150, lambda n: {**CONTAINER, "title": plain("x" * n)}),
    "container subtitle": (150, lambda n: {**CONTAINER, "subtitle": plain("x" * n)}),
    "cells in all": (10_000, lambda n: {"type": "table", "rows": [[raw("x" * n)]]}),
    "data cells in all": (
        10_000,
        lambda n: {
            **DATA_TABLE,
            "rows": [[raw("h")], [rich({"type": "text", "text": "x" * (n - 1)})]],
        },
    ),
}
COUNTS: dict[str, tuple[int, Document]] = {
    "section fields": (10, lambda n: {"type": "section", "fields": [plain()] * n}),
    "context elements": (10, lambda n: {"type": "context", "elements": [plain()] * n}),
    "actions": (
        25,
        lambda n: {
            "type": "actions",
            "elements": [{**BUTTON, "action_id": str(at)} for at in range(n)],
        },
    ),
    "context actions": (
        5,
        lambda n: {
            "type": "context_actions",
            "elements": [{**VALID["icon_button"][0], "action_id": str(at)} for at in range(n)],
        },
    ),
    "options": (100, lambda n: menu(options=options(n))),
    "overflow options": (5, lambda n: element("overflow", options=options(n))),
    "radio buttons": (
        10,
        lambda n: held({"type": "radio_buttons", "options": options(n)}, "input")[0],
    ),
    "checkboxes": (
        10,
        lambda n: held({"type": "checkboxes", "options": options(n)}, "input")[0],
    ),
    "option groups": (
        100,
        lambda n: held(
            {
                "type": "static_select",
                "option_groups": [{"label": plain(), "options": options(1)}] * n,
            },
            "input",
        )[0],
    ),
    "options of a group": (
        100,
        lambda n: held(
            {
                "type": "static_select",
                "option_groups": [{"label": plain(), "options": options(n)}],
            },
            "input",
        )[0],
    ),
    "files": (10, lambda n: element("file_input", max_files=n)),
    "input length": (3000, lambda n: element("plain_text_input", max_length=n)),
    "input least": (3000, lambda n: element("plain_text_input", min_length=n, max_length=3000)),
    "input lines": (100, lambda n: element("rich_text_input", max_lines=n)),
    "datetime": (9_999_999_999, lambda n: element("datetimepicker", initial_date_time=n)),
    "list indent": (
        8,
        lambda n: {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_list", "style": "bullet", "elements": [], "indent": n}
            ],
        },
    ),
    "table rows": (100, lambda n: {"type": "table", "rows": [[raw()]] * n}),
    "table columns": (20, lambda n: {"type": "table", "rows": [[raw()] * n]}),
    "column settings": (20, lambda n: {**TABLE, "column_settings": [{}] * n}),
    "data table rows": (101, lambda n: {**DATA_TABLE, "rows": [[raw()]] * n}),
    "data table columns": (20, lambda n: {**DATA_TABLE, "rows": [[raw()] * n] * 2}),
    "data table page": (100, lambda n: {**DATA_TABLE, "page_size": n}),
    "segments": (6, lambda n: {**CHART, "chart": segments(n)}),
    "series": (6, lambda n: {**CHART, "chart": series(n)}),
    "points": (20, lambda n: {**CHART, "chart": series(1, points=n)}),
    "card buttons": (
        3,
        lambda n: {**CARD, "actions": [{**BUTTON, "action_id": str(at)} for at in range(n)]},
    ),
    "carousel": (10, lambda n: {"type": "carousel", "elements": [CARD] * n}),
    "container": (10, lambda n: {**CONTAINER, "child_blocks": [DIVIDER] * n}),
    "plan": (
        50,
        lambda n: {
            "type": "plan",
            "title": "A",
            "tasks": [{"task_id": str(at), "title": "A", "status": "pending"} for at in range(n)],
        },
    ),
}


@pytest.mark.parametrize("name", TEXTS | COUNTS)
def test_a_limit(name: str) -> None:
    most, document = (TEXTS | COUNTS)[name]
    assert check_blocks([document(most)], "message") == ()
    found = check_blocks([document(most + 1)], "message")
    assert found, "one past the limit is taken"
    if name in TEXTS:
        assert f"must be less than {most + 1} characters" in {
            each.message.removeprefix("cells ").removesuffix(" in all") for each in found
        }


VIEW = {"type": "modal", "title": plain("Roll back"), "blocks": [DIVIDER]}
VIEWS: dict[str, tuple[int, Document]] = {
    "modal blocks": (100, lambda n: {**VIEW, "blocks": [DIVIDER] * n}),
    "home blocks": (100, lambda n: {"type": "home", "blocks": [DIVIDER] * n}),
    "title": (24, lambda n: {**VIEW, "title": plain("x" * n)}),
    "submit": (24, lambda n: {**VIEW, "submit": plain("x" * n)}),
    "close": (24, lambda n: {**VIEW, "close": plain("x" * n)}),
    "private_metadata": (3000, lambda n: {**VIEW, "private_metadata": "x" * n}),
    "callback_id": (255, lambda n: {**VIEW, "callback_id": "x" * n}),
    "external_id": (255, lambda n: {**VIEW, "external_id": "x" * n}),
    "alert": (
        200,
        lambda n: {**VIEW, "blocks": [{"type": "alert", "text": mrkdwn("x" * n)}]},
    ),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_limit_of_views(name: str) -> None:
    most, document = VIEWS[name]
    assert check_view(document(most)) == ()
    (found,) = check_view(document(most + 1))
    assert str(most) in found.message or str(most + 1) in found.message


def test_a_message_has_fifty_blocks_and_a_hundred_attachments() -> None:
    assert check_message({"blocks": [DIVIDER] * 50, "attachments": [{}] * 100}) == ()
    many = check_message({"blocks": [DIVIDER] * 51, "attachments": [{}] * 101})
    assert [(each.message, each.pointer) for each in many] == [
        ("no more than 50 items allowed", "/blocks"),
        ("no more than 100 items allowed", "/attachments"),
    ]
