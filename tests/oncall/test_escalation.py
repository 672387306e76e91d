"""The ladder: whom it calls, when, late but once, and when it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.escalation import Climb, begin, due, next_level, stopped, waiting_on
from bot.settings.tables import Contacts

LEVELS = Contacts().escalation
NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def after(**passed: float) -> datetime:
    return NOW + timedelta(**passed)


def test_the_guides_ladder_minute_by_minute() -> None:
    climb, calls = begin(NOW), []
    for minute in range(600):
        if call := due(LEVELS, climb, after(minutes=minute)):
            calls.append((minute, call.level.level if call.level else None, call.number))
            climb = call.climb
    assert calls == [(0, "L1", 1), (15, "L2", 2), (45, "L3", 3), (105, "L4", 4), (225, None, 5)]
    assert not climb.climbing


def test_a_call_is_not_made_a_moment_early() -> None:
    climb = due(LEVELS, begin(NOW), NOW).climb  # type: ignore[union-attr]
    assert due(LEVELS, climb, after(minutes=15) - timedelta(milliseconds=1)) is None
    assert due(LEVELS, climb, after(minutes=15)) is not None


def test_after_a_downtime_one_level_is_called_late_and_has_its_whole_time() -> None:
    climb = due(LEVELS, begin(NOW), NOW).climb  # type: ignore[union-attr]
    back = after(hours=5)
    call = due(LEVELS, climb, back)
    assert call is not None
    assert call.level is LEVELS[1]
    assert (call.is_late, call.late) == (True, timedelta(hours=4, minutes=45))
    assert due(LEVELS, call.climb, back) is None
    assert call.climb.next_at == back + timedelta(minutes=30)


def test_acknowledging_stops_it_and_keeps_who_was_called() -> None:
    climb = stopped(Climb(2, after(minutes=45)))
    assert due(LEVELS, climb, after(days=30)) is None
    assert waiting_on(LEVELS, climb) is LEVELS[1]
    assert next_level(LEVELS, climb) is None


def test_who_is_called_and_who_is_next() -> None:
    assert waiting_on(LEVELS, begin(NOW)) is None
    assert next_level(LEVELS, begin(NOW)) is LEVELS[0]
    assert next_level(LEVELS, Climb(4, after(hours=2))) is None


def test_a_ladder_shortened_or_emptied_meanwhile_ends() -> None:
    call = due(LEVELS[:1], Climb(3, NOW), NOW)
    assert call is not None
    assert call.level is None
    assert due((), begin(NOW), NOW).level is None  # type: ignore[union-attr]


@given(st.lists(st.integers(0, 5_000), max_size=60))
def test_however_it_is_looked_at_each_level_is_called_once_and_in_order(gaps: list[int]) -> None:
    climb, now, names = begin(NOW), NOW, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if call := due(LEVELS, climb, now):
            names.append(call.level.level if call.level else "nobody")
            climb = call.climb
    assert names == ["L1", "L2", "L3", "L4", "nobody"][: len(names)]
