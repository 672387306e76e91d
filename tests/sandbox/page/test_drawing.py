"""Every block and element is drawn, and nothing in data can become markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from bot.sandbox.page.canvas import Canvas
from bot.sandbox.page.directory import Directory, directory_of
from bot.sandbox.page.drawing import draw_block, draw_blocks, draw_element
from bot.sandbox.page.drawing_workspace import message_html, view_html
from bot.sandbox.workspace import ANA, OPS, Message, View, Workspace
from bot.sandbox.workspace.validation import surfaces
from tests.sandbox.page.kit import BLOCKS, ELEMENTS, option, plain
from tests.sandbox.page.tiny_app import MANIFEST

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
VOID = {"img", "input", "hr", "br"}


@pytest.fixture(scope="module")
def names() -> Directory:
    return directory_of(Workspace(MANIFEST), ANA)


class Reader(HTMLParser):
    """Tags, attributes and texts of a drawing; fails where a tag is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:  # <br/> ends itself
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", BLOCKS)
def test_every_block_is_drawn(name: str, names: Directory) -> None:
    block, words = BLOCKS[name]
    html = str(draw_block({"block_id": "b", **block}, Canvas(names)))
    Reader(html)
    assert "cannot-draw" not in html
    for word in words:
        assert word in html


@pytest.mark.parametrize("name", ELEMENTS)
def test_every_element_is_drawn(name: str, names: Directory) -> None:
    element, words = ELEMENTS[name]
    html = str(draw_element(element, Canvas(names), "block-1"))
    Reader(html)
    unescaped = html.replace("&#34;", '"')
    for word in words:
        assert word in unescaped
    if name != "file_input":
        assert 'data-block="block-1" data-action="a" data-acts' in html


def test_every_type_that_the_workspace_takes_has_a_drawing() -> None:
    taken: set[str] = set()
    for adapter in surfaces.BLOCKS.values():
        schema = json.dumps(adapter.json_schema()["$defs"])
        taken |= {
            definition["properties"]["type"]["const"]
            for definition in json.loads(schema).values()
            if "const" in definition.get("properties", {}).get("type", {})
        }
    parts = {"text", "link", "user", "channel", "usergroup", "emoji", "date", "broadcast", "color",
             "team", "plain_text", "mrkdwn", "raw_text", "raw_number", "icon", "line", "bar",
             "area", "pie", "url", "image", "actions"}  # fmt: skip
    rich = {kind for kind in taken if kind.startswith("rich_text_") and kind != "rich_text_input"}
    drawn = {block["type"] for block, _ in BLOCKS.values()}
    drawn |= {element["type"] for element, _ in ELEMENTS.values()}
    drawn |= {"feedback_buttons", "icon_button"}
    assert taken - drawn - parts - rich == set()


@pytest.mark.parametrize("block", [{"type": "hologram"}, {}, {"type": "../page"}])
def test_an_unknown_block_is_shown_as_such(block: dict[str, Any]) -> None:
    html = str(draw_block(block, Canvas()))
    assert "Cannot draw a block of type" in html
    assert str(block.get("type")) in html


def test_an_unknown_element_is_shown_as_such() -> None:
    html = str(draw_block({"type": "actions", "elements": [{"type": "lever"}]}, Canvas()))
    assert "Cannot draw an element of type lever" in html


def _poisoned(value: Any, key: str = "") -> Any:
    """The same structure with every text of people and apps replaced by markup."""
    if isinstance(value, dict):
        return {name: _poisoned(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_poisoned(one, key) for one in value]
    kept = {"type", "style", "level", "status", "width", "icon", "align"}
    return EVIL if isinstance(value, str) and key not in kept else value


@pytest.mark.parametrize("name", [*BLOCKS, *ELEMENTS])
def test_markup_in_data_stays_text(name: str, names: Directory) -> None:
    if name in BLOCKS:
        html = str(draw_block(_poisoned(BLOCKS[name][0]), Canvas(names)))
    else:
        html = str(draw_element(_poisoned(ELEMENTS[name][0]), Canvas(names), EVIL))
    drawn = Reader(html)
    assert "script" not in drawn.tags
    assert not [key for key, _ in drawn.attributes if key.startswith("on") or key == "style"]
    assert ("src", "x") not in drawn.attributes


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<b>",
        "vbscript:x",
        "//pitchey.example",
    ],
)
def test_no_address_can_run_anything(address: str, names: Directory) -> None:
    blocks = [
        {"type": "image", "image_url": address, "alt_text": "picture words"},
        {"type": "actions", "elements": [
            {"type": "button", "text": plain("Go"), "url": address, "action_id": "a"},
            {"type": "overflow", "options": [{**option("One", "1"), "url": address}]},
        ]},
        {"type": "video", "title": plain("T"), "video_url": address, "title_url": address,
         "thumbnail_url": address, "alt_text": "film words"},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "link", "url": address, "text": "label"},
            {"type": "date", "timestamp": 1, "url": address, "format": "{date}"},
        ]}]},
        {"type": "markdown", "text": f"[label](<{address}>) ![label](<{address}>)"},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"<{address}|label>"}},
    ]  # fmt: skip
    drawn = Reader(str(draw_blocks(blocks, Canvas(names))))
    reached = [value for key, value in drawn.attributes if key in {"href", "src", "data-open"}]
    assert reached == []
    assert "label" in drawn.text
    assert "picture words" in drawn.text


def test_an_address_that_is_none_breaks_nothing(names: Directory) -> None:
    html = str(
        draw_block({"type": "image", "image_url": "http://[", "alt_text": "a"}, Canvas(names))
    )
    assert "No picture can be loaded" in html


def test_names_titles_and_files_of_a_message_stay_text() -> None:
    workspace = Workspace(MANIFEST)
    workspace.people[ANA].real_name = EVIL
    message = Message(
        f"{OPS}:1.0", OPS, "1.0", ANA, text=f"{EVIL} <@{ANA}>", username=EVIL,
        attachments=[{"title": EVIL, "title_link": "javascript:x", "text": EVIL, "footer": EVIL}],
        files=["F1"],
    )  # fmt: skip
    drawn = Reader(str(message_html(message, directory_of(workspace, ANA))))
    assert "script" not in drawn.tags
    assert "img" not in drawn.tags
    assert not [key for key, _ in drawn.attributes if key.startswith("on")]
    assert not [value for key, value in drawn.attributes if key == "href"]
    assert drawn.text.count("<script>alert(1)</script>") >= 5


def test_a_form_shows_what_is_filled_in_and_its_errors(names: Directory) -> None:
    block = BLOCKS["input"][0]
    view = View(
        "V1", ANA, {"type": "modal", "title": plain("Form"), "submit": plain("Send"),
                    "blocks": [block]}, "hash",
        values={"b": {"a": {"type": "plain_text_input", "value": "typed before"}}},
        errors={"b": "Too short"},
    )  # fmt: skip
    html = str(view_html(view, names, depth=2, app_name="Pitchey Ops"))
    assert 'value="typed before"' in html
    assert "Too short" in html
    assert "Back to the form before" in html


def test_the_same_block_twice_has_no_id_twice(names: Directory) -> None:
    canvas = Canvas(names, "C1:1.0")
    html = draw_blocks([block for block, _ in BLOCKS.values()] * 2, canvas)
    ids = [value for key, value in Reader(str(html)).attributes if key == "id"]
    assert len(ids) == len(set(ids)) > 4
