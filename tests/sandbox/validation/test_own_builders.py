"""Everything the bot's own builders make is taken, whatever text they are given."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import blocks, limits
from bot.command import Delivery
from bot.sandbox.workspace.validation import check_blocks, check_view

# Long texts are made by repeating short ones, so that the limits are met and passed.
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
text = st.builds(lambda word, times: word * times, words, st.sampled_from([1, 7, 40, 400]))
style = st.sampled_from(["", "primary", "danger"])


@st.composite
def buttons(draw: st.DrawFn) -> blocks.Block:
    asks = None
    if draw(st.booleans()):
        asks = blocks.confirm(draw(text), draw(text), draw(text), danger=draw(st.booleans()))
    if draw(st.booleans()):
        url = draw(st.sampled_from(["", "https://example.com"]))
        return blocks.button(
            draw(text), draw(words), draw(words), style=draw(style), asks=asks, url=url
        )
    return blocks.command_button(
        draw(text),
        draw(words),
        delivery=draw(st.sampled_from(Delivery)),
        style=draw(style),
        asks=asks,
    )


@st.composite
def menus(draw: st.DrawFn) -> blocks.Block:
    values = draw(st.lists(words, min_size=1, max_size=120))
    options = [blocks.option(draw(text), value) for value in values]
    return blocks.select(draw(text), draw(words), options)


rows = st.lists(st.lists(st.text(max_size=9), min_size=1, max_size=25), min_size=1, max_size=30)
shown = st.one_of(
    st.builds(blocks.header, text),
    st.builds(blocks.section, text, accessory=st.none() | buttons() | menus()),
    st.lists(text, min_size=1, max_size=12).map(lambda texts: blocks.fields(*texts)),
    st.lists(text, min_size=1, max_size=12).map(lambda texts: blocks.context(*texts)),
    st.builds(blocks.divider),
    buttons().map(blocks.actions),
)
tables = st.builds(
    blocks.table, rows, align=st.lists(st.sampled_from(["left", "right"]), max_size=9)
)
asked = st.builds(
    blocks.field_input,
    text,
    words,
    st.builds(blocks.text_input, words, multiline=st.booleans()) | menus(),
    optional=st.booleans(),
    hint=text,
)


@settings(max_examples=150, deadline=None)
@given(shown | tables)
def test_blocks(block: blocks.Block) -> None:
    assert check_blocks([block], "message") == ()


@settings(max_examples=50, deadline=None)
@given(st.lists(shown | asked, max_size=3), text, words, st.booleans())
def test_modals(content: list[blocks.Block], title: str, callback_id: str, submitted: bool) -> None:
    content = [{**block, "block_id": str(index)} for index, block in enumerate(content)]
    asks = submitted or any(block["type"] == "input" for block in content)
    view = blocks.modal(callback_id, title, content, submit="Roll back" if asks else "")
    assert check_view(view) == ()


def test_a_usual_answer() -> None:
    moment = datetime(2026, 11, 23, 12, 3, tzinfo=UTC)
    answer = [
        blocks.header("Healthy: 7 of 7 checks passed"),
        blocks.section(f"Checked {blocks.date(moment)} by {blocks.code('ana')}"),
        blocks.table(
            [["Check", "Time"], ["api", "612 ms"], ["cache", ""]], align=["left", "right"]
        ),
        blocks.context("Alert above 1000 ms"),
        blocks.actions(
            blocks.command_button("Check again", "health", delivery=Delivery.UPDATE),
            blocks.command_button("Show errors", "logs errors"),
        ),
    ]
    assert check_blocks(answer, "message") == ()
    assert len(answer) <= limits.BLOCKS_PER_MESSAGE
