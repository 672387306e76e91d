"""Weeks and months as calendars have them: leap days, changes of the clocks, bad words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import BadInput
from handlers.reports.periods import following, wanted

NOW = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("week", "zone", "hours", "words"),
    [
        ("2026-W45", BERLIN, 168, "2 to 8 November 2026"),
        ("2026-W43", BERLIN, 169, "19 to 25 October 2026"),  # clocks go back
        ("2026-W13", BERLIN, 167, "23 to 29 March 2026"),  # clocks go forward
        ("2024-W09", "UTC", 168, "26 February to 3 March 2024"),  # holds a leap day
        ("2026-w1", "UTC", 168, "29 December 2025 to 4 January 2026"),
        ("2020-W53", "America/New_York", 168, "28 December 2020 to 3 January 2021"),
    ],
)
def test_a_week_is_as_long_as_its_clocks_say(week: str, zone: str, hours: int, words: str) -> None:
    found = wanted("weekly", week, NOW, zone)
    assert found.until - found.since == timedelta(hours=hours)
    assert found.words == words


def test_a_month_with_a_leap_day() -> None:
    found = wanted("monthly", "2024-02", NOW, BERLIN)
    assert found.until - found.since == timedelta(days=29)
    assert (found.name, found.words) == ("2024-02", "February 2024")
    assert found.before == datetime(2023, 12, 31, 23, tzinfo=UTC)
    assert following(found)[0] == found.until


def test_without_a_name_it_is_the_last_whole_one() -> None:
    assert wanted("weekly", "", NOW, BERLIN).name == "2026-W45"
    assert wanted("monthly", "", NOW, BERLIN).name == "2026-10"
    # Sunday evening in New York is Monday in Berlin.
    late = datetime(2026, 11, 9, 0, 30, tzinfo=UTC)
    assert wanted("weekly", "", late, "America/New_York").name == "2026-W44"


@pytest.mark.parametrize(
    "text", ["2026-W54", "W45", "2026-45", "last", "1999-W01", "٢٠٢٦-W01", "'"]
)
def test_what_is_no_week_is_told_with_one_that_is(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        wanted("weekly", text, NOW, BERLIN)
    assert "2026-W46" in refused.value.hint


@pytest.mark.parametrize("kind", ["weekly", "monthly"])
def test_the_future_is_not_reported(kind: str) -> None:
    with pytest.raises(BadInput, match="has not begun"):
        wanted(kind, "2027-W02" if kind == "weekly" else "2027-01", NOW, BERLIN)


def test_no_year_holds_a_53rd_week_that_has_none() -> None:
    with pytest.raises(BadInput):
        wanted("weekly", "2025-W53", NOW, BERLIN)
