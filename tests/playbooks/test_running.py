"""A playbook played by people in a real workspace with the real bot."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.workspace import ANA, OMAR, OPS, RITA, VIC
from bot.sandbox.workspace.sight import message_text
from tests.playbooks.conftest import Stage
from tests.sandbox.workspace.stage import until

OWN = """\
name: practice-run
title: Practice run
summary: For tests.
owner: Platform team
reviewed: 2026-01-01
guide: Best Practices
choices:
  cause: {title: What causes it, choices: [stage, unknown], default: unknown}
phases:
  - id: first
    title: First
    ends: 1h
    steps:
      - {id: look, title: Look around, owner: on-call engineer, do: Look., critical: true}
      - {id: health, title: Check health, owner: on-call engineer, run: health}
      - {id: write, title: Write it down, owner: scribe, do: Write., note: required}
      - {id: change, title: Change it, owner: commander, run: practise change --seconds 0}
  - id: second
    title: Second
    steps:
      - {id: mend, title: Mend the stage, owner: commander, do: Mend., when: cause is stage}
      - id: watch
        title: Watch
        owner: on-call engineer
        needs: change
        run: health api
        poll: {every: 1m, green: 2, at_most: 1h}
"""


def own(stage: Stage, text: str = OWN) -> Path:
    path = stage.settings.playbooks.folders[0] / "practice.yml"
    path.write_text(text, encoding="utf-8")
    return path


async def begun(stage: Stage, line: str = "/pitchey playbook start practice-run") -> None:
    own(stage)
    await stage.actor(RITA).types(line)
    await stage.until_shown("Practice run, phase 1 of 2, First")


async def test_steps_are_pressed_skipped_noted_and_assigned_on_the_card(stage: Stage) -> None:
    await begun(stage)
    rita, omar = stage.actor(RITA), stage.actor(OMAR)
    await rita.presses("Done 1.1")
    await rita.sees("1.1 Look around, done.")
    card = await stage.until_shown("First: 1 of 4")
    assert f"done by <@{RITA}>" in str(card.blocks)

    await omar.presses("Skip 1.2…")
    await omar.sees_modal("Skip step")
    omar.fills("Why is it skipped?", "no")
    await omar.submits(refused="refused_by_app")
    omar.fills("Why is it skipped?", "the platform is <down> & out")
    await omar.submits()
    await stage.until_shown("skipped by")
    assert stage.store.playbook_runs.steps("RUN-1")["health"].note == "the platform is <down> & out"

    await omar.presses("Done 1.3…")
    omar.fills("Note", '--really "quoted" // words')
    await omar.submits()
    await stage.until_shown("First: 3 of 4")
    assert stage.store.playbook_runs.steps("RUN-1")["write"].note == '--really "quoted" // words'

    await rita.presses("Assign 1.4…")
    rita.fills("To whom", OMAR)
    await rita.submits()
    await until(lambda: "assign" in stage.kinds(), 5)
    assert stage.store.playbook_runs.steps("RUN-1")["change"].assignee_id == OMAR

    await rita.presses("Another step…")
    rita.fills("Step", "look")
    rita.fills("What", "undo")
    await rita.submits()
    await until(lambda: stage.states()["look"] == "ready", 5)
    cards = stage.messages("phase 1 of 2")
    assert len(cards) == 1  # edited in place, never posted again
    assert stage.kinds() == ["started", "done", "skip", "done", "assign", "undo"]


async def test_automated_steps_run_as_the_presser_and_keep_their_result(stage: Stage) -> None:
    await begun(stage)
    rita, vic = stage.actor(RITA), stage.actor(VIC)
    await vic.presses("Done 1.1")
    await vic.sees("needs the role responder")
    await rita.types("/pitchey playbook step RUN-1 1.2 run")
    await rita.sees("1.2 Check health, started")
    await until(lambda: stage.states()["health"] == "done", 20)
    record = stage.store.playbook_runs.steps("RUN-1")["health"]
    assert "checks passed" in record.result
    assert record.duration_ms is not None
    await stage.until_shown("checks passed")
    entries = stage.store.audit.entries()
    assert any((one.command, one.person_id) == ("health", RITA) for one in entries)

    # What changes something is asked, confirmed, and its end is learnt from the journal.
    await rita.types("/pitchey playbook step RUN-1 1.4 run")
    await rita.presses("Run practise change", confirming="Yes, change it")
    await until(lambda: stage.states()["change"] == "done", 10)
    record = stage.store.playbook_runs.steps("RUN-1")["change"]
    assert "Rehearsed: one was counted up" in record.result
    assert record.operation.startswith("OP-")
    assert stage.store.rehearsals.count() == (1, 1)

    # Asked and taken back: the step is open again and says so.
    await rita.types("/pitchey playbook step RUN-1 1.4 undo")
    await rita.types("/pitchey playbook step RUN-1 1.4 run")
    await rita.presses("Do not run it")
    await until(lambda: stage.states()["change"] == "ready", 10)
    assert "Not run, cancelled" in stage.store.playbook_runs.steps("RUN-1")["change"].result
    assert stage.store.rehearsals.count() == (1, 1)


async def test_people_go_on_with_what_is_due_while_an_early_step_waits(stage: Stage) -> None:
    await begun(stage)
    rita = stage.actor(RITA)
    await rita.presses("1.4 Change it…")  # the fourth due step has a button as well
    await rita.sees_modal("Act on a step")
    await rita.submits()  # the step and what is usual are chosen
    await until(lambda: stage.states()["change"] == "running", 5)
    await rita.presses("Cause: stage")
    assert stage.messages("phase 2 of 2") == []
    for line in ("look done", "health skip seen by hand", "write done written"):
        await rita.types(f"/pitchey playbook step RUN-1 {line}")
    later = await stage.until_shown("phase 2 of 2, Second: 0 of 2")
    assert "Not done yet in earlier phases" in message_text(later)
    operation = stage.store.operations.newest(1)[0].id
    assert f"1.4 Change it · waits for {operation}" in message_text(later)
    assert f"Look at {operation}" in message_text(later)
    await rita.presses("Done 2.1")
    await stage.until_shown("Second: 1 of 2")

    # Taken back, the early step is due again, and no card tells what is no longer so.
    await rita.presses("Do not run it")
    await stage.until_shown("1.4 Change it · commander, OP-")
    await until(lambda: not stage.messages("Not done yet in earlier phases"), 5)


async def test_a_step_is_watched_until_it_is_well(stage: Stage) -> None:
    await begun(stage)
    rita = stage.actor(RITA)
    await rita.types("/pitchey playbook step RUN-1 1.4 done")
    stage.world.faults.switch("api_down", True)
    await stage.world.settled()
    await rita.types("/pitchey playbook step RUN-1 2.2 run")
    await rita.sees("2.2 Watch, started")
    await until(lambda: stage.seen().step("watch").record.result.startswith("0 of 2"), 20)
    stage.world.faults.switch("api_down", False)
    await stage.world.settled()
    for minutes in (2, 4):
        stage.time.ahead = timedelta(minutes=minutes)
        await stage.looks()
        await until(lambda m=minutes: stage.seen().step("watch").record.poll_green >= m // 2 or
                    stage.states()["watch"] == "done", 20)  # fmt: skip
    await until(lambda: stage.states()["watch"] == "done", 20)
    assert "health api" in str(stage.store.playbook_runs.history("RUN-1"))


@pytest.mark.both_engines
async def test_two_people_who_press_at_once_have_one_effect(stage: Stage) -> None:
    await begun(stage)
    people = [stage.actor(person) for person in (RITA, OMAR, ANA)]
    await asyncio.gather(*(one.presses("Done 1.1") for one in people))
    await until(lambda: stage.states()["look"] == "done", 5)
    await until(lambda: sum("was done already, by" in message_text(message)
                            for one in (RITA, OMAR, ANA)
                            for message in stage.world.workspace.everything(OPS, one)
                            if message.ephemeral_to == one) == 2, 8)  # fmt: skip
    assert stage.kinds() == ["started", "done"]


async def test_the_choice_decides_and_all_done_ends_the_run(stage: Stage) -> None:
    await begun(stage)
    rita = stage.actor(RITA)
    assert stage.states()["mend"] == "not needed"
    await rita.presses("Cause: stage")
    await until(lambda: stage.states()["mend"] == "ready", 5)
    for step in ("look", "health", "change", "mend"):
        await rita.types(f"/pitchey playbook step RUN-1 {step} done")
        await until(lambda name=step: stage.states()[name] == "done", 5)
    await rita.types('/pitchey playbook step RUN-1 write done "all of it"')
    await rita.types("/pitchey playbook step RUN-1 watch skip tested by hand")
    await until(lambda: stage.store.playbook_runs.get("RUN-1").state.value == "finished", 5)
    assert stage.kinds()[-1] == "finished"
    await rita.types("/pitchey playbook step RUN-1 look done")
    await rita.sees("RUN-1 is finished")
    await stage.until_shown("Second: 2 of 2")


async def test_reminders_come_late_but_once_over_a_restart(stage: Stage) -> None:
    await begun(stage)
    stage.time.ahead = timedelta(minutes=50)
    await stage.looks()
    await stage.looks()
    await stage.until_shown("left for First, 0 of 4 done")
    assert len(stage.messages("left for First")) == 1
    await stage.until_shown("On-call Engineer is wanted for 1 critical step")
    await stage.stop()
    stage.time.ahead = timedelta(hours=3)
    await stage.start()
    await stage.looks()
    await stage.looks()
    lapse = await stage.until_shown("the window of First has ended, 0 of 4 done")
    assert "Told late" in message_text(lapse)
    assert len(stage.messages("the window of First has ended")) == 1
    await stage.until_shown("First: 0 of 4, 4 late")
    assert stage.kinds().count("lapse") == 1
    await stage.actor(OMAR).presses("Take 1.1")
    await until(lambda: "assign" in stage.kinds(), 5)
    assert stage.store.playbook_runs.steps("RUN-1")["look"].assignee_id == OMAR


async def test_an_edit_of_a_running_playbook_is_offered_once_and_switched_by_hand(
    stage: Stage,
) -> None:
    await begun(stage)
    await stage.actor(RITA).presses("Done 1.1")
    await until(lambda: stage.states()["look"] == "done", 5)
    own(stage, OWN.replace("title: Check health", "title: Check the health").replace(
        "      - id: watch\n", "      - {id: more, title: One more, owner: a, do: b}\n"
        "      - id: watch\n"))  # fmt: skip
    await stage.looks()
    await stage.looks()
    await stage.until_shown("has changed: 2 steps; switch?")
    assert len(stage.messages("switch?")) == 1
    assert "more" not in stage.states()
    await stage.actor(OMAR).presses("Switch to the new version")
    await until(lambda: "more" in stage.states(), 5)
    assert stage.states()["look"] == "done"
    await stage.until_shown("Check the health")


async def test_it_belongs_to_the_incident_of_its_channel_and_writes_its_timeline(
    stage: Stage,
) -> None:
    own(stage)
    rita = stage.actor(RITA)
    await rita.types("/pitchey incident declare Shop is down --severity SEV3 --kind outage")
    await until(stage.store.incidents.open, 10)
    await rita.types("/pitchey playbook start practice-run --incident INC-1")
    await until(stage.store.playbook_runs.active, 5)
    await rita.types("/pitchey playbook step RUN-1 1.1 done")
    await until(lambda: stage.states()["look"] == "done", 5)
    await stage.looks()
    told = [one.text for one in stage.store.timeline.page("INC-1", limit=50)]
    assert any("Playbook Practice run started" in one for one in told)
    assert any("1.1 Look around, done." in one for one in told)
    assert stage.store.timeline.verify("INC-1").intact
    before = len(told)
    await stage.looks()
    assert len(stage.store.timeline.page("INC-1", limit=50)) == before


async def test_a_drill_runs_nothing_is_marked_and_scored(stage: Stage) -> None:
    own(stage)
    rita = stage.actor(RITA)
    await rita.types("/pitchey drill start practice-run")
    await stage.until_shown("DRILL · Practice run, phase 1 of 2")
    await rita.types("/pitchey playbook step RUN-1 change run")
    await until(lambda: stage.states()["change"] == "done", 10)
    await rita.types("/pitchey playbook step RUN-1 look skip nobody there")
    await until(lambda: stage.states()["look"] == "skipped", 5)
    assert stage.store.rehearsals.count() == (0, 0)
    assert stage.store.operations.newest(5) == ()
    record = stage.store.playbook_runs.steps("RUN-1")["change"]
    assert record.result.startswith("DRILL, nothing was run: rehearsal stage")
    stage.time.ahead = timedelta(minutes=40)
    await stage.looks()
    assert stage.messages("is wanted for") == []  # nobody is called for a drill
    await rita.types("/pitchey drill end RUN-1")
    score = await stage.until_shown("DRILL Practice run: 20 of 100, 1 of 5 steps done")
    assert "nobody there" in message_text(score)
    await rita.types("/pitchey drill report RUN-1")
    await rita.sees("20 of 100")
