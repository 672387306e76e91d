"""Times from status events: every order that records come in."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.incident_times import times_of
from bot.store.incidents_rows import Change, Status
from handlers.lessons.actions.due import day_in, due_at
from handlers.lessons.stats.counting import repeated, trend
from handlers.lessons.stats.window import window_of
from tests.lessons.past import BEGAN, minute


def changes(*found: tuple[float, str, str]) -> list[Change]:
    return [Change(field, "", after, minute(at), "U1", "ana") for at, field, after in found]


def test_each_part_counts_from_its_own_beginning() -> None:
    times = times_of(
        BEGAN,
        minute(5),
        changes(
            (5, "status", "investigating"),
            (8, "acknowledged_by_id", "U1"),
            (45, "status", "monitoring"),
            (70, "status", "resolved"),
            (600, "status", "closed"),
            (900, "severity", "SEV1"),
        ),
    )
    lengths = (times.to_detect, times.to_acknowledge, times.to_mitigate, times.to_resolve)
    assert lengths == tuple(timedelta(minutes=count) for count in (5, 3, 45, 70))
    assert (times.reopened, times.lasted) == (0, timedelta(minutes=70))


def test_an_incident_opened_again_is_resolved_when_it_was_last() -> None:
    times = times_of(
        BEGAN,
        minute(5),
        changes(
            (30, "status", "resolved"), (90, "status", "investigating"), (100, "status", "resolved")
        ),
    )
    assert times.resolved == minute(100)
    assert times.to_mitigate is None
    assert times.reopened == 1
    assert times.lasted == timedelta(minutes=40)
    assert times.closed_spans == ((BEGAN, minute(30)), (minute(90), minute(100)))


@pytest.mark.parametrize("found", [[], changes((5, "status", "investigating"))])
def test_phases_that_never_came_are_missing_not_zero(found: list[Change]) -> None:
    times = times_of(BEGAN, minute(5), found)
    assert (times.to_acknowledge, times.to_mitigate, times.to_resolve) == (None, None, None)
    assert times.lasted == timedelta()


def test_a_single_event_resolves_it() -> None:
    times = times_of(BEGAN, BEGAN, changes((0, "status", "resolved")))
    assert (times.to_resolve, times.lasted, times.reopened) == (timedelta(), timedelta(), 0)


def test_what_was_noted_before_it_began_is_never_negative() -> None:
    times = times_of(minute(10), minute(5), changes((1, "status", "resolved")))
    assert times.to_detect == times.to_resolve == timedelta()


@given(
    st.lists(
        st.tuples(
            st.integers(-100, 1_000),
            st.just("status"),
            st.sampled_from([each.value for each in Status]),
        ),
        max_size=12,
    )
)
def test_no_record_gives_a_negative_time(found: list[tuple[float, str, str]]) -> None:
    times = times_of(BEGAN, minute(5), changes(*found))
    assert times.lasted >= timedelta()
    assert times.to_resolve is None or times.to_resolve >= timedelta()
    spans = [until for span in times.closed_spans for until in span]
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    ("now", "since", "before"),
    [
        ("2026-02-10", "2026-01-01", "2025-10-01"),
        ("2026-04-01", "2026-04-01", "2026-01-01"),
        ("2026-12-31", "2026-10-01", "2026-07-01"),
    ],
)
def test_a_quarter_is_compared_with_as_much_of_the_one_before(
    now: str, since: str, before: str
) -> None:
    moment = datetime.fromisoformat(f"{now}T12:00:00+00:00")
    window = window_of("quarter", moment, "UTC")
    assert f"{window.since:%Y-%m-%d}" == since
    assert f"{window.before_since:%Y-%m-%d}" == before
    assert window.before_until - window.before_since == moment - window.since
    assert window.before_until <= window.since


def test_windows_of_days_touch_and_other_words_are_refused() -> None:
    window = window_of("30d", BEGAN, "UTC")
    assert window.before_until == window.since == BEGAN - timedelta(days=30)
    with pytest.raises(BadInput):
        window_of("yesterday", BEGAN, "UTC")


def test_a_trend_needs_something_to_compare_with() -> None:
    hour = timedelta(hours=1)
    assert trend(hour, None) is trend(None, hour) is trend(hour, timedelta()) is None
    assert trend(hour * 1.5, hour) == pytest.approx(50)


def test_only_what_came_back_is_repeated_and_private_ones_are_counted_unnamed() -> None:
    found = repeated({"a": {1, 2}, "b": {3}, "c": {1, 2, 3}}, {1: "INC-1", 3: "INC-3"})
    assert [(each.name, each.count, each.incidents) for each in found] == [
        ("c", 3, ("INC-1", "INC-3")),
        ("a", 2, ("INC-1",)),
    ]


def test_due_dates_end_a_day_in_the_teams_zone() -> None:
    assert due_at("2w", BEGAN, "UTC") == BEGAN + timedelta(days=14)
    assert due_at("2026-11-02", BEGAN, "Europe/Berlin").hour == 17
    assert day_in(1, datetime.fromisoformat("2026-11-02T23:30:00+00:00"), "Europe/Berlin") == (
        "2026-11-04"
    )
    for wrong in ("2026-11-01", "soon", "2099-01-01", "0000-00-00"):
        with pytest.raises(BadInput):
            due_at(wrong, BEGAN, "UTC")
