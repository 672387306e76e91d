"""Charts draw what they are given, say it in words, and cost nothing before the first one."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.charts import Mark, Series, line_chart
from bot.charts_words import alt_text, figure, sparkline

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
POINTS = [(START + n * HOUR, None if 3 <= n < 5 else 100.0 + 10 * n) for n in range(12)]


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def test_a_chart_is_a_picture_whatever_it_is_called() -> None:
    marks = [
        Mark(START + HOUR, "INC-1 $x^2$ 🚀 ошибка", "incident", START + 2 * HOUR),
        Mark(START + 3 * HOUR, "3f2a1b9", "deployment"),
        Mark(START - 100 * HOUR, "long ago", "alert"),
    ]
    drawn = line_chart(
        "Response time <&$> 🚀",
        [Series("p95", POINTS)],
        unit="ms",
        threshold=1_000,
        target=150,
        marks=marks,
        before=Series("before", POINTS),
        zone="Europe/Berlin",
        between=(START - HOUR, START + 12 * HOUR),
    )
    assert size(drawn) == (1200, 900)


def test_nothing_a_single_point_and_a_flat_line_can_be_drawn() -> None:
    for points in ([], POINTS[:1], [(at, None) for at, _ in POINTS], [(START, 0.0)] * 2):
        assert size(line_chart("m", [Series("m", points)], unit="%", threshold=99.5)) == (1200, 900)


def test_every_length_of_time_has_an_axis() -> None:
    for minutes in (
        10,
        59,
        170,
        181,
        1_439,
        4_400,
        5_800,
        7_201,
        43_200,
        126_000,
        131_000,
        576_000,
    ):
        points = [(START, 1.0), (START + timedelta(minutes=minutes), 2.0)]
        assert size(line_chart("m", [Series("m", points)], unit="")) == (1200, 900)


def test_words_tell_the_finding() -> None:
    told = alt_text(
        "Response time, last day",
        Series("p95", POINTS),
        unit="ms",
        threshold=195,
        marks=[Mark(START, "INC-1", "incident")],
        before=Series("before", [(START, 50.0)]),
        zone="Europe/Berlin",
    )
    # Berlin is an hour ahead, and from the next morning on two.
    assert "highest 210 ms at Mar 29 00:00 Europe/Berlin" in told
    assert "2 of 10 points above the alert threshold of 195 ms" in told
    assert "The window before: about 50 ms" in told
    assert "incident INC-1" in told
    assert "No data at 2 of 12 points" in told
    assert alt_text("m", Series("m", []), unit="") == "m: no data in this time."


def test_a_sparkline_keeps_gaps() -> None:
    assert sparkline(POINTS) == "▄▅▅  ▆▇▇▇███"
    assert len(sparkline(POINTS * 20, width=40)) == 40
    assert sparkline([]) == ""


def test_figures() -> None:
    shown = [(1_340.4, "ms"), (38.24, "ms"), (0.424, "%"), (99.97, "%"), (100.0, "%"), (3, "")]
    assert [figure(*each) for each in shown] == [
        "1,340 ms", "38.2 ms", "0.42 %", "99.97 %", "100 %", "3",
    ]  # fmt: skip


def test_the_plotting_library_is_not_loaded_before_the_first_chart() -> None:
    tried = "import bot.transports, sys; sys.exit('matplotlib' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", tried], cwd=root, check=False).returncode == 0
