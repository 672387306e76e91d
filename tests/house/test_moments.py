"""Times read the same everywhere: the reader's zone in Slack, the team's in plain text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from bot import blocks, moments
from bot.command import Block
from bot.sandbox.workspace.validation import check_message
from bot.terminal import draw

NIGHT = datetime(2026, 11, 28, 22, 4, tzinfo=UTC)
TOKEN = f"<!date^{int(NIGHT.timestamp())}^{{date_short_pretty}} {{time}}|2026-11-28 23:04 CET>"


@pytest.fixture(autouse=True)
def berlin() -> Iterator[None]:
    moments.in_zone(ZoneInfo("Europe/Berlin"))
    yield
    moments.in_zone(UTC)


def drawn(block: Block, now: datetime | None = None) -> str:
    stream = io.StringIO()
    draw("", [block], Console(file=stream, width=80), now=now)
    return stream.getvalue()


def test_the_fallback_is_in_the_zone_of_the_team_and_names_it() -> None:
    assert blocks.date(NIGHT) == TOKEN
    summer = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert moments.written(summer) == "2026-06-01 14:00 CEST"
    moments.in_zone(ZoneInfo("America/Sao_Paulo"))  # has no letters of its own
    assert moments.written(summer) == "2026-06-01 09:00 UTC-03"


def test_a_plan_keeps_its_times_and_nothing_else_of_its_markup() -> None:
    plan = f"blocks <!channel> *all* until {TOKEN}."
    assert blocks.dated(plan) == f"blocks &lt;!channel&gt; *\u200ball*\u200b until {TOKEN}."
    assert moments.undated(plan) == "blocks <!channel> *all* until 2026-11-28 23:04 CET."
    assert blocks.plain(plan)["text"] == moments.undated(plan)  # no token is drawn in plain text


@pytest.mark.parametrize(
    "text",
    [
        "<!date^1795424700^{time}^https://evil.test|now>",
        "<!date^1795424700^{time}|<!channel>>",
        "<!date^1795424700^{time}|*now*>",
        "<!date^x^{time}|now>",
        TOKEN[:-5],
    ],
)
def test_what_only_looks_like_a_time_is_text(text: str) -> None:
    assert "<" not in blocks.dated(text)
    assert moments.undated(text) == text


def test_a_time_in_a_table_is_drawn_as_one() -> None:
    block = blocks.table([("What", "When"), ("v1", f"set {blocks.date(NIGHT)} by ana"), ("v2", "")])
    assert check_message({"text": "x", "blocks": [block]}) == ()
    told = drawn(block, NIGHT.astimezone(ZoneInfo("Asia/Kolkata")))
    assert "set tomorrow 03:34 by ana" in told or "set today 03:34 by ana" in told


def test_a_terminal_shows_the_time_of_the_team_and_names_it_where_it_keeps_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import time

    block = blocks.section(blocks.date(NIGHT, "{date_num} {time}"))
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    assert drawn(block) == "2026-11-28 23:04\n"
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    assert drawn(block).startswith("2026-11-28 23:04 CE")
    day = blocks.section(blocks.date(NIGHT, "{date_num}"))
    assert drawn(day) == "2026-11-28\n"
    monkeypatch.undo()
    time.tzset()
