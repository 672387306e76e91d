"""What each block looks like in a terminal."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from bot import blocks
from bot.command import Block
from bot.terminal import draw

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def drawn(
    *parts: Block, width: int = 80, encoding: str = "utf-8", text: str = "", now: datetime = NOW
) -> str:
    """What a pipe of that width and character set receives."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="")
    draw(text, list(parts), Console(file=stream, width=width), now=now)
    stream.flush()
    return raw.getvalue().decode(encoding)


def lines(output: str) -> list[str]:
    return [line.rstrip() for line in output.split("\n")]


def test_reply_without_blocks_is_its_text() -> None:
    assert drawn(text=":white_check_mark: *Healthy*: `7` of 7") == "✅ Healthy: 7 of 7\n"


def test_first_line_comes_from_the_blocks_alone() -> None:
    assert drawn(blocks.section("*Result*"), text="Result") == "Result\n"


def test_header_draws_emoji_and_no_markup() -> None:
    assert drawn(blocks.header(":rocket: a *b*")) == "🚀 a *b*\n"


def test_a_clock_time_is_no_emoji() -> None:
    assert drawn(blocks.header("at 12:30:45")) == "at 12:30:45\n"


def test_fields_stand_side_by_side_where_there_is_room() -> None:
    block = blocks.fields("*Uptime*\n99.95 %", "*Errors*\n0.2 %")
    assert [line.split() for line in lines(drawn(block))[:2]] == [
        ["Uptime", "Errors"],
        ["99.95", "%", "0.2", "%"],
    ]
    assert lines(drawn(block, width=40))[:4] == ["Uptime", "99.95 %", "Errors", "0.2 %"]


def test_date_is_in_the_zone_of_the_reader() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    block = blocks.section(blocks.date(NOW - timedelta(days=1)))
    assert drawn(block, now=NOW.astimezone(zone)) == "yesterday 17:30\n"


def test_command_button_is_the_command_to_type() -> None:
    block = blocks.actions(blocks.command_button("Check again", "health --verbose"))
    assert drawn(block) == "→ pitchey health --verbose  Check again\n"


def test_a_suggestion_is_not_said_twice() -> None:
    block = blocks.actions(blocks.command_button("/pitchey deployments", "deployments"))
    assert drawn(block) == "→ pitchey deployments\n"


def test_buttons_that_no_terminal_has_say_where_they_work() -> None:
    block = blocks.actions(
        blocks.button("Open", "open", url="https://x.io"),
        blocks.button("Odd", "odd", "no json"),
        blocks.select("Choose", "s", [blocks.option("A", "a"), blocks.option("B", "b")]),
    )
    assert lines(drawn(block)) == [
        "→ Open: https://x.io",
        "→ Odd (press in Slack)",
        "Choose: A, B (choose in Slack)",
        "",
    ]


TABLE = blocks.table(
    [["Check", "State", "Time"], ["API", "healthy", "212 ms"], ["Cache", "a_b `c`", "8 ms"]],
    align=["left", "left", "right"],
)


def test_table_aligns_its_columns() -> None:
    shown = lines(drawn(TABLE))
    assert shown[0].split() == ["Check", "State", "Time"]
    assert shown[2] == "API    healthy  212 ms"
    assert shown[3] == "Cache  a_b `c`    8 ms"


def test_table_without_room_becomes_records() -> None:
    shown = lines(drawn(TABLE, width=20))
    assert shown[:3] == ["API", "  State: healthy", "  Time: 212 ms"]


def test_table_in_plain_characters_has_no_other() -> None:
    assert drawn(TABLE, encoding="ascii").isascii()


def test_link_shows_its_address_once() -> None:
    block = blocks.section("<https://x.io/a|the page> <https://x.io/b> <mailto:a@x.io|a@x.io>")
    assert drawn(block) == "the page (https://x.io/a) https://x.io/b a@x.io\n"


def test_quote_list_and_code_hang_by_their_sign() -> None:
    block = blocks.section("> one two three\n• four five six\n```\nx  y\n```")
    assert lines(drawn(block, width=12)) == [
        "│ one two",
        "│ three",
        "• four five",
        "  six",
        "  x  y",
        "",
    ]


def test_rich_text() -> None:
    block: Block = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "hi ", "style": {"bold": True}},
                    {"type": "emoji", "name": "wave"},
                    {"type": "user", "user_id": "U1"},
                    {"type": "link", "url": "https://x.io"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]},
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a *b*"}]},
        ],
    }
    assert lines(drawn(block)) == [
        "hi 👋@U1https://x.io",
        "1. one",
        "2. two",
        "│ said",
        "  a *b*",
        "",
    ]


def test_markdown_is_drawn_as_markdown() -> None:
    shown = drawn({"type": "markdown", "text": "**bold** :tada:\n\n- one\n- two"})
    assert "bold 🎉" in shown
    assert "**" not in shown


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"type": "image", "image_url": "https://x.io/p.png", "alt_text": "peak 900 ms"}, "peak"),
        ({"type": "input", "label": {"type": "plain_text", "text": "Reason"}}, "Reason"),
        ({"type": "alert", "text": {"type": "mrkdwn", "text": "*low* disk"}}, "low disk"),
        ({"type": "file", "external_id": "F99", "source": "remote"}, "F99"),
        ({"type": "carousel", "elements": [{"type": "card", "title": {"text": "T1"}}]}, "T1"),
        ({"title": "no type"}, "no type"),
        ({"type": "context", "elements": [{"type": "image", "alt_text": "small"}]}, "small"),
        ({"type": "data_table", "caption": "Rows", "rows": [[{"value": 12.5}]]}, "12.5"),
        ({"type": "section", "text": {"type": "plain_text", "text": "p *q*"}}, "p *q*"),
        (
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": "t"},
                "accessory": {"type": "image", "image_url": "https://x.io", "alt_text": "side"},
            },
            "side",
        ),
    ],
)
def test_no_block_is_dropped_in_silence(block: dict[str, Any], words: str) -> None:
    assert words in drawn(block)


@pytest.mark.parametrize("width", [80, 40, 25])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long_text = "word " * 40 + "x" * 200
    block = [
        blocks.section(f"> {long_text}\n• {long_text}\n{long_text}"),
        blocks.table([["a", "b"], [long_text, "c"]]),
        blocks.actions(blocks.command_button("L" * 70, "health " + "y" * 60)),
        blocks.fields(long_text, long_text),
    ]
    for line in lines(drawn(*block, width=width)):
        assert cell_len(line) <= width


def test_a_terminal_without_emoji_reads_words() -> None:
    text = ":white_check_mark: Healthy… :large_green_circle: 10 ≥ 5 → ok 🚀 é"
    assert drawn(text=text, encoding="ascii") == (
        "[ok] Healthy... [large green circle] 10 >= 5 -> ok [rocket] ?\n"
    )
    assert "é" in drawn(text=text, encoding="latin-1")


def test_colour_only_on_a_terminal() -> None:
    block = blocks.section("*bold* `code`")
    assert "\x1b" not in drawn(block)
    stream = io.StringIO()
    draw("", [block], Console(file=stream, force_terminal=True, color_system="standard"), now=NOW)
    assert "\x1b[1mbold\x1b[0m" in stream.getvalue()
