"""A change: the plan is shown to the person alone, confirmed, run once, told in the channel."""

from __future__ import annotations

import pytest

from bot.sandbox.workspace import BOT, OMAR, OPS, RITA, VIC
from bot.sandbox.workspace.sight import message_text
from bot.store.operation_rows import State
from tests.guard.conftest import Stage

CHANGE = "/pitchey practise change --seconds 0"


async def test_a_change_is_planned_confirmed_run_and_told(stage: Stage) -> None:
    rita, omar = stage.actor(RITA), stage.actor(OMAR)
    await rita.types(CHANGE)
    asked = await rita.sees_message("Nothing has changed yet: confirm")
    assert asked.ephemeral_to == RITA
    assert "counts the rehearsals up by one, from 0 now." in str(asked.blocks)
    assert stage.effects() == (0, 0)

    await rita.presses("Run practise change", confirming="Yes, change it")
    await omar.sees("Rehearsed: one was counted up", anytime=True)
    await rita.sees("Ended: practise change on rehearsal stage, succeeded. The result is in")
    private = [each for each in stage.workspace.everything(OPS, RITA) if each.ephemeral_to == RITA]
    assert not [each for each in private if "Started" in each.text]
    assert stage.effects() == (1, 1)
    assert (await stage.ends()).state is State.SUCCEEDED
    outcomes = [(entry.command, entry.outcome) for entry in stage.audited()]
    assert ("practise change", "requested") in outcomes
    assert ("practise change", "succeeded") in outcomes
    assert any(entry.reference == stage.only().id for entry in stage.audited())


async def test_the_confirm_dialog_names_target_and_effect(stage: Stage) -> None:
    rita = stage.actor(RITA)
    await rita.types(CHANGE)
    asked = await rita.sees_message("Nothing has changed yet")
    dialog = next(
        element["confirm"]
        for block in asked.blocks
        for element in block.get("elements", [])
        if "confirm" in element
    )
    assert "rehearsal stage" in dialog["title"]["text"]
    assert "counts the rehearsals up by one" in dialog["text"]["text"]


async def test_a_viewer_is_refused_before_any_plan(stage: Stage) -> None:
    vic = stage.actor(VIC)
    await vic.types(CHANGE)
    await vic.sees("needs the role responder")
    assert stage.store.operations.newest(5) == ()


async def test_no_is_no(stage: Stage) -> None:
    rita = stage.actor(RITA)
    await rita.types(CHANGE)
    await rita.presses("Do not run it")
    await rita.sees("Nothing was changed")
    assert stage.only().state is State.CANCELLED
    assert stage.effects() == (0, 0)


async def test_only_the_requester_confirms(stage: Stage) -> None:
    rita, omar = stage.actor(RITA), stage.actor(OMAR)
    await rita.types(CHANGE)
    await rita.sees("Nothing has changed yet")
    await omar.types(f"/pitchey operation {stage.only().id} confirm")
    await omar.sees("Only @rita, who asked for it, can confirm")
    await omar.types(f"/pitchey operation {stage.only().id} approve")
    await omar.sees("waits for its requester")
    assert stage.effects() == (0, 0)


async def test_a_second_operation_on_a_target_is_told_who_has_it(stage: Stage) -> None:
    rita, omar = stage.actor(RITA), stage.actor(OMAR)
    await rita.types("/pitchey practise change --seconds 20")
    await rita.presses("Run practise change", confirming="Yes, change it")
    await omar.sees("Running practise change on rehearsal stage", anytime=True)
    await omar.types(CHANGE)
    await omar.sees("rehearsal stage is taken: practise change of @rita has been running")
    await omar.types("/pitchey practise change other --seconds 0")
    await omar.presses("Run practise change", confirming="Yes, change it")
    await omar.sees("Rehearsed: one was counted up", anytime=True)


