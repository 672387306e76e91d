"""What slackblocks builds is taken, but for a few things that are listed with the reason."""

from __future__ import annotations

from typing import Any

import pytest
import slackblocks as sb
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.workspace.validation import check_blocks

short = st.text("abc *_~`<>&:é字", min_size=1, max_size=20)
filled = short.filter(str.strip)
url = st.just("https://example.com/a.png")
plain = st.builds(sb.PlainText, text=filled)
mrkdwn = st.builds(sb.Markdown, text=filled)
number = st.floats(0.5, 1e6) | st.integers(1, 1000)
button = st.builds(sb.Button, text=plain, action_id=filled, value=st.none() | filled)
picture = st.builds(sb.Image, image_url=url, alt_text=filled)
line = st.builds(
    sb.RichTextSection,
    elements=st.lists(st.builds(sb.RichText, text=filled, bold=st.booleans()), min_size=1),
)
rich = st.builds(sb.RichTextBlock, elements=st.lists(line, min_size=1, max_size=3))
section = st.builds(sb.SectionBlock, text=mrkdwn, accessory=st.one_of(st.none(), button, picture))
card = st.builds(
    sb.CardBlock,
    title=mrkdwn,
    actions=st.lists(button, min_size=1, max_size=3, unique_by=lambda made: made.action_id),
    slack_icon=st.builds(sb.SlackIcon, name=st.just("rocket")),
    subtext=st.none() | mrkdwn,
)


def task(status: st.SearchStrategy[str]) -> st.SearchStrategy[sb.TaskCardBlock]:
    source = st.builds(sb.URLSource, url=url, text=filled)
    return st.builds(
        sb.TaskCardBlock,
        task_id=filled,
        title=filled,
        details=st.none() | rich,
        sources=st.none() | st.lists(source, max_size=2),
        status=status,
    )


labels = st.lists(filled, min_size=1, max_size=20, unique=True)


@st.composite
def axis_charts(draw: st.DrawFn) -> Any:
    categories = draw(labels)
    names = draw(st.lists(filled, min_size=1, max_size=6, unique=True))
    series = [
        sb.DataSeries(name=name, data=[sb.DataPoint(label, draw(number)) for label in categories])
        for name in names
    ]
    kind = draw(st.sampled_from([sb.BarChart, sb.LineChart, sb.AreaChart]))
    return kind(series=series, axis_config=sb.AxisConfig(categories=categories, x_label="Day"))


pie = st.builds(
    sb.PieChart,
    segments=st.lists(
        st.builds(sb.ChartSegment, label=filled, value=number), min_size=1, max_size=6
    ),
)
raw = st.builds(sb.RawText, text=filled)
value = raw | st.builds(sb.RawNumber, value=number, text=filled)
data_rows = st.integers(1, 5).flatmap(
    lambda wide: st.lists(st.lists(value, min_size=wide, max_size=wide), min_size=2, max_size=6)
)
in_message = st.one_of(
    section,
    rich,
    card,
    st.builds(sb.HeaderBlock, text=plain),
    st.builds(sb.ContextBlock, elements=st.lists(mrkdwn | picture, min_size=1, max_size=10)),
    st.builds(sb.ActionsBlock, elements=st.tuples(button).map(list)),
    st.builds(sb.MarkdownBlock, text=filled),
    st.builds(sb.InputBlock, label=plain, element=st.builds(sb.PlainTextInput, action_id=filled)),
    st.builds(sb.TableBlock, rows=st.lists(st.lists(raw, min_size=1, max_size=4), min_size=1)),
    st.builds(sb.DataTableBlock, rows=data_rows, caption=filled, page_size=st.integers(1, 100)),
    st.builds(sb.DataVisualizationBlock, title=filled, chart=pie | axis_charts()),
    st.builds(sb.CarouselBlock, elements=st.lists(card, min_size=1, max_size=10)),
    st.builds(
        sb.ContainerBlock, title=plain, child_blocks=st.lists(section, min_size=1, max_size=10)
    ),
    st.builds(
        sb.ContextActionsBlock,
        elements=st.tuples(
            st.builds(sb.IconButton, text=plain, action_id=filled, value=st.none() | filled)
        ).map(list),
    ),
    task(st.sampled_from(["in_progress", "complete", "error"])),
    st.builds(
        sb.PlanBlock,
        title=filled,
        tasks=st.lists(task(st.just("pending")), max_size=5, unique_by=lambda made: made.task_id),
    ),
)


@settings(max_examples=60, deadline=None)
@given(in_message)
def test_blocks_of_messages(block: sb.Block) -> None:
    assert check_blocks([block._resolve()], "message") == ()


def points(count: int) -> sb.LineChart:
    series = [sb.DataSeries(name=str(at), data=[sb.DataPoint("a", 1)]) for at in range(count)]
    return sb.LineChart(series=series, axis_config=sb.AxisConfig(categories=["a"]))


REFUSED_ALL_THE_SAME: dict[str, tuple[Any, str]] = {
    # The published page of data_visualization says at most 6 series and 6 segments.
    "seven series": (
        sb.DataVisualizationBlock(title="p95", chart=points(7)),
        "no more than 6 items",
    ),
    "seven segments": (
        sb.DataVisualizationBlock(
            title="p95", chart=sb.PieChart([sb.ChartSegment(str(at), 1) for at in range(7)])
        ),
        "no more than 6 items",
    ),
    # The published page of data_table says at most 100 rows and a header.
    "a hundred and two rows": (
        sb.DataTableBlock(rows=[[sb.RawText("a")]] * 102, caption="Checks"),
        "no more than 101 items",
    ),
    # The published schema of raw_text has no emoji.
    "emoji in a cell": (
        sb.TableBlock(rows=[[sb.RawText("a", emoji=True)]]),
        "invalid additional property: emoji",
    ),
    # "You can't add this block to app surfaces directly" (reference of the file block).
    "a file": (sb.FileBlock(external_id="a"), "file blocks cannot be sent"),
}


@pytest.mark.parametrize("name", REFUSED_ALL_THE_SAME)
def test_what_slackblocks_builds_and_slack_does_not_document(name: str) -> None:
    block, words = REFUSED_ALL_THE_SAME[name]
    found = check_blocks([block._resolve()], "message")
    assert any(words in each.message for each in found)
