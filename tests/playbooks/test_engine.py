"""Decisions about runs: what is ready, what is refused, versions, the score. Reads no store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.playbooks.changes import changes
from bot.playbooks.conditions import condition
from bot.playbooks.deciding import refusal
from bot.playbooks.models import Playbook
from bot.playbooks.progress import view
from bot.playbooks.records import RunState, StepState
from bot.playbooks.scoring import score
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


def test_what_runs_or_waits_for_approval_holds_no_later_phase_up() -> None:
    others = done(["look"])
    waits = step("isolate", StepState.RUNNING, operation="OP-1")
    found = seen(*others, waits)
    assert (found.current.phase.id, found.front.phase.id) == ("now", "later")
    assert seen(*others).front.phase.id == "now"  # somebody may act there still
    refused = step("isolate", StepState.FAILED)
    assert seen(*others, refused).front.phase.id == "now"
    nothing_due = seen(*done(["look", "verify", "tell"]), waits)
    assert nothing_due.front == nothing_due.current


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