async def test_a_running_operation_shows_steps_and_is_cancelled_between_two(stage: Stage) -> None:
    rita = stage.actor(RITA)
    await rita.types("/pitchey practise change --steps 6 --seconds 6")
    await rita.presses("Run practise change", confirming="Yes, change it")
    await rita.sees("Rehearse step 1 of 6, done in", anytime=True)
    await rita.presses("Cancel it", confirming="Cancel it")
    await rita.sees("Cancelled by @rita", anytime=True)
    ended = await stage.ends()
    assert ended.state is State.CANCELLED
    assert len(stage.store.operations.steps(ended.id)) < 6
    messages = stage.workspace.public_messages(rita.channel_id)
    assert len([one for one in messages if "practise change" in one.text]) == 1


async def test_a_failure_is_told_in_words_and_audited(stage: Stage) -> None:
    rita = stage.actor(RITA)
    await rita.types(f"{CHANGE} --fail")
    await rita.presses("Run practise change", confirming="Yes, change it")
    await rita.sees("The rehearsal failed, as it was asked to.", anytime=True)
    assert (await stage.ends()).state is State.FAILED


async def test_who_forgot_a_request_takes_it_back_with_the_next_one(stage: Stage) -> None:
    rita, omar = stage.actor(RITA), stage.actor(OMAR)
    await rita.types(f"{CHANGE} --strict")
    await rita.sees("Nothing has changed yet")
    forgotten = stage.only()
    await omar.types(CHANGE)
    for_omar = message_text(await omar.sees_message("Nothing has changed yet"))
    assert f"({forgotten.id}) waits for the same target until" in for_omar
    assert "Take the earlier one back" not in for_omar
    await rita.types(CHANGE)
    await rita.presses("Take the earlier one back")
    await rita.sees(f"{forgotten.id} was cancelled by @rita")
    await rita.presses("Run practise change", confirming="Yes, change it")
    await rita.sees("Rehearsed: one was counted up", anytime=True)
    after = stage.store.operations.get(forgotten.id)
    assert after is not None
    assert after.state is State.CANCELLED


async def test_what_the_plan_was_computed_from_changed(stage: Stage) -> None:
    rita = stage.actor(RITA)
    await rita.types(f"{CHANGE} --strict")
    first = await rita.sees_message("Nothing has changed yet")
    await rita.types(CHANGE)
    await rita.sees("Nothing has changed yet")
    await rita.presses("Run practise change", confirming="Yes, change it")
    await rita.sees("Rehearsed", anytime=True)
    button = next(
        element
        for block in first.blocks
        for element in block.get("elements", [])
        if "confirm" in element
    )
    block = next(one for one in first.blocks if one["type"] == "actions")
    await stage.workspace.act.press(RITA, first.id, block["block_id"], button["action_id"])
    await rita.sees("changed since it was asked for", anytime=True)
    assert stage.effects() == (1, 1)
    assert State.CHANGED in {record.state for record in stage.store.operations.newest(5)}


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("practise change --steps 0", "steps is from 1 to 20, not 0"),
        ("practise change --seconds 9999", "seconds is from 0 to 600"),
        ("practise change --steps many", "is a whole number"),
        ("practise change --unknown", "has no flag"),
        ("operation OP-NOTHERE", "There is no operation OP-NOTHERE"),
        ("operation OP-NOTHERE approve", "There is no operation"),
        ("operation OP-NOTHERE explode", "act cannot be explode"),
        ("operations --limit 0", "limit is from 1 to 50"),
    ],
)
async def test_bad_input_is_answered_with_what_is_allowed(
    stage: Stage, line: str, answer: str
) -> None:
    rita = stage.actor(RITA)
    await rita.types(f"/pitchey {line}")
    await rita.sees(answer)
    assert stage.store.operations.newest(5) == ()


async def test_asked_by_a_mention_only_the_requester_sees_the_question(stage: Stage) -> None:
    rita, omar = stage.actor(RITA), stage.actor(OMAR)
    await rita.types(f"<@{BOT}> practise change --seconds 0")
    asked = await rita.sees_message("Nothing has changed yet")
    assert asked.ephemeral_to == RITA
    await omar.never_sees("Nothing has changed yet")
    await rita.presses("Run practise change", confirming="Yes, change it")
    await omar.sees("Rehearsed: one was counted up", anytime=True)
    assert stage.effects() == (1, 1)
