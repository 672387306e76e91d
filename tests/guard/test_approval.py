"""What is dangerous: a reason, a second person, one effect, and everybody told what happened."""

from __future__ import annotations

from datetime import timedelta

from bot.blocks import actions, command_button
from bot.replies import result_view
from bot.sandbox.workspace import ALERTS, ANA, OMAR, OPS, RITA
from bot.sandbox.workspace.expectations import Actor
from bot.store.operation_rows import State
from tests.guard.conftest import Stage

DANGER = '/pitchey practise danger --seconds 0 --reason "learn approving"'
APPROVE = "Approve practise danger"


async def requested(stage: Stage, line: str = DANGER) -> tuple[Actor, Actor]:
    """Omar asked, the card is in the channel; Omar and Ana."""
    omar, ana = stage.actor(OMAR), stage.actor(ANA)
    await omar.types(line)
    await omar.sees("Waiting for approval in")
    await ana.sees("Approval wanted by", anytime=True)
    return omar, ana


async def test_a_second_person_approves_and_it_runs_once(stage: Stage) -> None:
    _, ana = await requested(stage)
    card = await ana.sees_message("learn approving", anytime=True)
    assert stage.effects() == (0, 0)
    await ana.presses(APPROVE, confirming="Approve")
    await ana.sees("Rehearsed: one was counted up", anytime=True)
    decided = await ana.sees_message("Approved by @ana at", anytime=True)
    assert decided.ts == card.ts
    assert not [block for block in decided.blocks if block["type"] == "actions"]
    ended = await stage.ends()
    assert (ended.state, ended.decider_id) == (State.SUCCEEDED, ANA)
    assert stage.effects() == (1, 1)
    outcomes = {(entry.person_name, entry.outcome) for entry in stage.audited()}
    assert {("omar", "requested"), ("ana", "started"), ("omar", "succeeded")} <= outcomes


async def test_the_requester_cannot_approve_and_can_cancel(stage: Stage) -> None:
    omar, _ = await requested(stage)
    await omar.presses(APPROVE, confirming="Approve")
    await omar.sees("You asked for this yourself")
    assert stage.only().state is State.REQUESTED
    await omar.presses("Cancel the request")
    await omar.sees("Cancelled by @omar at", anytime=True)
    assert (stage.only().state, stage.effects()) == (State.CANCELLED, (0, 0))


async def test_a_person_without_the_role_cannot_approve(stage: Stage) -> None:
    await requested(stage)
    rita = stage.actor(RITA)
    await rita.presses(APPROVE, confirming="Approve")
    await rita.sees("needs the role operator")
    await rita.presses("Reject")
    rita.fills("Reason", "I may not")
    await rita.submits()
    await rita.sees("needs the role operator")
    assert (stage.only().state, stage.effects()) == (State.REQUESTED, (0, 0))


async def test_a_rejection_says_why(stage: Stage) -> None:
    _, ana = await requested(stage)
    await ana.presses("Reject")
    await ana.sees_modal("Say why")
    ana.fills("Reason", 'not during the "launch" & <later>')
    await ana.submits()
    told = await ana.sees_message("Rejected by @ana at", anytime=True)
    assert 'not during the "launch" &amp; &lt;later&gt;' in str(told.blocks)
    assert stage.only().state is State.REJECTED
    assert stage.only().decision == 'not during the "launch" & <later>'
    assert stage.effects() == (0, 0)


async def test_without_a_reason_a_modal_asks_for_it(stage: Stage) -> None:
    omar, ana = stage.actor(OMAR), stage.actor(ANA)
    await omar.types("/pitchey practise danger --seconds 0")
    await omar.sees("needs a reason")
    assert stage.store.operations.newest(1) == ()
    await omar.presses("Give the reason")
    omar.fills("Reason", "typed in the modal")
    await omar.submits()
    await omar.sees("Waiting for approval in")
    await ana.sees("typed in the modal", anytime=True)
    assert stage.only().request.reason == "typed in the modal"


