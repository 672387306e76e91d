"""Slack text, emoji and charts."""

from __future__ import annotations

import pytest

from bot.sandbox.page.directory import directory_of
from bot.sandbox.page.drawing_chart import plot_of, slices_of
from bot.sandbox.page.drawing_text import mrkdwn_html, plain_html
from bot.sandbox.page.shortcodes import with_emoji
from bot.sandbox.workspace import ANA, OMAR, Workspace
from tests.sandbox.page.kit import chart
from tests.sandbox.page.tiny_app import MANIFEST

NAMES = directory_of(Workspace(MANIFEST), ANA)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*b* _i_ ~s~ `c`", "<strong>b</strong> <em>i</em> <s>s</s> <code>c</code>"),
        ("a &lt;b&gt; &amp;", "a &lt;b&gt; &amp;"),
        ("one\ntwo", "one<br>two"),
        ("```x < y```", "<pre>x &lt; y</pre>"),
        ("> said", "<blockquote>said</blockquote>"),
        (f"<@{OMAR}>", '<span class="mention">@Omar Haddad</span>'),
        (f"<@{ANA}>", '<span class="mention mention-me">@Ana Lima</span>'),
        ("<@U404>", '<span class="mention">@U404</span>'),
        ("<!here>", '<span class="mention mention-me">@here</span>'),
        (
            "<!date^1700000000^{date} at {time}|then>",
            '<time data-epoch="1700000000" data-form="{date} at {time}">then</time>',
        ),
        (":no_such_emoji:", ":no_such_emoji:"),
    ],
)
def test_mrkdwn(text: str, html: str) -> None:
    assert str(mrkdwn_html(text, NAMES)) == html


def test_a_link_opens_elsewhere_and_tells_nobody() -> None:
    html = str(mrkdwn_html("<https://pitchey.example/?a=1&amp;b=2|the *page*>", NAMES))
    assert 'href="https://pitchey.example/?a=1&amp;b=2"' in html
    assert 'rel="noopener noreferrer"' in html
    assert "<strong>page</strong>" in html


def test_an_emoji_has_a_name_for_those_who_cannot_see_it() -> None:
    html = str(mrkdwn_html(":white_check_mark:", NAMES))
    assert 'role="img" aria-label="white check mark"' in html
    assert "✅" in html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (":warning: careful", "⚠️ careful"),
        (":large_green_circle:", "🟢"),
        (":wave::skin-tone-4:", "👋🏽"),
        (":tada::skin-tone-4:", "🎉"),
        ("at 12:30:45", "at 12:30:45"),
        (":unknown_thing:", ":unknown_thing:"),
    ],
)
def test_shortcodes(text: str, shown: str) -> None:
    assert with_emoji(text).replace("\ufe0f", "") == shown.replace("\ufe0f", "")


def test_plain_text_knows_no_markup() -> None:
    assert str(plain_html("*a* <@U1> <b>\n:tada:")) == "*a* &lt;@U1&gt; &lt;b&gt;<br>🎉"


def test_a_chart_begins_at_zero_and_its_values_stand_in_proportion() -> None:
    plot = plot_of(chart("bar")["chart"])
    assert [tick.label for tick in plot.up] == ["0", "200", "400", "600", "800"]
    low, high = plot.series[0].marks
    assert high.height / low.height == pytest.approx(612 / 120, rel=0.01)
    assert [one.says for one in plot.series[0].marks] == ["API, Mon: 120", "API, Tue: 612"]


def test_a_chart_with_negative_and_missing_values() -> None:
    shape = {
        "type": "line",
        "series": [{"name": "Change", "data": [{"label": "a", "value": -5}]}],
        "axis_config": {"categories": ["a", "b"]},
    }
    plot = plot_of(shape)
    assert plot.series[0].values == (-5.0, None)
    assert len(plot.series[0].marks) == 1
    assert plot.up[0].label == "-6"


def test_a_pie_of_one_piece_is_a_whole_circle() -> None:
    (only,) = slices_of({"segments": [{"label": "all", "value": 3}]})
    assert only.share == 1.0
    assert "A100 100 0 1 1" in only.path
