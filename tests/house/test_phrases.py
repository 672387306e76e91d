"""Lengths of time, ages and sections: one wording for every feature."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.blocks import sections
from bot.limits import SECTION_TEXT
from bot.phrases import elapsed, how_old, span


@pytest.mark.parametrize(
    ("seconds", "coarse", "exact", "old"),
    [
        (0.4, "0 s", "0.4 s", "0 s"),
        (40, "40 s", "40 s", "40 s"),
        (59.7, "59 s", "1 min", "59 s"),
        (120, "2 min", "2 min", "2 min"),
        (125, "2 min", "2 min 5 s", "2 min"),
        (3_600, "1 h", "1 h", "60 min"),
        (3_780, "1 h 3 min", "1 h 3 min", "63 min"),
        (90_000, "1 d 1 h", "1 d 1 h", "25 h"),
        (200_000, "2 d 7 h", "2 d 7 h", "2 days"),
        (-5, "0 s", "0.0 s", "0 s"),
    ],
)
def test_lengths_of_time(seconds: float, coarse: str, exact: str, old: str) -> None:
    length = timedelta(seconds=seconds)
    assert (span(length), elapsed(length), how_old(length)) == (coarse, exact, old)


def test_lines_share_a_section_as_long_as_they_fit() -> None:
    assert sections([]) == []
    lines = ["a" * 1_500, "b" * 1_499, "c", "d" * SECTION_TEXT]
    texts = [each["text"]["text"] for each in sections(lines)]
    assert texts == [f"{lines[0]}\n{lines[1]}", "c", lines[3]]
    apart = [each["text"]["text"] for each in sections(lines, "\n\n")]
    assert apart == [lines[0], f"{lines[1]}\n\nc", lines[3]]
