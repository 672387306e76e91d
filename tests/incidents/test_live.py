"""People at work in an incident: timeline, roles, clocks, updates, tasks."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta

from bot.command import Person
from bot.events import AlertChanged, MessageChanged
from bot.sandbox.workspace import ANA, OMAR, OPS, RITA
from tests.incidents.stage import Stage, run
from tests.sandbox.workspace.stage import until

HOUR = timedelta(hours=1)


async def test_a_pushpin_keeps_the_message_its_author_and_its_files_once(stage: Stage) -> None:
    record, channel = await stage.declared("Errors --severity SEV2")
    stage.workspace.posting.join(channel, ANA)
    ana = stage.actor(ANA, channel.id)
    await ana.types("the pool is full <@U0VIC00001>", files=(("graph.png", b"png"),))
    message = await ana.sees_message("the pool is full")
    stage.faults.switch("slack_redelivers", True)
    await stage.actor(RITA, channel.id).reacts("pushpin", message)
    await until(lambda: stage.entries(record.id, "message"))
    await ana.reacts("round_pushpin", message)
    await asyncio.sleep(0.4)
    (kept,) = stage.entries(record.id, "message")
    assert (kept.actor_id, kept.actor_name) == (ANA, "ana")
    assert "the pool is full" in kept.text
    assert "graph.png" in kept.text
    assert "@vic" in kept.text
    assert kept.source.startswith("http")
    assert (
        abs(
            (
                kept.happened_at
                - datetime.fromtimestamp(float(message.ts), kept.happened_at.tzinfo)
            ).total_seconds()
        )
        < 0.01
    )
    outcome = await stage.workspace.act.edit(ANA, message.id, "the pool WAS full")
    assert outcome.ok
    await until(lambda: stage.entries(record.id, "message edited"))
    await stage.workspace.act.delete(ANA, message.id)
    await until(lambda: stage.entries(record.id, "message deleted"))
    await asyncio.sleep(0.2)
    (edit,) = stage.entries(record.id, "message edited")
    assert "WAS full" in edit.text
    assert stage.entries(record.id, "message") == [kept]
    assert len(stage.entries(record.id, "message deleted")) == 1
    assert stage.store.timeline.verify(record.id).intact


async def test_there_and_back_and_there_again_are_three_edits(stage: Stage) -> None:
    record, channel = await stage.declared("Edits")
    rita = stage.actor(RITA, channel.id)
    await rita.types("one")
    message = await rita.sees_message("one")
    await run(stage, f"incident add {channel.id} {message.ts}")
    now = stage.clock()
    for number, text in enumerate(("two", "one", "two", "two")):
        event = MessageChanged(now + timedelta(seconds=number), channel.id, message.ts, text, "")
        stage.runtime.publish(event)
        stage.runtime.publish(event)
    await stage.runtime.events.settled()
    edits = sorted(stage.entries(record.id, "message edited"), key=lambda each: each.sequence)
    assert [each.text for each in edits] == ["two", "one", "two"]


async def test_a_message_becomes_an_incident_once(stage: Stage) -> None:
    ana, rita = stage.actor(ANA), stage.actor(RITA)
    await ana.types("customers cannot pay, again")
    message = await ana.sees_message("customers cannot pay")
    await rita.starts("declare_from_message", message)
    await rita.sees_modal("Declare an incident")
    await rita.submits()
    record, _ = await stage.furnished()
    await until(lambda: stage.entries(record.id, "message"))
    assert record.title == "customers cannot pay, again"
    assert stage.entries(record.id)[0].text == "customers cannot pay, again"
    await ana.starts("declare_from_message", message)
    await ana.sees("is open for this already")
    await ana.submits()
    await ana.sees("Joined, not doubled", anytime=True)
    assert stage.store.incidents.count() == 1


async def test_the_shortcut_adds_to_the_timeline(stage: Stage) -> None:
    record, channel = await stage.declared("Shortcut")
    rita = stage.actor(RITA, channel.id)
    await rita.types("found the cause")
    message = await rita.sees_message("found the cause")
    await rita.starts("add_to_timeline", message)
    await rita.sees("found the cause")
    await rita.submits()
    await until(lambda: stage.entries(record.id, "message"))


async def test_acknowledging_stops_the_clock_and_late_presses_open_nothing(stage: Stage) -> None:
    record, channel = await stage.declared("Called --severity SEV2")
    omar = stage.actor(OMAR, channel.id)
    await until(lambda: stage.entries(record.id, "escalation"))
    await omar.presses("Acknowledge")
    await omar.sees_message("acknowledged", anytime=True)
    await stage.look(5 * HOUR)
    assert len(stage.entries(record.id, "escalation")) == 1
    again = await run(stage, f"incident acknowledge {record.id}")
    assert "already" in again.text
    await run(stage, f"incident status resolved {record.id}")
    late = await run(stage, f"incident acknowledge {record.id}")
    assert "nobody is called" in late.text
    assert stage.newest().status == "resolved"


async def test_no_nagging_after_resolve(stage: Stage) -> None:
    record, channel = await stage.declared("Over --severity SEV1")
    await run(stage, f'incident task "Write it up" --incident {record.id} --due 30m', "rita")
    await run(stage, f"incident status resolved {record.id}")
    before = len(stage.said(channel.id))
    await asyncio.sleep(0.3)
    before = len(stage.said(channel.id))
    await stage.look(9 * HOUR)
    await asyncio.sleep(0.3)
    assert len(stage.said(channel.id)) == before
    closed = await run(stage, f"incident status closed {record.id}")
    assert "Archive this channel" in str(closed.blocks)
    await run(stage, f"incident archive {record.id}")
    assert stage.workspace.channels[channel.id].is_archived
    again = await run(stage, f"incident status investigating {record.id}")
    assert "opened it again" in again.text


async def test_updates_are_asked_for_and_told_outside_in_plain_words(stage: Stage) -> None:
    record, channel = await stage.declared("Sign-in fails --severity SEV1")
    await run(stage, f"incident take commander {record.id}", "rita")
    await stage.look(timedelta(minutes=31))
    rita = stage.actor(RITA, channel.id)
    await rita.sees_message("is due", anytime=True)
    await rita.presses("Post an update")
    rita.fills("What should people know now?", "Sign-in works again for most")
    rita.fills("People outside of the response", ("stakeholders",))
    await rita.submits()
    await rita.sees_message("Update on", anytime=True)
    assert stage.newest().updated_text == "Sign-in works again for most"
    assert stage.newest().update_due is not None
    assert any("stakeholders" in key for key in _keys(stage))


def _keys(stage: Stage) -> list[str]:
    with stage.store.outbox._connection.read() as sqlite:
        return [key for (key,) in sqlite.execute("SELECT key FROM outbox").fetchall()]


async def test_tasks_are_reminded_of_once_and_done_once(stage: Stage) -> None:
    record, channel = await stage.declared("Tasks --severity SEV3")
    line = f'incident task "Page Neon support" --owner <@{OMAR}> --due 30m'
    await run(stage, line, "rita", channel.id)
    await stage.look(timedelta(minutes=31))
    await stage.look(timedelta(minutes=1))
    omar = stage.actor(OMAR, channel.id)
    await omar.sees_message("was due", anytime=True)
    assert sum("was due" in each.text for each in stage.said(channel.id)) == 1
    await omar.presses("Done")
    await omar.sees_message("done by", anytime=True)
    again = await run(stage, f"incident done 1 {record.id}")
    assert "already" in again.text


async def test_what_the_bot_does_is_on_the_timeline_once(stage: Stage) -> None:
    record, channel = await stage.declared("Recorded --severity SEV3")
    await run(stage, "practise change --seconds 0", "omar", channel.id)
    await run(stage, "whoami", "omar", OPS)
    await run(stage, "operations", "omar", OPS)
    await run(stage, "status", "rita", channel.id)
    await stage.look()
    await stage.look()
    kept = [(each.kind, each.text) for each in stage.entries(record.id, "command", "change")]
    assert any(kind == "command" and text.startswith("status") for kind, text in kept)
    assert len(kept) == len(set(kept)) > 2
    assert not any("whoami" in text or "operations" in text for _, text in kept)


async def test_alerts_of_the_time_are_on_it(stage: Stage) -> None:
    record, _ = await stage.declared("Alerted")
    at = stage.clock()
    event = AlertChanged(at, "AL-3", "X", "Errors", "critical", "firing", "production", "9 %")
    stage.runtime.publish(event)
    stage.runtime.publish(event)
    await stage.runtime.events.settled()
    (kept,) = stage.entries(record.id, "alert")
    assert kept.text == "Alert AL-3 Errors is firing: 9 %"


async def test_pages_exports_and_proof(stage: Stage) -> None:
    record, channel = await stage.declared("Long one")
    for number in range(40):
        await run(stage, f'incident note "=note {number} | <x>" --incident {record.id}')
    first = await run(stage, f"incident timeline {record.id} --page 1", channel=channel.id)
    assert "page 1 of 3" in first.text
    notes = await run(stage, f"incident timeline {record.id} --kind note --by <@{ANA}>")
    assert "40 entries" in notes.text
    for form in ("md", "json", "csv"):
        reply = await run(stage, f"incident timeline {record.id} --export {form}")
        (file,) = reply.files
        assert b"=note 39" in file.content
        if form == "json":
            assert len(json.loads(file.content)["entries"]) >= 41
        if form == "csv":
            assert b"'=note 39" in file.content
    intact = await run(stage, f"incident timeline {record.id} verify")
    assert "Intact" in intact.text
    bad = await run(stage, f"incident timeline {record.id} --page 99")
    assert bad.outcome != "succeeded"


async def test_what_happened_earlier_keeps_both_times(stage: Stage) -> None:
    record, _ = await stage.declared("Late note")
    await run(
        stage, f'incident note "errors began" --at "2026-01-02 02:14 UTC" --incident {record.id}'
    )
    first = stage.entries(record.id)[0]
    assert f"{first.happened_at:%Y-%m-%d %H:%M}" == "2026-01-02 02:14"
    assert first.recorded_at > first.happened_at
    for bad in ("25:99", "tomorrow", "2099-01-01 10:00"):
        refused = await run(stage, f'incident note "x" --at "{bad}" --incident {record.id}')
        assert "no time in the past" in refused.text
    assert len(stage.entries(record.id, "note")) == 1


async def test_home_shows_open_incidents_and_my_tasks(stage: Stage) -> None:
    record, _ = await stage.declared("At home")
    await run(stage, f'incident task "Mine to do" --incident {record.id}', "rita")
    from handlers.incidents import FEATURE

    assert FEATURE.home is not None
    from bot.command import Role

    blocks = FEATURE.home(stage.runtime, Person(RITA, "rita"), Role.RESPONDER)
    assert len(blocks) <= 10
    assert "At home" in str(blocks)
    assert "Mine to do" in str(blocks)
