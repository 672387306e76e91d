"""Nothing from data steers the terminal, and no block, however odd, stops the drawing."""

from __future__ import annotations

import io
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bot import blocks
from bot.command import Block
from bot.terminal import draw
from bot.terminal.characters import neutral

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;https://evil.io\x1b\\here\x1b]8;;\x1b\\",
    "\x9b2J",
    "\x1bc",
    "a\rb",
    "a\bb",
    "\x00\x7f\x85",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "\u061cx\u200e",
    "line\u2028separator",
    "\ud800 lone",
    "[bold]markup[/bold] [link=https://evil.io]x[/link]",
]


def shown(*parts: Block, text: str = "") -> str:
    stream = io.StringIO()
    draw(text, list(parts), Console(file=stream, width=60), now=NOW)
    return stream.getvalue()


def assert_harmless(output: str) -> None:
    for character in output:
        assert character in "\n\u200c\u200d" or unicodedata.category(character) not in {
            "Cc",
            "Cf",
            "Cs",
            "Zl",
            "Zp",
        }, repr(character)


def everywhere(data: str) -> list[Block]:
    """The data in every place a block has, escaped or not."""
    return [
        blocks.header(data),
        blocks.section(data),
        blocks.section(
            f"{blocks.escape(data)} {blocks.code(data)} ```{data}``` <https://x|{data}>"
        ),
        blocks.section(f"<https://x.io/{data}> <!date^1^{data}|{data}> <@U1|{data}> :{data}:"),
        blocks.section(f"> {data}\n• {data}\n1. {data}"),
        blocks.fields(data, data),
        blocks.context(data),
        blocks.table([[data, "b"], [data, data]]),
        blocks.actions(blocks.command_button(data, data), blocks.button(data, data, data)),
        {"type": "image", "image_url": data, "alt_text": data},
        {"type": "markdown", "text": f"{data}\n\n`{data}`\n\n[{data}](https://x.io/{data})"},
        {"type": "rich_text", "elements": [{"elements": [{"type": "text", "text": data}]}]},
        {"type": data, "text": data},
    ]


@pytest.mark.parametrize("data", HOSTILE)
def test_control_sequences_are_shown_not_obeyed(data: str) -> None:
    for block in everywhere(data):
        assert_harmless(shown(block))
    assert_harmless(shown(text=data))


def test_an_escape_sequence_stays_readable() -> None:
    assert shown(blocks.section("\x1b[31mred")) == "\\x1b[31mred\n"
    assert shown(blocks.section("a\u202eb")) == "a\\u202eb\n"


def test_markup_of_the_drawing_library_is_text() -> None:
    assert shown(blocks.section("[bold]x[/bold] [/]")) == "[bold]x[/bold] [/]\n"


@given(st.text())
def test_neutral_text_is_harmless(data: str) -> None:
    assert_harmless(neutral(data).replace("\t", ""))


@given(st.text(min_size=1))
@settings(max_examples=30, deadline=None)
def test_any_text_in_any_block_is_harmless(data: str) -> None:
    assert_harmless(shown(*everywhere(data), text=data))


TYPES = [
    *["header", "section", "context", "divider", "actions", "table", "image", "markdown"],
    *["rich_text", "input", "video", "mrkdwn", "plain_text", "button", "rich_text_list"],
]
KEYS = ["text", "elements", "fields", "rows", "accessory", "options", "value", "label", "style"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from(TYPES),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from([*KEYS, "type"]), inside, max_size=4)
    ),
    max_leaves=12,
)
ODD_BLOCK = st.builds(
    lambda kind, rest: {**rest, "type": kind},
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=4),
)


@given(ODD_BLOCK)
@settings(max_examples=300, deadline=None)
def test_no_block_stops_the_drawing(block: Block) -> None:
    assert_harmless(shown(block, text="the text"))
