"""The clocks of a run: windows, alarms, the climb, and time in words. Time is the test's own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.playbooks.clocks import alarms, attention, climbed, told_late, wanted
from bot.playbooks.records import RunState, StepState
from bot.settings.tables import Contacts
from handlers.playbooks.wording import rough, span
from tests.playbooks.made import (
    HOUR,
    START,
    done,
    playbook,
    run,
    seen,
    step,
)

LEVELS = Contacts().escalation


def test_late_is_what_is_open_when_its_window_has_ended() -> None:
    before, after = (
        seen(*done(["isolate"]), now=START + HOUR + timedelta(milliseconds=shift))
        for shift in (-1, 0)
    )
    assert (before.late, after.late) == (0, 2)
    assert [one.step.id for one in after.next_steps][:2] == ["look", "scope"]


def test_windows_count_from_the_discovery_and_a_run_that_ended_gets_no_later() -> None:
    early = run(discovered_at=START - 31 * HOUR)
    assert seen(record=early).late == 5
    ended = run(state=RunState.STOPPED, ended_at=START + timedelta(minutes=30))
    assert seen(now=START + 100 * HOUR, record=ended).late == 0


def test_the_legal_clock_says_how_much_has_passed_and_is_left() -> None:
    found = seen(now=START, record=run(discovered_at=START - 31 * HOUR))
    assert found.clock is not None
    assert (found.clock.passed(START), found.clock.left(START)) == (31 * HOUR, 41 * HOUR)
    stopped = seen(step("tell", StepState.DONE, START + 2 * HOUR), now=START + 90 * HOUR)
    assert stopped.clock is not None
    assert stopped.clock.stopped_by == "rita"
    assert stopped.clock.left(START + 90 * HOUR) == 70 * HOUR


def test_every_window_reminds_at_80_percent_and_reports_its_end() -> None:
    found = {one.key: (one.due_at - START) / HOUR for one in alarms(run(), playbook())}
    assert found == {
        "now:80": 0.8,
        "now:lapse": 1,
        "later:80": 3.4,
        "later:lapse": 4,
        "legal:50": 36,
        "legal:80": 57.6,
        "legal:95": 68.4,
        "legal:lapse": 72,
    }
    assert [one.due_at for one in alarms(run(), playbook())] == sorted(
        one.due_at for one in alarms(run(), playbook())
    )


def test_an_alarm_is_only_wanted_while_there_is_something_to_say() -> None:
    by_key = {one.key: one for one in alarms(run(), playbook())}
    now = START + timedelta(minutes=50)
    assert wanted(by_key["now:80"], seen(now=now))
    assert not wanted(by_key["now:80"], seen(*done(["isolate", "look", "scope"]), now=now))
    # After a long stop the reminder gives way to the lapse, which is told late.
    later = START + 2 * HOUR
    assert not wanted(by_key["now:80"], seen(now=later))
    assert wanted(by_key["now:lapse"], seen(now=later))
    assert told_late(by_key["now:lapse"], later)
    assert not told_late(by_key["now:lapse"], START + HOUR + timedelta(seconds=20))
    assert not wanted(by_key["legal:80"], seen(*done(["tell"]), now=START + 58 * HOUR))
    assert wanted(by_key["legal:lapse"], seen(now=START + 80 * HOUR))


def test_a_critical_step_that_nobody_takes_climbs_and_taking_it_ends_the_climb() -> None:
    patience = timedelta(minutes=15)
    assert attention(seen(now=START + patience - timedelta(seconds=1)), LEVELS) == ()
    found = seen(now=START + patience)
    assert [one.step.id for one in attention(found, LEVELS)] == ["isolate"]
    climb, call, _ = climbed(found, LEVELS)
    assert call is not None
    assert call.level is not None
    assert (call.level.level, climb.called) == ("L1", 1)
    taken = step("isolate", StepState.OPEN, assignee_id="U0RITA", assigned_at=START)
    assert attention(seen(taken, now=START + patience), LEVELS) == ()
    # Late, it climbs although it is somebody's, until somebody takes it anew.
    assert attention(seen(taken, now=START + HOUR), LEVELS) != ()
    anew = step("isolate", StepState.OPEN, assignee_id="U0OMAR", assigned_at=START + HOUR)
    assert attention(seen(anew, now=START + 2 * HOUR), LEVELS) == ()


def test_the_climb_goes_from_level_to_level_and_calls_each_once() -> None:
    called, record, now = [], run(), START + timedelta(minutes=15)
    for minutes in (0, 5, 15, 16, 45, 105, 225, 400):
        at = now + timedelta(minutes=minutes)
        climb, call, _ = climbed(seen(now=at, record=record), LEVELS)
        if call is not None:
            called.append(call.level.level if call.level else "nobody")
        record = run(climb_called=climb.called, climb_at=climb.next_at)
    assert called == ["L1", "L2", "L3", "L4", "nobody"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(40, "40 s"), (1_080, "18 min"), (5_400, "1 h 30 min"), (147_600, "41 h"), (-60, "1 min"),
     (360_000, "4 d 4 h")],
)  # fmt: skip
def test_lengths_of_time_in_words(seconds: int, said: str) -> None:
    assert span(timedelta(seconds=seconds)) == said


def test_rounding_keeps_what_has_passed_and_what_is_left_together() -> None:
    for minutes in (1, 29, 30, 31, 59):
        passed = timedelta(hours=31, minutes=minutes)
        assert rough(passed) + rough(72 * HOUR - passed) in (71 * HOUR, 72 * HOUR, 73 * HOUR)