async def test_an_expired_request_cannot_be_approved(stage: Stage) -> None:
    _, ana = await requested(stage)
    card = await ana.sees_message("Approval wanted", anytime=True)
    stage.time.ahead = timedelta(minutes=15)
    await press_old(stage, ana, card)
    await ana.sees("expired at", anytime=True)
    await ana.sees("nobody approved", anytime=True)
    assert (stage.only().state, stage.effects()) == (State.EXPIRED, (0, 0))
    assert "expired" in {entry.outcome for entry in stage.audited()}


async def test_it_expires_by_itself_and_not_before(stage: Stage) -> None:
    _, ana = await requested(stage)
    stage.time.ahead = timedelta(minutes=14, seconds=50)
    stage.guard.look()
    assert stage.only().state is State.REQUESTED
    stage.time.ahead = timedelta(minutes=15)
    await ana.sees("nobody approved", anytime=True)
    await ana.sees("Ask again for practise danger", anytime=True)


async def test_an_old_card_tells_what_happened_and_by_whom(stage: Stage) -> None:
    _, ana = await requested(stage)
    card = await ana.sees_message("Approval wanted", anytime=True)
    old = [dict(block) for block in card.blocks]
    await ana.presses(APPROVE, confirming="Approve")
    await stage.ends()
    await ana.sees("Approved by @ana", anytime=True)
    stage.workspace.posting.change(card, text="old", blocks=old)
    await press_old(stage, ana, card)
    await ana.sees("has succeeded at", anytime=True)
    await ana.sees("approved by @ana at", anytime=True)
    assert stage.effects() == (1, 1)


async def test_what_changed_since_it_was_asked_cannot_be_approved(stage: Stage) -> None:
    _, ana = await requested(stage, f"{DANGER} --strict")
    stage.store.rehearsals.carry_out("OP-OTHER1", stage.time())
    await ana.presses(APPROVE, confirming="Approve")
    await ana.sees("Not run: rehearsal stage changed since it was asked for", anytime=True)
    assert stage.only().state is State.CHANGED
    assert stage.store.rehearsals.times(stage.only().id) == 0


async def test_from_a_direct_message_the_request_goes_to_the_ops_channel(stage: Stage) -> None:
    omar, ana = stage.actor(OMAR), stage.actor(ANA)
    direct = stage.workspace.direct(OMAR)
    await omar.at(direct.id).types(DANGER)
    await ana.at(OPS).sees("Approval wanted by", anytime=True)
    await omar.at(direct.id).sees("Waiting for approval in", anytime=True)


async def test_elsewhere_the_request_stays_in_its_channel(stage: Stage) -> None:
    await stage.actor(OMAR).at(ALERTS).types(DANGER)
    await stage.actor(ANA).at(ALERTS).sees("Approval wanted by", anytime=True)


async def test_the_commander_of_a_sev1_breaks_the_glass(stage: Stage) -> None:
    stage.store.emergencies.declare("SEV1", OMAR, stage.time())
    omar, ana = await requested(stage)
    await omar.presses("Break the glass", confirming="Break the glass")
    await ana.sees("Glass broken: @omar runs", anytime=True)
    await ana.sees("Run without a second person by @omar", anytime=True)
    ended = await stage.ends()
    assert (ended.state, stage.effects()) == (State.SUCCEEDED, (1, 1))
    assert any("GLASS BROKEN" in entry.detail for entry in stage.audited())
    assert any(entry.outcome == "glass broken" for entry in stage.audited())


