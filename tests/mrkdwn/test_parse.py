"""Slack's formatting rules, one by one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import blocks
from bot.mrkdwn import (
    Bold,
    BulletList,
    ChannelMention,
    Code,
    CodeBlock,
    Date,
    Emoji,
    GroupMention,
    Italic,
    LineBreak,
    Link,
    ListItem,
    Node,
    NumberedList,
    Quote,
    SpecialMention,
    Strike,
    Text,
    UserMention,
    parse,
    plain_text,
)


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("", []),
        ("plain", [Text("plain")]),
        ("*b*", [Bold((Text("b"),))]),
        ("_i_", [Italic((Text("i"),))]),
        ("~s~", [Strike((Text("s"),))]),
        ("*_both_*", [Bold((Italic((Text("both"),)),))]),
        ("snake_case_name", [Text("snake_case_name")]),
        ("_snake_case_", [Italic((Text("snake_case"),))]),
        ("2 * 3 * 4", [Text("2 * 3 * 4")]),
        ("2*3*4", [Text("2*3*4")]),
        ("**no** __no__", [Text("**no** __no__")]),
        ("(*b*)", [Text("("), Bold((Text("b"),)), Text(")")]),
        ("*b*ad", [Text("*b*ad")]),
        ("* b*", [Text("* b*")]),
        ("*open", [Text("*open")]),
        ("*a\nb*", [Text("*a"), LineBreak(), Text("b*")]),
        ("*a _b* c_", [Bold((Text("a _b"),)), Text(" c_")]),
        ("`a*b*c`", [Code("a*b*c")]),
        ("a`b`c", [Text("a`b`c")]),
        ("` `", [Code(" ")]),
        ("`a &lt; b`", [Code("a < b")]),
        ("`<https://x.io>`", [Code("https://x.io")]),
        ("&amp;lt; &gt; &nbsp;", [Text("&lt; > &nbsp;")]),
        (":tada:", [Emoji("tada")]),
        (":wave::skin-tone-3:", [Emoji("wave", 3)]),
        ("12:30:45", [Text("12:30:45")]),
    ],
)
def test_running_text(text: str, nodes: list[Node]) -> None:
    assert parse(text) == nodes


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("<@U012AB3CD>", UserMention("U012AB3CD")),
        ("<@W012AB3CD|ana>", UserMention("W012AB3CD", "ana")),
        ("<#C012AB3CD|ops>", ChannelMention("C012AB3CD", "ops")),
        ("<!subteam^S012AB3CD|@on-call>", GroupMention("S012AB3CD", "@on-call")),
        ("<!here>", SpecialMention("here")),
        ("<!channel|channel>", SpecialMention("channel")),
        ("<https://x.io/?a=1&amp;b=2>", Link("https://x.io/?a=1&b=2")),
        ("<https://x.io|the *site*>", Link("https://x.io", (Text("the "), Bold((Text("site"),))))),
        ("<mailto:a@x.io|a@x.io>", Link("mailto:a@x.io", (Text("a@x.io"),))),
        ("https://x.io/a_b_c", Link("https://x.io/a_b_c")),
        ("<!date^1700000000^{date} at {time}|then>", Date(1700000000, "{date} at {time}", "then")),
        ("<!date^0^{ago}^https://x.io|f>", Date(0, "{ago}", "f", "https://x.io")),
        ("<!date^soon^{date}|fallback>", Text("fallback")),
        ("<!unknown|label>", Text("label")),
        ("<javascript:alert(1)|x>", Text("<javascript:alert(1)|x>")),
        ("<JavaScript://x.io/%0aalert(1)>", Text("<JavaScript://x.io/%0aalert(1)>")),
        ("<b>", Text("<b>")),
    ],
)
def test_references(text: str, node: Node) -> None:
    assert parse(text) == [node]


def test_date_of_the_builders() -> None:
    token = blocks.date(datetime(2026, 11, 23, 9, 5, tzinfo=UTC))
    expected = Date(1795424700, "{date_short_pretty} {time}", "2026-11-23 09:05 UTC")
    assert parse(token) == [expected]


def test_quote_joins_neighbouring_lines() -> None:
    quote = Quote((Text("a"), LineBreak(), Bold((Text("b"),))))
    assert parse("before\n&gt; a\n&gt; *b*\nafter") == [Text("before"), quote, Text("after")]


def test_three_signs_quote_the_rest() -> None:
    assert parse(">>> a\n\nb") == [Quote((Text("a"), LineBreak(), LineBreak(), Text("b")))]


def test_quote_holds_a_code_block() -> None:
    assert parse("> ```x```\ny") == [Quote((CodeBlock("x"),)), Text("y")]


def test_code_block_keeps_its_text() -> None:
    nodes = parse("see ```\n  a_b_  *c*\n> &lt;d&gt;\n``` end")
    assert nodes == [Text("see "), CodeBlock("  a_b_  *c*\n> <d>"), Text(" end")]


@pytest.mark.parametrize("text", ["```open", "``````", "a ``` b"])
def test_fence_that_never_closes_is_text(text: str) -> None:
    assert plain_text(parse(text)) == text
    assert not any(isinstance(node, CodeBlock) for node in parse(text))


def test_lists_keep_the_marker_as_written() -> None:
    bullets = BulletList(
        (ListItem("•", 0, (Text("one"),)), ListItem("•", 2, (Bold((Text("two"),)),)))
    )
    numbers = NumberedList((ListItem("1.", 0, (Text("n"),)), ListItem("2)", 0, (Text("m"),))))
    assert parse("• one\n  • *two*\n1. n\n2) m\nend") == [bullets, numbers, Text("end")]


@pytest.mark.parametrize("text", ["2024. was a year", "-5 °C", "3.5 ms", "•"])
def test_what_only_resembles_a_list(text: str) -> None:
    assert parse(text) == [Text(text)]


def test_line_breaks() -> None:
    assert parse("a\r\n\nb") == [Text("a"), LineBreak(), LineBreak(), Text("b")]


def test_empty_line_between_blocks_stays() -> None:
    text = "- a\n\n```b```\n\n> c\n\nd"
    assert plain_text(parse(text)) == "- a\n\nb\n\nc\n\nd"
