"""What holds for every text: it gives nodes, loses no words, and takes linear time."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot import blocks
from bot.mrkdwn import (
    Bold,
    BulletList,
    Emoji,
    Italic,
    LineBreak,
    Link,
    Node,
    NumberedList,
    Quote,
    Strike,
    Text,
    parse,
    plain_text,
)

MARKUP = st.lists(
    st.sampled_from(
        [
            *"*_~`<>|:&\n -•1.a",
            "```",
            "&gt;",
            "&amp;",
            "<@U1>",
            "<!date^",
            "https://x.io",
            ":tada:",
            "\u200b",
        ]
    )
).map("".join)
ANY_TEXT = st.one_of(st.text(), MARKUP)


def walk(nodes: tuple[Node, ...] | list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        match node:
            case Bold(children) | Italic(children) | Strike(children) | Quote(children):
                yield from walk(children)
            case BulletList(items) | NumberedList(items):
                for item in items:
                    yield from walk(item.children)
            case Link(_, label):
                yield from walk(label)


@given(ANY_TEXT)
def test_any_text_gives_nodes(text: str) -> None:
    nodes = parse(text)
    plain_text(nodes)
    hash(tuple(nodes))


@given(ANY_TEXT)
def test_texts_are_joined_and_hold_no_line_break(text: str) -> None:
    nodes = parse(text)
    for node in walk(nodes):
        assert not (isinstance(node, Text) and "\n" in node.text)
    for one, other in itertools.pairwise(nodes):
        assert not (isinstance(one, Text) and isinstance(other, Text))


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1), MARKUP)
def test_words_are_never_lost(word: str, markup: str) -> None:
    assume("<!date^" not in markup)  # of a date its fallback is shown, and not its time
    spaced = f"{markup} {word} {markup}"
    assert plain_text(parse(spaced)).count(word) >= 1


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_escaped_data_carries_no_style_and_no_mention(data: str) -> None:
    """Only a quote sign at the start of a line, a list marker, an emoji or a bare address stay."""
    allowed = (Text, LineBreak, Quote, BulletList, NumberedList, Emoji, Link)
    for node in walk(parse(blocks.escape(data))):
        assert isinstance(node, allowed), node


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_escaped_code_stays_one_piece(data: str) -> None:
    nodes = parse(blocks.code(data))
    assert len(nodes) == 1
    shown = plain_text(nodes).replace("\u200b", "")
    expected = data.replace("`", "'").replace("\u200b", "")
    assert shown == expected or not expected.strip()


@pytest.mark.parametrize(
    "unit",
    [
        "*a ",
        "<",
        "`",
        "```",
        ":a",
        "*_~a",
        "> ",
        ">x\n",
        "- x\n",
        "_a_ ",
        "\n",
        "<a|",
        "https://a.",
        "``` ",
        "*a_ _b* ",
        "&amp;",
        "1. ",
        "<!date^1^",
        "&gt;",
        ":a:",
        "`*a",
        "*Healthy*: _7 of 7_ `a<b` snake_case ~x~ :tada: <https://a.b/c?x=1&amp;y=2|see *it*>\n",
    ],
)
def test_time_grows_with_the_length_only(unit: str) -> None:
    """Four times the text may take eight times as long, never sixteen."""

    def seconds(text: str) -> float:
        best = 10.0
        for _ in range(3):
            start = time.process_time()
            parse(text)
            best = min(best, time.process_time() - start)
        return best

    short = unit * (10_000 // len(unit))
    assert seconds(short * 4) < 8 * seconds(short) + 0.02