async def test_the_glass_is_for_commanders_of_an_open_sev1(stage: Stage) -> None:
    emergency = stage.store.emergencies.declare("SEV1", OMAR, stage.time())
    stage.store.emergencies.end(emergency, stage.time())
    stage.store.emergencies.declare("SEV2", OMAR, stage.time())
    omar, _ = await requested(stage)
    await omar.types(f"/pitchey operation {stage.only().id} break-glass")
    await omar.sees("only the commander of a declared SEV1")
    await omar.types(f"{DANGER} --break-glass")
    await omar.sees("only the commander of a declared SEV1")
    stage.store.emergencies.declare("SEV1", RITA, stage.time())
    rita = stage.actor(RITA)
    await rita.types(f"/pitchey operation {stage.only().id} break-glass")
    await rita.sees("needs the role operator")
    assert stage.effects() == (0, 0)


async def test_inside_a_modal_the_reason_is_asked_for_above_it(stage: Stage) -> None:
    omar, ana = stage.actor(OMAR), stage.actor(ANA)
    await omar.opens_home()
    await omar.presses("All commands")
    await omar.sees("lists what begins with")
    view = stage.workspace.views_open(OMAR)[-1]
    offered = result_view(
        "Rehearse?", [actions(command_button("Rehearse", "practise danger --seconds 0"))]
    )
    assert stage.connected is not None
    await stage.connected.slack.web.views_update(view_id=view.id, view=offered)
    await omar.presses("Rehearse")
    await omar.presses("Give the reason")
    await omar.sees_modal("Say why")
    omar.fills("Reason", "asked above a modal")
    await omar.submits()
    await omar.sees("Waiting for approval in")
    await ana.presses(APPROVE, confirming="Approve")
    await ana.sees("Rehearsed", anytime=True)


async def test_a_secret_in_the_reason_is_shown_nowhere(stage: Stage) -> None:
    secret = stage.workspace.bot_token
    omar, ana = await requested(
        stage, f'/pitchey practise danger --seconds 0 --reason "with {secret} in it"'
    )
    await ana.presses(APPROVE, confirming="Approve")
    await stage.ends()
    await ana.sees("Rehearsed", anytime=True)
    await omar.types(f"/pitchey operation {stage.only().id}")
    await omar.sees("succeeded:")
    for person in (OMAR, ANA):
        for message in stage.workspace.everything(OPS, person):
            assert secret not in f"{message.text}{message.blocks}"
    for entry in stage.audited():
        assert secret not in str(entry)


async def test_the_list_and_the_detail_show_it(stage: Stage) -> None:
    omar, ana = await requested(stage)
    await ana.types("/pitchey operations")
    await ana.sees("1 operation; 1 waiting and none running now")
    await ana.presses("Show")
    await ana.sees("waiting: practise danger", anytime=True)
    await ana.sees("Waits until", anytime=True)
    await ana.presses("Reject")
    asked = await ana.sees_modal("Say why")
    assert "Why reject `practise danger` on rehearsal stage" in str(asked.payload)
    ana.fills("Reason", "   ")
    answered = await ana.submits(refused="refused_by_app")
    assert "blanks do not count" in str(answered)
    assert omar


async def test_who_asked_is_called_below_the_card(stage: Stage) -> None:
    _, ana = await requested(stage)
    card = await ana.sees_message("learn approving", anytime=True)
    assert f"May be approved by <@{ANA}>" in str(card.blocks)
    assert f"approved by <@{OMAR}>" not in str(card.blocks)
    await ana.presses(APPROVE, confirming="Approve")
    called = await ana.sees_message("@omar: @ana approved practise danger on", anytime=True)
    assert called.thread_ts == card.ts
    await stage.ends()


async def press_old(stage: Stage, person: Actor, card: object) -> None:
    """Press Approve on the card as it was when the person saw it."""
    message = card
    block = next(one for one in message.blocks if one["type"] == "actions")  # type: ignore[attr-defined]
    button = next(one for one in block["elements"] if "approve" in one["action_id"])
    await stage.workspace.act.press(
        person.person_id,
        message.id,  # type: ignore[attr-defined]
        block["block_id"],
        button["action_id"],
    )
