"""An incident gets its room: made, furnished, refused, clashing, lost, cut off."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.blocks import actions, form_button, section
from bot.sandbox.workspace import ANA, GENERAL, OMAR, OPS, RITA, VIC
from bot.store.incidents_rows import BOT, RoomState
from handlers.incidents import rooms
from tests.incidents.stage import Stage
from tests.sandbox.workspace.stage import until


async def test_declared_by_form_the_room_is_furnished(stage: Stage) -> None:
    rita = stage.actor(RITA)
    await rita.types("/pitchey incident declare")
    await rita.sees_modal("Declare an incident")
    rita.fills("Title", "Checkout fails & “odd” <b>")
    rita.fills("Severity", "SEV1")
    rita.fills("Affected parts", "checkout")
    await rita.submits()
    record, channel = await stage.furnished()
    assert record.title == 'Checkout fails & "odd" <b>'
    assert channel.name == f"inc-{record.declared_at:%Y%m%d}-checkout-fails-odd-b"
    assert (channel.is_private, len(channel.pinned)) == (False, 1)
    assert {RITA, OMAR} <= set(channel.member_ids)
    assert record.id in channel.topic
    await rita.sees(f"SEV1 outage {record.id}", anytime=True)
    inside = stage.actor(RITA, channel.id)
    card = await inside.sees_message("Take commander", anytime=True)
    assert card.id == channel.pinned[0]
    # Somebody of L2 has no account any more: said, not lost.
    (invited,) = [each for each in stage.entries(record.id, "room") if "Invited" in each.text]
    assert invited.text.startswith("Invited: @")
    assert "@dora (user_not_found)" in invited.text


async def test_the_card_follows_and_buttons_give_way(stage: Stage) -> None:
    _, channel = await stage.declared("Slow search --severity SEV2")
    inside = stage.actor(RITA, channel.id)
    await inside.presses("Take commander")
    await inside.sees_message("took the role commander")
    await until(lambda: stage.newest().shown == stage.newest().revision)
    card = stage.workspace.message(channel.pinned[0])
    assert card is not None

    def labels() -> str:
        return str(card.blocks)

    await until(lambda: "Take commander" not in labels() and "Take scribe" in labels())
    await inside.presses("Status")
    inside.fills("Status", "mitigating")
    inside.fills("What is known now", "index was missing")
    await inside.submits()
    await until(lambda: "mitigating" in card.text)
    await stage.actor(VIC).sees("mitigating", anytime=True)
    assert (
        len([each for each in stage.said(channel.id) if "Post an update" in str(each.blocks)]) == 1
    )


async def test_names_that_clash_are_numbered_and_odd_ones_slugged(stage: Stage) -> None:
    first, one = await stage.declared("Üß 🚀 ... !!")
    second, two = await stage.declared("Üß 🚀 ... !!")
    assert one.name == f"inc-{first.declared_at:%Y%m%d}-uss"
    assert two.name == f"{one.name}-2"
    third, three = await stage.declared("🚀🚀🚀")
    assert three.name == f"inc-{third.declared_at:%Y%m%d}-{third.number}"
    _, long = await stage.declared("x" * 149)
    assert len(long.name) <= 80
    assert second.channel != first.channel


async def test_a_security_incident_is_told_nobody_else(stage: Stage) -> None:
    record, channel = await stage.declared('"Tokens on GitHub" --severity SEV1 --kind security')
    assert channel.is_private
    assert "token" not in channel.name
    assert "github" not in channel.name
    await stage.look(timedelta(minutes=40))
    await asyncio.sleep(0.3)
    for place in (OPS, GENERAL):
        others = [
            each for each in stage.said(place, VIC) if "Tokens" in str(each.blocks) + each.text
        ]
        assert others == []
    vic = stage.actor(VIC)
    for line in ("list", f"show {record.id}", "search tokens", f"timeline {record.id}", "catchup"):
        await vic.types(f"/pitchey incident {line}")
        await vic.never_sees("on GitHub", seconds=0.15)
    await stage.actor(ANA).types(f"/pitchey incident show {record.id}")
    await stage.actor(ANA).sees("Tokens on GitHub", anytime=True)


async def test_where_slack_refuses_the_channel_it_lives_in_a_thread(stage: Stage) -> None:
    stage.faults.switch("scope_channels_manage", True)
    rita = stage.actor(RITA)
    await rita.types("/pitchey incident declare No room here --severity SEV2")
    await until(lambda: stage.store.incidents.count() and stage.newest().room == "shared")
    await rita.sees_message("no channel of its own", anytime=True)
    stage.faults.switch("scope_channels_manage", False)
    record = await stage.settled()
    assert record.channel == OPS
    thread = stage.actor(RITA).at(OPS, record.thread_ts)
    told = await thread.sees_message("pitchey manifest", anytime=True)
    assert "lacks the scope channels:manage" in told.text
    await thread.types("<@U0PITCHEY1> incident note the pool was full")
    await until(lambda: len(stage.entries(record.id, "note")) == 1)
    await thread.presses("Take commander")
    await thread.sees("took the role commander", anytime=True)


async def test_refused_pins_and_topics_delay_nothing(stage: Stage) -> None:
    stage.faults.switch("scope_pins_write", True)
    await stage.actor(RITA).types("/pitchey incident declare Unpinned")
    record, channel = await stage.furnished()
    assert channel.pinned == []
    assert any("could not be pinned" in each.text for each in stage.entries(record.id, "room"))
    assert RITA in channel.member_ids
    stage.faults.switch("scope_pins_write", False)
    room = stage.actor(RITA).at(channel.id)
    told = await room.sees_message("could not be pinned", anytime=True)
    assert "the app lacks the scope pins:write" in told.text


async def test_while_slack_fails_it_waits_and_is_told_later(stage: Stage) -> None:
    record, new = await _declared_in_terminal(stage, "Slack was away")
    assert new
    stage.faults.switch("slack_errors", True, 100)
    await stage.look()
    assert stage.newest().room == "wanted"
    stage.faults.switch("slack_errors", False)
    await stage.look()
    found, channel = await stage.furnished()
    assert found.id == record
    assert OMAR in channel.member_ids
    await stage.actor(VIC).sees("Slack was away", anytime=True)


async def _declared_in_terminal(stage: Stage, title: str) -> tuple[str, bool]:
    from bot.command import Invocation, Person, Surface

    line = f"incident declare {title} --severity SEV2"
    asked = Invocation("T1", Person("terminal:ana", "ana"), Surface.TERMINAL, line)
    kept, stage.runtime.rooms = stage.runtime.rooms, None
    reply = await stage.runtime.run(asked)
    stage.runtime.rooms = kept
    return reply.data["incident"], reply.data["new"]


async def test_a_channel_made_before_a_crash_is_taken_again(stage: Stage) -> None:
    incident, _ = await _declared_in_terminal(stage, "Cut off")
    record = stage.newest()
    name = rooms.channel_name(record, "UTC")
    stage.store.incidents.change(incident, {"channel_name": name}, BOT, None, stage.clock())
    assert stage.runtime.rooms is not None
    made = await stage.runtime.rooms.create(name, private=False)
    await stage.look()
    assert (stage.newest().channel, stage.newest().room) == (made, RoomState.MADE)


async def test_a_channel_of_somebody_else_is_never_taken(stage: Stage) -> None:
    incident, _ = await _declared_in_terminal(stage, "Cut off")
    name = rooms.channel_name(stage.newest(), "UTC")
    stage.store.incidents.change(incident, {"channel_name": name}, BOT, None, stage.clock())
    assert stage.runtime.rooms is not None
    theirs = await stage.runtime.rooms.create(name, private=False)
    stage.workspace.channels[theirs].member_ids.append(VIC)
    await stage.look()
    assert stage.newest().room is RoomState.MADE
    assert stage.newest().channel != theirs


async def test_a_room_archived_by_hand_moves_the_incident(stage: Stage) -> None:
    record, channel = await stage.declared("Put away --severity SEV2")
    outcome = await stage.workspace.act.archive(RITA, channel.id)
    assert outcome.ok
    ana = stage.actor(ANA)
    await ana.sees_message("goes on here: its channel was archived", anytime=True)
    moved = await stage.settled()
    assert (moved.room, moved.channel) == (RoomState.SHARED, OPS)
    await ana.types(f"/pitchey incident update Still here --incident {record.id}")
    await ana.sees_message("Update on", anytime=True)


async def test_a_restart_goes_on_where_it_was(stage: Stage) -> None:
    record, channel = await stage.declared("Restarted --severity SEV1")
    await stage.stop()
    stage.clock.ahead += timedelta(minutes=47)
    await stage.start()
    await stage.look()
    await stage.look()
    calls = stage.entries(record.id, "escalation")
    assert [each.text[:2] for each in calls] == ["L1", "L2"]
    assert "late" in calls[1].text
    inside = stage.actor(OMAR, channel.id)
    await inside.sees_message("update on", anytime=True)
    reminders = [each for each in stage.said(channel.id) if "is due" in each.text]
    assert len(reminders) == 1


async def test_redelivery_declares_once(stage: Stage) -> None:
    stage.faults.switch("slack_redelivers", True)
    await stage.declared("Told twice")
    await asyncio.sleep(0.3)
    assert stage.store.incidents.count() == 1


@pytest.mark.parametrize("line", ["", "ab", '"  "', "x --severity SEV9", "x --kind party"])
async def test_bad_input_opens_nothing(stage: Stage, line: str) -> None:
    rita = stage.actor(RITA)
    await rita.types(f"/pitchey incident declare {line}".strip() + " --private")
    await rita.sees(":", anytime=True)
    assert stage.store.incidents.count() == 0


async def test_a_viewer_may_read_but_not_declare(stage: Stage) -> None:
    vic = stage.actor(VIC)
    await vic.types("/pitchey incident declare Not mine --severity SEV1")
    await vic.sees("responder")
    assert stage.store.incidents.count() == 0
    await vic.types("/pitchey incident")
    await vic.sees("No incident is open")


async def test_cancel_in_the_form_makes_nothing(stage: Stage) -> None:
    rita = stage.actor(RITA)
    await rita.types("/pitchey incident declare")
    await rita.sees_modal("Declare an incident")
    rita.fills("Title", "Not meant")
    await rita.closes()
    await stage.look()
    assert stage.store.incidents.count() == 0
    assert not any(each.name.startswith("inc-") for each in stage.workspace.channels.values())


async def test_an_alerts_button_declares_once_from_when_it_fired(stage: Stage) -> None:
    fired = stage.clock() - timedelta(minutes=9)
    alert = stage.store.alerts.raise_external("cloudflare", "k", "Errors", "critical", "9 %", fired)
    button = form_button("Declare incident", "declare_incident", alert=alert, title="Errors",
                         severity="critical")  # fmt: skip
    text, key = "An alert fires", "test:alert"
    stage.runtime.messages.post("#ops", text, [section(text), actions(button)], key=key)
    rita = stage.actor(RITA)
    await rita.presses("Declare incident")
    await rita.sees_modal("Declare an incident")
    await rita.submits()
    record, _ = await stage.furnished()
    assert (record.title, record.severity) == ("Errors", "SEV1")
    assert abs(record.began_at - fired) < timedelta(seconds=1)
    assert any("Alert firing" in each.text for each in stage.entries(record.id, "context"))
    await rita.presses("Declare incident")
    await rita.sees(f"{record.id} is open for this already")
    await rita.submits()
    await rita.sees("Joined, not doubled", anytime=True)
    assert stage.store.incidents.count() == 1
