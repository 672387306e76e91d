"""Decisions about runs, with a clock of the test's own: nothing here reads a store or a clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.playbooks.changes import changes
from bot.playbooks.clocks import alarms, attention, climbed, told_late, wanted
from bot.playbooks.conditions import condition
from bot.playbooks.deciding import refusal
from bot.playbooks.models import Playbook
from bot.playbooks.progress import view
from bot.playbooks.records import RunState, StepState
from bot.playbooks.scoring import score
from bot.settings.tables import Contacts
from handlers.playbooks.wording import rough, span
from tests.playbooks.made import (
    HOUR,
    START,
    TEXT,
    automatic,
    done,
    playbook,
    run,
    seen,
    standings,
    step,
)

LEVELS = Contacts().escalation


def test_at_the_start_what_needs_nothing_is_ready() -> None:
    found = seen()
    assert standings(found) == {
        "isolate": "ready",
        "look": "ready",
        "scope": "waiting",
        "database": "not needed",
        "verify": "ready",
        "rollback": "undecided",
        "tell": "ready",
    }
    assert (found.handled, found.total, found.late) == (0, 5, 0)
    assert found.current.phase.id == "now"
    assert found.steps[2].waits_for == ("1.1 Isolate",)


def test_a_skipped_step_frees_what_needs_it() -> None:
    assert standings(seen(step("isolate", StepState.SKIPPED)))["scope"] == "ready"


def test_a_choice_decides_which_steps_apply() -> None:
    found = seen(record=run(choices={"cause": "database"}))
    assert standings(found)["database"] == "ready"
    assert found.total == 6


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        (StepState.OPEN, "undecided"),
        (StepState.RUNNING, "undecided"),
        (StepState.DONE, "not needed"),
        (StepState.SKIPPED, "not needed"),
        (StepState.FAILED, "ready"),
    ],
)
def test_a_step_for_the_failure_of_another(state: StepState, standing: str) -> None:
    assert standings(seen(step("verify", state)))["rollback"] == standing


def test_a_failed_step_is_not_handled_and_keeps_the_run_open() -> None:
    found = seen(
        *done(["isolate", "look", "scope", "rollback", "tell"]), step("verify", StepState.FAILED)
    )
    assert not found.complete
    assert seen(*done(["isolate", "look", "scope", "verify", "tell"])).complete


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
    ("act", "name", "words", "said"),
    [
        ("done", "scope", "known", "comes after 1.1 Isolate"),
        ("done", "tell", "", "needs evidence: a link"),
        ("done", "database", "", "only for when"),
        ("skip", "look", "", "Say why"),
        ("skip", "look", "x", "Say why"),
        ("note", "look", "", "The note is empty"),
        ("run", "isolate", "", "is done by hand"),
        ("undo", "isolate", "", "nothing to undo"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_reason(
    act: str, name: str, words: str, said: str
) -> None:
    found = seen()
    wanted_step = found.step(name)
    assert wanted_step is not None
    why = refusal(found, wanted_step, act, words)
    assert why is not None
    assert said in why.message
    assert not why.taken


def test_who_comes_second_is_told_who_was_first() -> None:
    found = seen(*done(["isolate"]), step("look", StepState.RUNNING, attempt=1))
    for name, said in (("isolate", "was done already, by rita"), ("look", "runs already")):
        again = found.step(name)
        assert again is not None
        why = refusal(found, again, "done", "")
        assert why is not None
        assert why.taken
        assert said in why.message


def test_a_run_that_has_ended_takes_nothing_but_notes_and_undo() -> None:
    stopped = seen(*done(["isolate"]), record=run(state=RunState.STOPPED, ended_at=START))
    look, isolate = stopped.step("look"), stopped.step("isolate")
    assert look is not None
    assert isolate is not None
    assert refusal(stopped, look, "done", "") is not None
    assert refusal(stopped, look, "note", "seen later") is None
    assert refusal(stopped, isolate, "undo", "") is not None
    finished = seen(*done(["isolate"]), record=run(state=RunState.FINISHED, ended_at=START))
    assert refusal(finished, isolate, "undo", "") is None


def test_the_changes_between_two_versions_are_counted_by_step() -> None:
    edited = TEXT.replace("title: Look,", "title: Look well,").replace(
        "      - {id: database, title: Fix the database, owner: database, do: Fix., "
        "when: cause is database}\n",
        "      - {id: cache, title: Purge, owner: database, do: Purge.}\n",
    )
    found = changes(playbook(), playbook(edited))
    assert (found.added, found.removed, found.changed, found.rest) == (
        ("Purge",),
        ("Fix the database",),
        ("Look well",),
        True,
    )
    assert changes(playbook(), playbook()).count == 0


def test_the_score_counts_in_time_late_skipped_and_missed() -> None:
    found = score(
        seen(
            step("isolate", StepState.DONE, START + timedelta(minutes=20)),
            step("look", StepState.DONE, START + 2 * HOUR),
            step("scope", StepState.SKIPPED, START + HOUR, note="known already"),
            record=run(drill=True, state=RunState.STOPPED, ended_at=START + 3 * HOUR),
            now=START + 9 * HOUR,
        )
    )
    assert (found.points, found.done, found.total) == (30, 2, 5)
    assert found.late == ("1.2 Look",)
    assert found.skipped == (("1.3 Scope", "known already"),)
    assert found.missed == ("2.2 Verify", "2.4 Tell")
    assert found.took == 3 * HOUR
    assert [one.took for one in found.phases] == [2 * HOUR, None]


@pytest.mark.parametrize(
    "text", ["", "cause is", "is database", "verify  fails", "a is not", "é is b"]
)
def test_what_is_no_condition_is_none(text: str) -> None:
    assert condition(text) is None


def test_long_rows_of_steps_are_looked_at() -> None:
    phases = [
        {
            "id": f"p{phase}",
            "title": "P",
            "steps": [
                {
                    "id": f"s{phase}-{number}",
                    "title": "S",
                    "owner": "o",
                    "do": "d",
                    "needs": [f"s{phase}-{number - 1}"] if number else [],
                }
                for number in range(40)
            ],
        }
        for phase in range(20)
    ]
    made = Playbook.model_validate(
        {**playbook().model_dump(exclude={"phases", "legal_clock", "choices"}), "phases": phases}
    )
    found = view(run(), made, {}, START, automatic)
    assert (found.total, len(found.next_steps)) == (800, 20)


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
